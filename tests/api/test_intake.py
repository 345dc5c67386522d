"""Group commit: what arrives during a write shares the next one; one bad delivery spoils no other."""

import threading

import anyio
import pytest
from anyio import CapacityLimiter

from leadscore.api import intake as intake_module
from leadscore.api.intake import Intake
from leadscore.api.metrics import Metrics
from leadscore.domain.errors import OutsideError
from leadscore.ingest.envelope import Fault
from leadscore.workflows.receive_events import Delivery, Receipt


def delivery(name: str, messages: int = 1) -> Delivery:
    return Delivery([Fault("LS-EVENT-04", name, "{}")] * messages, 1, 1)


class Writer:
    """Stands in for the store: remembers the groups, and fails where told to."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()
        self.failing: dict[str, Exception] = {}

    def __call__(self, deliveries):
        names = [each.parsed[0].reason for each in deliveries]
        self.groups.append(names)
        self.begun.set()
        assert self.go_on.wait(10)
        for name in names:
            if name in self.failing:
                raise self.failing[name]
        return [Receipt(0, 0, len(each.parsed)) for each in deliveries]


@pytest.fixture
def writer() -> Writer:
    return Writer()


def take_all(writer: Writer, first: str, *others: str):
    """Answers by name, the others arriving while the first one is being written."""
    found: dict[str, object] = {}

    async def take(intake: Intake, name: str) -> None:
        try:
            found[name] = await intake.take(delivery(name))
        except Exception as error:
            found[name] = error

    async def run() -> None:
        intake = Intake(writer, CapacityLimiter(1), Metrics())
        writer.go_on.clear()
        async with anyio.create_task_group() as group:
            group.start_soon(take, intake, first)
            await anyio.to_thread.run_sync(writer.begun.wait)
            for name in others:
                group.start_soon(take, intake, name)
            await anyio.sleep(0.05)
            writer.go_on.set()
        intake.close()

    anyio.run(run)
    return found


def test_what_arrives_during_a_write_is_written_together(writer: Writer) -> None:
    found = take_all(writer, "a", "b", "c", "d")
    assert writer.groups == [["a"], ["b", "c", "d"]]
    assert set(found.values()) == {Receipt(0, 0, 1)}


def test_those_answered_just_now_are_waited_for_a_little(writer: Writer, monkeypatch) -> None:
    monkeypatch.setattr(intake_module, "LONGEST_PATIENCE_SECONDS", 0.1)
    pause = threading.Event()

    def slowly(deliveries):
        pause.wait(0.3)
        return writer(deliveries)

    async def send(intake: Intake, *names: str) -> None:
        for name in names:
            await intake.take(delivery(name))

    async def run() -> None:
        intake = Intake(slowly, CapacityLimiter(1), Metrics())
        async with anyio.create_task_group() as group:
            for names in (("a1", "a2"), ("b1", "b2"), ("c1", "c2")):
                group.start_soon(send, intake, *names)
                await anyio.sleep(0.02)
        intake.close()

    anyio.run(run)
    assert writer.groups == [["a1"], ["b1", "c1", "a2"], ["b2", "c2"]]


def test_a_delivery_that_breaks_the_write_fails_alone(writer: Writer) -> None:
    writer.failing["c"] = ValueError("poison")
    found = take_all(writer, "a", "b", "c", "d")
    assert [name for name, answer in found.items() if answer == Receipt(0, 0, 1)] == ["a", "b", "d"]
    assert isinstance(found["c"], ValueError)


def test_a_store_that_fails_is_told_to_all_and_tried_again_by_the_next(writer: Writer) -> None:
    writer.failing["b"] = OutsideError("LS-STORE-01", found="disk full")
    found = take_all(writer, "a", "b", "c")
    assert [isinstance(found[name], OutsideError) for name in "abc"] == [False, True, True]
    assert take_all(writer, "d")["d"] == Receipt(0, 0, 1)


def test_more_than_can_wait_is_refused_at_once_and_taken_again_later(writer: Writer, monkeypatch) -> None:
    monkeypatch.setattr(intake_module, "MOST_WAITING", 3)
    found = take_all(writer, "a", "b", "c", "d", "e")
    refused = [name for name, answer in found.items() if isinstance(answer, OutsideError)]
    assert refused == ["d", "e"]
    assert found["d"].code == "LS-RATE-02"
    assert take_all(writer, "f")["f"] == Receipt(0, 0, 1)


def test_a_store_that_is_away_is_told_to_all_who_wait_at_once(writer: Writer) -> None:
    writer.failing["a"] = OutsideError("LS-STORE-01", found="away")
    found = take_all(writer, "a", "b", "c")
    assert writer.groups == [["a"]]
    assert {getattr(error, "code", error) for error in found.values()} == {"LS-STORE-01"}


def test_what_was_taken_is_stored_at_the_end_though_its_sender_has_gone(writer: Writer) -> None:
    async def run() -> None:
        intake = Intake(writer, CapacityLimiter(1), Metrics())
        await intake.finish()
        writer.go_on.clear()
        async with anyio.create_task_group() as group:
            group.start_soon(intake.take, delivery("a"))
            await anyio.to_thread.run_sync(writer.begun.wait)
            group.start_soon(intake.take, delivery("b"))
            await anyio.sleep(0.05)
            group.cancel_scope.cancel()
        writer.go_on.set()
        await intake.finish()
        intake.close()

    anyio.run(run)
    assert writer.groups == [["a"], ["b"]]
