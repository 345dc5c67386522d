"""Connections that nobody can hold open for ever: uvicorn's own, with an end to patience and to the size of a head.

uvicorn waits for the rest of a request, and for a reader of its answer, without end.
"""

import asyncio
import re
from asyncio.events import TimerHandle
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from leadscore.api.admission import Admission
from leadscore.api.problems import problem
from leadscore.domain.errors import DataError

MOST_HEAD_BYTES = 32_768
CLOSE = (b"connection", b"close")
_HOST = re.compile(rb"[A-Za-z0-9._~%!$&'()*+,;=-]+(:\d{0,5})?|\[[0-9A-Fa-f:.]+\](:\d{0,5})?")


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it; a connection is closed if a request or the taking of its answer drags on.

    The clock runs from the first byte of a request (or from connecting) to its last one, so sending a byte now and then
    buys no time; and while an answer lies here because its client does not read.
    """

    patience_seconds = 20.0
    """For a whole request to arrive, and for its answer to be taken."""
    admission: Admission | None = None
    """Is told of requests as soon as they are whole."""

    _deadline: TimerHandle | None = None
    _incomplete = False
    _refused = False
    _in_head = False
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start to wait for the first request."""
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in a part of a request; the clock stops once the request is whole."""
        super().data_received(data)
        if self.transport.is_closing():
            return
        self._head_bytes = self._head_bytes + len(data) if self._in_head else 0
        if self._head_bytes > MOST_HEAD_BYTES:
            self.send_400_response(f"the head of the request is larger than {MOST_HEAD_BYTES:,} bytes")
        else:
            self._wind()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._incomplete = self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Go on to the application unless the head is too large or names no single host."""
        self._in_head = False
        _refuse_bad_head(self.url, self.headers, self.parser.get_http_version())
        self._refused = self._is_too_many()
        if not self._refused:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Hand on a part of a body, unless nobody is to read it."""
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is whole."""
        self._incomplete = False
        if self._refused:
            self._refuse()
            return
        super().on_message_complete()
        # One in line behind another of its connection may never be begun.
        if self.admission is not None and not self.cycle.response_complete and not self.pipeline:
            self.admission.arrive(cast("dict[str, Any]", self.scope))

    def on_response_complete(self) -> None:
        """An answer has been handed to the transport."""
        super().on_response_complete()
        self._abort_later()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that has been idle; what its reader has not taken by then is not kept for ever."""
        super().timeout_keep_alive_handler()
        self._abort_later()

    def pause_writing(self) -> None:
        """Start to wait for a reader."""
        super().pause_writing()
        self._wind()

    def resume_writing(self) -> None:
        """The reader reads."""
        super().resume_writing()
        self._wind()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, in the form that all refusals have, and close."""
        if self.transport.is_closing():
            return
        answer = problem(DataError("LS-HTTP-01", found=msg, allowed="HTTP/1.1 with one Host"), headers=_CLOSE)
        head = b"".join(b"%b: %b\r\n" % pair for pair in answer.raw_headers)
        self.transport.write(STATUS_LINE[answer.status_code] + head + b"\r\n" + bytes(answer.body))
        self.transport.close()
        self._abort_later()

    def part_after_answer(self) -> None:
        """Close after the answer that is being waited for, and say so in it if it has not begun."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False

    def rests(self, *, fresh_too: bool) -> bool:
        """Whether a request has been answered and no other has begun.

        fresh_too   whether that is said of a connection without any request so far, too.
        """
        if self._incomplete or self.transport.is_closing():
            return False
        return fresh_too if self.cycle is None else self.cycle.response_complete

    def _is_too_many(self) -> bool:
        free = self.cycle is None or self.cycle.response_complete
        if self.admission is None or not free or self.expect_100_continue:
            return False
        return self.admission.refuses(self.parser.get_method(), self.url)

    def _refuse(self) -> None:
        self._refused = False
        if self.admission is None or self.transport.is_closing():
            return
        head, body = self.admission.refusal(self.parser.get_method(), self.url, self.headers)
        default = self.server_state.default_headers
        kept = self.parser.should_keep_alive() and CLOSE not in default
        fields = default if kept or CLOSE in default else [*default, CLOSE]
        self.transport.write(head + b"".join(b"%b: %b\r\n" % pair for pair in fields) + b"\r\n" + body)
        if kept:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        else:
            self.transport.close()
            self._abort_later()

    def _wind(self) -> None:
        if not self._incomplete and not self.flow.write_paused:
            self._disarm()
        elif self._deadline is None:
            self._arm()

    def _arm(self) -> None:
        self._disarm()
        self._deadline = self.loop.call_later(self.patience_seconds, self.transport.abort)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _abort_later(self) -> None:
        # A transport that is closing waits for its reader without end.
        if self.transport.is_closing() and self.transport.get_write_buffer_size():
            self._arm()


_CLOSE = {"Connection": "close"}


def patient_protocol(seconds: float, admission: Admission) -> type[PatientProtocol]:
    """The protocol with a patience of its own.

    seconds     that a whole request may take to arrive, and its answer to be taken.
    admission   is told of requests as soon as they are whole.
    """
    return type("ConfiguredProtocol", (PatientProtocol,), {"patience_seconds": seconds, "admission": admission})


def _refuse_bad_head(url: bytes, headers: list[tuple[bytes, bytes]], version: str) -> None:
    size = len(url) + sum(len(name) + len(value) for name, value in headers)
    hosts: list[Any] = [value for name, value in headers if name == b"host"]
    needed = 0 if version == "1.0" else 1
    # Raised inside the parser, it ends in `send_400_response`.
    if size > MOST_HEAD_BYTES or not needed <= len(hosts) <= 1 or not all(map(_HOST.fullmatch, hosts)):
        raise ValueError("bad head")
