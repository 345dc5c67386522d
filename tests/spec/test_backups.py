"""A backup taken while messages arrive holds a consistent beginning of them, with all that were acknowledged before."""

import json
import sqlite3
import threading
import time
import urllib.request
from collections.abc import Iterable
from contextlib import closing

import pytest

from leadscore.config.load import load_settings
from leadscore.store.backup import back_up
from leadscore.store.engine import open_store
from leadscore.store.history import each_event
from leadscore.store.messages import each_message

from .service import Server

pytestmark = pytest.mark.slow
SENDERS, BATCH = 3, 7


class Sender(threading.Thread):
    """Sends numbered events one request after the other and counts those that were acknowledged."""

    def __init__(self, server: Server, name: str) -> None:
        super().__init__(daemon=True)
        self.server, self.lead, self.acknowledged, self.stopped = server, name, 0, False

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {self.server.key}"}
        while not self.stopped:
            numbers = range(self.acknowledged, self.acknowledged + BATCH)
            batch = [
                {"type": "track", "event": "call", "messageId": f"{self.lead}-{number}", "userId": self.lead}
                for number in numbers
            ]
            body = json.dumps({"batch": batch}).encode()
            request = urllib.request.Request(f"{self.server.address}/v1/batch", body, headers, method="POST")
            with urllib.request.urlopen(request) as answer:
                assert json.load(answer)["accepted"] == len(batch)
            self.acknowledged += len(batch)


def numbers_in(ids: Iterable[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for text in ids:
        lead, _, number = text.rpartition("-")
        found.setdefault(lead, []).append(int(number))
    return {lead: sorted(numbers) for lead, numbers in found.items()}


def test_twenty_backups_under_load_each_hold_one_state_with_all_that_was_acknowledged(server: Server) -> None:
    url = load_settings(server.home).service.store_url
    senders = [Sender(server, f"lead-{number}") for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    sizes = []
    for number in range(20):
        while sum(sender.acknowledged for sender in senders) < 100 * (number + 1):
            time.sleep(0.01)
        before = {sender.lead: sender.acknowledged for sender in senders}
        path = server.home / f"copy-{number}.db"
        back_up(url, path)
        with closing(sqlite3.connect(path)) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        held_there = open_store(f"sqlite:///{path}")
        messages = numbers_in(message.message_id for message in each_message(held_there))
        assert numbers_in(event_id for (event_id,) in each_event(held_there, ["event_id"])) == messages
        held_there.close()
        for lead, acknowledged in before.items():
            held = messages.get(lead, [])
            assert held == list(range(len(held)))
            assert len(held) % BATCH == 0
            assert len(held) >= acknowledged
        sizes.append(sum(map(len, messages.values())))
    for sender in senders:
        sender.stopped = True
        sender.join()
    assert sizes == sorted(sizes)
    assert sizes[-1] >= 2_000
    final = {sender.lead: sender.acknowledged for sender in senders}
    assert sum(final.values()) == server.events()["call"]
