"""A store that is away is told within a second, as 429 with whole seconds to wait; what was answered 200 is not lost.

Seen to fail with the patience of commands (30 s) in the service: the answer comes after the lock is given up.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from leadscore.store.engine import open_store
from leadscore.store.messages import each_message

from .conftest import Home
from .process import Answer, Service, free_port, running

POSTGRESQL = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]


def track(service: Service, key: str, number: int) -> Answer:
    body = {"userId": f"u{number % 7}", "event": "e", "messageId": f"m{number}"}
    return service.request("POST", "/v1/track", json.dumps(body).encode(), key)


class Sender:
    """Sends messages one after the other until told to stop, and keeps what was answered when."""

    def __init__(self, service: Service, key: str) -> None:
        self._service, self._key = service, key
        self.acknowledged: set[str] = set()
        self.answers: list[tuple[float, float, Answer]] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._send)

    def __enter__(self) -> "Sender":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _send(self) -> None:
        number = 0
        while not self._done.is_set():
            sent = time.perf_counter()
            answer = track(self._service, self._key, number)
            self.answers.append((sent, time.perf_counter() - sent, answer))
            if answer.status == 200:
                self.acknowledged.add(f"m{number}")
                number += 1
            else:
                time.sleep(0.05)


def hold_up(service: Service, home: Home, away: Callable[[], None], back: Callable[[], None]) -> None:
    """Take the store away for a while during traffic, and see that all is as promised."""
    with Sender(service, home.keys["write"]) as sender:
        time.sleep(1)
        away()
        gone = time.perf_counter()
        time.sleep(4)
        back()
        returned = time.perf_counter()
        time.sleep(5.5)
    refused = [(seconds, answer) for _, seconds, answer in sender.answers if answer.status != 200]
    assert refused, "the store was never missed"
    for seconds, answer in refused:
        assert answer.status == 429
        assert int(answer.headers["retry-after"]) >= 1
        assert {"code", "message"} <= set(answer.json())
        assert seconds < 1.5
    slow = [seconds for seconds, _ in refused if seconds >= 1]
    assert len(slow) <= len(refused) // 10, slow
    assert any(answer.status == 200 for sent, _, answer in sender.answers if sent < gone)
    first_again = min(sent for sent, _, answer in sender.answers if answer.status == 200 and sent > returned)
    assert first_again - returned < 5
    with closing(open_store(home.store.engine.url.render_as_string(False))) as store:
        stored = [message.message_id for message in each_message(store)]
    assert len(stored) == len(set(stored))
    assert sender.acknowledged <= set(stored)


def test_while_another_process_holds_the_file_senders_are_told_to_come_again(home: Home) -> None:
    with running(home.folder) as service, closing(sqlite3.connect(home.folder / "data/leadscore.db")) as other:
        other.isolation_level = None
        hold_up(service, home, lambda: other.execute("BEGIN EXCLUSIVE"), lambda: other.execute("COMMIT"))


@pytest.mark.slow
def test_a_file_that_is_held_for_thirty_seconds_refuses_each_sender_within_a_second(home: Home) -> None:
    with running(home.folder) as service, closing(sqlite3.connect(home.folder / "data/leadscore.db")) as other:
        other.isolation_level = None
        assert track(service, home.keys["write"], 0).status == 200
        other.execute("BEGIN EXCLUSIVE")
        began = time.perf_counter()
        while time.perf_counter() - began < 30:
            sent = time.perf_counter()
            assert track(service, home.keys["write"], 1).status == 429
            assert time.perf_counter() - sent < 1.5
        other.execute("COMMIT")
        assert track(service, home.keys["write"], 1).status == 200


class Cluster:
    """A PostgreSQL server of one's own."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.port, self._data, self._programs = free_port(), folder / "cluster", programs
        self._user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        shutil.chown(folder, "postgres") if os.getuid() == 0 else None
        self._run("initdb", "-D", str(self._data), "-A", "trust", "-U", "postgres", "--no-sync")
        (self._data / "postgresql.auto.conf").write_text(
            f"port={self.port}\nlisten_addresses='127.0.0.1'\nunix_socket_directories=''\nmax_connections=30\n"
        )

    def start(self) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", str(self._data / "log"), "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", "fast", "stop")

    def _run(self, program: str, *words: str) -> None:
        subprocess.run([*self._user, str(self._programs / program), *words], check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    if not POSTGRESQL:
        pytest.skip("no programs of a PostgreSQL server are installed: stopping one cannot be tried")
    if os.getuid() == 0 and shutil.which("runuser") is None:
        pytest.skip("initdb refuses root, and runuser is not installed: stopping a server cannot be tried")
    # Not in pytest's own folders, which only their owner may enter.
    with tempfile.TemporaryDirectory(prefix="leadscore-postgres-", ignore_cleanup_errors=True) as folder:
        made = Cluster(Path(folder), POSTGRESQL[0])
        made.start()
        yield made
        made.stop()


@pytest.mark.slow
@pytest.mark.postgres
def test_a_database_server_may_stop_and_start_without_the_service(tmp_path, make_home, cluster: Cluster) -> None:
    url = f"postgresql://postgres@127.0.0.1:{cluster.port}/postgres"
    home = make_home(tmp_path, url)
    with running(home.folder, variables={"LEADSCORE_DATABASE_URL": url}) as service:
        hold_up(service, home, cluster.stop, cluster.start)
    home.store.close()
