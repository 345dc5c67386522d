"""Told to stop under load, the service fails nobody: what it took it answers, what it acknowledged is stored.

`LEADSCORE_TEST_STOPS=50` sets how often it is stopped. Seen to fail with uvicorn's own way to stop: exit by the signal,
connections in line reset, requests that arrive on kept connections cut off.
"""

import json
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from leadscore.store.messages import each_message

from ..small_model import trained_texts, write_small_model
from .conftest import Home
from .process import Service, running

STOPS = int(os.environ.get("LEADSCORE_TEST_STOPS", "3"))
LEAD = {"lead": {"industry": "software"}, "events": [{"type": "page_viewed", "occurred_at": "2026-01-01T00:00:00Z"}]}


@dataclass
class Sender:
    """Sends one request after the other until nobody listens any more.

    kept     whether it keeps its connection while the service does; else each request has one of its own.
    pause    seconds between requests.
    """

    number: int
    service: Service
    keys: dict[str, str]
    kept: bool
    pause: float = 0.0
    told: Counter[int] = field(default_factory=Counter)
    acknowledged: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    connection: socket.socket | None = None

    def run(self) -> None:
        for count in range(1_000_000):
            if self.connection is None:
                try:
                    self.connection = self.service.connect(30)
                except ConnectionError:
                    return
            message_id = f"{self.number}-{self.service.running.pid}-{count}"
            try:
                self.exchange(message_id)
            except (OSError, ValueError) as error:
                self.failures.append(f"{message_id}: {error!r}")
                return
            time.sleep(self.pause)

    def exchange(self, message_id: str) -> None:
        assert self.connection is not None
        if self.kept and count_of(self.connection) == 0:
            self.connection.close()
            self.connection = None
            return
        scored = self.number % 3 == 0
        sent = LEAD if scored else {"userId": f"u{self.number}", "event": "e", "messageId": message_id}
        path, key = ("/v1/score", "read") if scored else ("/v1/track", "write")
        self.connection.sendall(asked(path, self.keys[key], json.dumps(sent).encode(), kept=self.kept))
        status, ends = answer_of(self.connection)
        self.told[status] += 1
        if status == 200 and not scored:
            self.acknowledged.append(message_id)
        if ends or not self.kept:
            self.connection.close()
            self.connection = None


def asked(path: str, key: str, body: bytes, *, kept: bool) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n"
    return (head + ("" if kept else "Connection: close\r\n") + "\r\n").encode() + body


def answer_of(connection: socket.socket) -> tuple[int, bool]:
    """Status of an answer that must arrive whole, and whether it ends the connection."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += some(connection, received)
    head, _, body = received.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    while len(body) < int(fields[b"content-length"]):
        body += some(connection, body)
    return int(head.split()[1]), fields.get(b"connection") == b"close"


def some(connection: socket.socket, before: bytes) -> bytes:
    part = connection.recv(65_536)
    if not part:
        raise ValueError(f"closed after {before!r}")
    return part


def count_of(connection: socket.socket) -> int:
    """Bytes that lie there to be read; 0 if the other side has closed, 1 if it just says nothing."""
    connection.setblocking(False)
    try:
        return len(connection.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return 1
    finally:
        connection.settimeout(30)


def senders(service: Service, keys: dict[str, str]) -> Iterator[Sender]:
    for number in range(12):
        yield Sender(number, service, keys, kept=number % 4 != 3, pause=0.3 * (number % 4 == 1))


def stop_under_load(service: Service, keys: dict[str, str], seconds: float) -> list[Sender]:
    """What senders met when the service was told to stop while they sent."""
    crowd = list(senders(service, keys))
    threads = [threading.Thread(target=each.run) for each in crowd]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    service.running.terminate()
    assert service.running.wait(10) == 0, "it must end by itself, in time, and without an error"
    for thread in threads:
        thread.join(20)
    return crowd


def prepared(home: Home) -> Home:
    write_small_model(home.folder / "models/leadscore/champion", trained_texts())
    return home


@pytest.mark.slow
def test_stopped_under_load_every_request_that_was_taken_is_answered_and_what_was_acknowledged_is_stored(
    home: Home,
) -> None:
    prepared(home)
    acknowledged, told = set(), Counter[int]()
    service = Service(home.folder)
    try:
        for number in range(STOPS):
            service.start().wait("/readyz")
            crowd = stop_under_load(service, home.keys, 0.3 + 0.037 * (number % 10))
            assert not [failure for each in crowd for failure in each.failures]
            for each in crowd:
                acknowledged |= set(each.acknowledged)
                told += each.told
    finally:
        service.stop()
    assert set(told) == {200}
    stored = {row[0] for row in each_message(home.store)}
    assert len(acknowledged) > 10 * STOPS
    assert acknowledged == stored
    assert_quiet(service.log)


def test_told_to_stop_it_says_so_first_and_still_serves_for_a_while(home: Home) -> None:
    with running(home.folder, variables={"LEADSCORE_DRAIN_SECONDS": "2"}) as service:
        assert service.request("GET", "/readyz").status == 200
        with service.connect() as kept:
            service.running.terminate()
            time.sleep(0.3)
            refused = service.request("GET", "/readyz")
            assert (refused.status, refused.json()["code"]) == (503, "LS-STOP-01")
            assert service.request("GET", "/livez").status == 200
            body = b'{"userId":"u","event":"e"}'
            kept.sendall(asked("/v1/track", home.keys["write"], body, kept=True))
            assert answer_of(kept) == (200, True)
        assert service.running.wait(10) == 0
    assert_quiet(service.log)


def test_a_request_that_is_half_there_is_waited_for_and_one_that_never_comes_is_not(home: Home) -> None:
    with running(home.folder) as service, service.connect() as slow, service.connect() as silent:
        whole = asked("/v1/track", home.keys["write"], b'{"userId":"u","event":"e"}', kept=True)
        slow.sendall(whole[:60])
        time.sleep(0.1)
        service.running.terminate()
        time.sleep(1)
        slow.sendall(whole[60:])
        assert answer_of(slow) == (200, True)
        assert silent.recv(1) == b""
        assert service.running.wait(10) == 0


def assert_quiet(log: Path) -> None:
    lines = [line for line in log.read_text().splitlines() if "listens" not in line]
    assert not lines
