"""On a full disk senders are told to come again, nothing answered 200 is lost, and it goes on once there is room.

Seen to fail with an acknowledgement before the commit.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from leadscore.store.engine import open_store
from leadscore.store.messages import each_message

from .process import Service, running


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(words, check=False, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here (that needs root): a full disk cannot be tried")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def send(service: Service, key: str, number: int, size: int) -> int:
    ids = [f"{number}-{place}" for place in range(20)]
    batch = [
        {"type": "track", "userId": "u", "event": "e", "messageId": each, "properties": {"text": "x" * size}}
        for each in ids
    ]
    answer = service.request("POST", "/v1/batch", json.dumps({"batch": batch}).encode(), key)
    assert {"code", "message"} <= set(answer.json()) or answer.status == 200
    return answer.status


def test_a_full_disk_loses_nothing_and_ends_with_the_next_room(make_home, small_disk: Path, tmp_path: Path) -> None:
    home = make_home(small_disk)
    home.store.close()
    key = home.keys["write"]
    acknowledged: set[str] = set()
    seen: list[int] = []
    ballast = small_disk / "ballast"
    with running(small_disk, log_to=tmp_path / "service.log") as service:
        number = 0
        while seen.count(429) < 20 and number < 3_000:
            seen.append(send(service, key, number, size=2_000 if 429 not in seen else 1))
            acknowledged |= {f"{number}-{place}" for place in range(20)} if seen[-1] == 200 else set()
            if seen[-1] == 200 and number == 10:
                fill(ballast)
            number += 1
        assert seen.count(429) >= 20, "the disk never became full"
        assert set(seen) == {200, 429}
        assert service.running.poll() is None
        assert service.request("GET", "/livez").status == 200
        ballast.unlink()
        began = time.perf_counter()
        while send(service, key, number, size=1) != 200:
            assert time.perf_counter() - began < 5, "there is room again"
        acknowledged |= {f"{number}-{place}" for place in range(20)}
    with closing(sqlite3.connect(small_disk / "data/leadscore.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with closing(open_store(f"sqlite:///{small_disk}/data/leadscore.db")) as store:
        stored = [message.message_id for message in each_message(store)]
    assert len(stored) == len(set(stored))
    assert acknowledged <= set(stored)


def fill(path: Path) -> None:
    """Leave a tenth of a megabyte free."""
    free = os.statvfs(path.parent)
    with contextlib.suppress(OSError), path.open("wb") as file:
        file.write(bytes(max(0, free.f_bavail * free.f_frsize - 100_000)))
