"""Group commit: requests that arrive while one transaction is being written share the next one."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import anyio
from anyio import CapacityLimiter

from leadscore.api.metrics import Metrics
from leadscore.domain.errors import OutsideError
from leadscore.workflows.receive_events import Delivery, Receipt

MOST_WAITING = 20_000
MOST_AT_ONCE = 2_000
LONGEST_PATIENCE_SECONDS = 0.02
LONGEST_TURN_SECONDS = 0.8
"""Senders are told within a second to come again: some of them give up soon after."""

_Waiting = tuple[Delivery, asyncio.Future[Receipt]]


class Intake:
    """Takes deliveries and answers each once it is durable; a flush to disk is shared by all that waited for it.

    write    stores several deliveries in one transaction; called in a thread, never twice at a time.
    writer   shared with the other writers of the service.
    metrics  where messages are counted.
    """

    def __init__(
        self, write: Callable[[Sequence[Delivery]], list[Receipt]], writer: CapacityLimiter, metrics: Metrics
    ) -> None:
        self._write, self._writer, self._metrics = write, writer, metrics
        self._waiting: list[_Waiting] = []
        self._messages = 0
        self._flushing: asyncio.Task[None] | None = None
        self._expected, self._patience = 0, 0.0
        self._enough: asyncio.Future[None] | None = None
        # A thread of its own is handed work several times as fast as one that has to be picked first.
        self._thread = ThreadPoolExecutor(1, "leadscore-intake")

    async def take(self, delivery: Delivery) -> Receipt:
        """Store a delivery.

        Raises   OutsideError [LS-STORE-01] if the store fails; [LS-RATE-02] at once if too much waits already.
        """
        count = len(delivery.parsed)
        if self._messages + count > MOST_WAITING and self._waiting:
            self._metrics.received(count, self._messages)
            self._metrics.turned_away(count)
            found = f"{self._messages:,} messages wait to be stored"
            raise OutsideError("LS-RATE-02", found=found, fix="send them again in a second")
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, answer))
        self._messages += count
        self._metrics.received(count, self._messages)
        if self._enough is not None and len(self._waiting) >= self._expected:
            _let_go(self._enough)
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return await answer

    async def _flush(self) -> None:
        try:
            while self._waiting:
                await self._gathered()
                group, begun = self._next_group(), time.perf_counter()
                await self._store(group)
                self._patience = min((time.perf_counter() - begun) / 2, LONGEST_PATIENCE_SECONDS)
                self._expected = len(group) + len(self._waiting)
        finally:
            self._flushing = None

    async def _gathered(self) -> None:
        """Wait until as many wait as were on their way last time: those just answered often send at once again.

        It takes half a write at most; a flush to disk for all of them is worth it. Who sends alone never waits.
        """
        if len(self._waiting) < self._expected:
            loop = asyncio.get_running_loop()
            self._enough = loop.create_future()
            timer = loop.call_later(self._patience, _let_go, self._enough)
            await self._enough
            timer.cancel()
            self._enough = None

    def _next_group(self) -> list[_Waiting]:
        size, count = 0, 0
        while count < len(self._waiting) and (not count or size < MOST_AT_ONCE):
            size += len(self._waiting[count][0].parsed)
            count += 1
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    async def _store(self, group: list[_Waiting]) -> None:
        try:
            receipts = await self._in_thread([delivery for delivery, _ in group])
        except OutsideError as error:
            # Those who wait would hear the same, only later than a sender may be kept waiting.
            group, self._waiting = group + self._waiting, []
            self._refuse(group, error)
        except Exception as error:
            if len(group) == 1:
                self._refuse(group, error)
            else:
                for each in group:
                    await self._store([each])
                return
        else:
            for (_, answer), receipt in zip(group, receipts, strict=True):
                if not answer.done():
                    answer.set_result(receipt)
        self._messages -= _messages_of(group)
        self._metrics.waiting(self._messages)

    def _refuse(self, group: list[_Waiting], error: Exception) -> None:
        self._metrics.turned_away(_messages_of(group))
        for _, answer in group:
            if not answer.done():
                answer.set_exception(error)

    async def _in_thread(self, deliveries: list[Delivery]) -> list[Receipt]:
        try:
            with anyio.fail_after(LONGEST_TURN_SECONDS):
                await self._writer.acquire()
        except TimeoutError as error:
            found = "something else is written for longer than a sender should wait"
            raise OutsideError("LS-RATE-02", found=found, fix="send them again in a second") from error
        try:
            begun = time.perf_counter()
            receipts = await asyncio.get_running_loop().run_in_executor(self._thread, self._write, deliveries)
            self._metrics.stored(receipts, time.perf_counter() - begun)
            return receipts
        finally:
            self._writer.release()

    async def finish(self) -> None:
        """Wait until all that was taken is stored, also for those who did not wait for their answer."""
        if self._flushing is not None:
            await self._flushing

    def close(self) -> None:
        """End its thread."""
        self._thread.shutdown()


def _let_go(waited_for: asyncio.Future[None]) -> None:
    if not waited_for.done():
        waited_for.set_result(None)


def _messages_of(group: list[_Waiting]) -> int:
    return sum(len(delivery.parsed) for delivery, _ in group)
