"""Ending without failing anybody: uvicorn's server, which on SIGTERM finishes what it has begun and exits with 0.

uvicorn by itself resets those who wait in line to be accepted, closes connections on which a request is just arriving,
and ends by the signal.
"""

import asyncio
import ctypes
import logging
import select
import signal
import socket
import struct
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress

import uvicorn

from leadscore.cli.connections import CLOSE, PatientProtocol

_LOG = logging.getLogger("leadscore.serve")
_LONGEST_SECONDS = 8.0
"""For what is still running once nothing new is taken; who waits for the process to end often kills it after ten."""
_FIRST_REQUEST_SECONDS = 1.0
"""For the first request on a connection that was accepted last."""
_BEHIND_SECONDS = 0.2
"""By which processes that share a socket stop later than who started them has seen to it that nobody connects."""
_HANDSHAKE_SECONDS = 0.1
_TICK_SECONDS = 0.02
_ATTACH_FILTER = 26
"""Of Linux: the option of a socket that attaches a filter of packets."""
_NO_NEWCOMERS = ((0x30, 0, 0, 13), (0x45, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))
"""Such a filter: load byte 13 of the TCP header; if its bit SYN is set, drop the packet; else take the whole of it."""


class DrainingServer(uvicorn.Server):
    """A server that is told to stop tells so, serves on for a while, and then ends once all is answered.

    on_drain        called when it is told to stop: from then on the service is not ready.
    drain_seconds   for which it goes on taking connections, so that who distributes requests can look elsewhere.
    alone           whether no other process listens on the same socket; else who started them calls `deafen` after
                    `drain_seconds`.
    """

    def __init__(
        self, config: uvicorn.Config, on_drain: Callable[[], None], drain_seconds: float, *, alone: bool
    ) -> None:
        super().__init__(config)
        self._on_drain, self._alone = on_drain, alone
        self._drain_seconds = drain_seconds if alone else drain_seconds + _BEHIND_SECONDS

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Note signals while serving; SIGTERM is done with when all is answered, others are raised again."""
        with super().capture_signals():
            yield
            self._captured_signals = [each for each in self._captured_signals if each != signal.SIGTERM]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer everything that has been sent, then end the application."""
        self._on_drain()
        # Each answer from now on ends its connection; its reader knows that before the next request.
        self.server_state.default_headers = [*self.server_state.default_headers, CLOSE]
        for connection in self._connections():
            connection.part_after_answer()
        await self._tick_until(self._now() + self._drain_seconds)
        await self._accept_the_line(sockets or [])
        took_the_last = self._now()
        while self._busy() and self._now() < took_the_last + _LONGEST_SECONDS and not self.force_exit:
            _close_quiet(self._resting(self._now() > took_the_last + _FIRST_REQUEST_SECONDS))
            await asyncio.sleep(_TICK_SECONDS)
        if self.server_state.tasks:
            _LOG.error("%s requests were still running and are cut off", len(self.server_state.tasks))
        for task in list(self.server_state.tasks):
            task.cancel()
        if not self.force_exit:
            await self.lifespan.shutdown()

    async def _tick_until(self, end: float) -> None:
        while self._now() < end and not self.force_exit:
            await asyncio.sleep(min(_TICK_SECONDS, max(0.0, end - self._now())))

    async def _accept_the_line(self, sockets: Sequence[socket.socket]) -> None:
        """Stop listening, but take those who connected before; closing the socket at once would reset them."""
        if self._alone:
            for each in sockets:
                deafen(each)
            # Those who began to connect before are in line by then.
            await asyncio.sleep(_HANDSHAKE_SECONDS)
        last = [each.dup() for each in sockets]
        for server in self.servers:
            server.close()
        for each in sockets:
            each.close()
        # The event loop lets go of its sockets in its next round.
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        for listener in last:
            with listener:
                waiting = list(_accepted(listener))
            for connection in waiting:
                await loop.connect_accepted_socket(self._protocol, connection)

    def _protocol(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made

    def _connections(self) -> list[PatientProtocol]:
        return [each for each in self.server_state.connections if isinstance(each, PatientProtocol)]

    def _busy(self) -> bool:
        return bool(self.server_state.connections or self.server_state.tasks)

    def _resting(self, fresh_too: bool) -> list[PatientProtocol]:
        return [each for each in self._connections() if each.rests(fresh_too=fresh_too)]

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def deafen(listener: socket.socket) -> None:
    """Let nobody begin to connect any more, where the system can do that: who tries is refused once it is closed.

    Else who connected between the last look at the line and closing would be reset.
    """
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in _NO_NEWCOMERS))
    attached = struct.pack("HL", len(_NO_NEWCOMERS), ctypes.addressof(program))
    with suppress(OSError):
        listener.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, attached)


def _accepted(listener: socket.socket) -> Generator[socket.socket, None, None]:
    listener.setblocking(False)
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        connection.setblocking(False)
        yield connection


def _close_quiet(resting: Sequence[PatientProtocol]) -> None:
    """Close connections on which nothing has arrived that is not read yet."""
    by_number = {each.transport.get_extra_info("socket").fileno(): each for each in resting}
    poll = select.poll()
    for number in by_number:
        poll.register(number, select.POLLIN)
    arrived = {number for number, _ in poll.poll(0)}
    for number, connection in by_number.items():
        if number not in arrived:
            connection.transport.close()
