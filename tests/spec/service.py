"""A running service for tests that talk to it from outside: `leadscore serve` in a process of its own."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from leadscore.config.load import load_settings
from leadscore.store.engine import Store, open_store
from leadscore.store.history import each_event
from leadscore.store.keys import create_key

_SERVE = "import sys; sys.argv[1:] = {words!r}; from leadscore.cli.main import main; main()"


class Server(NamedTuple):
    """A running service: its address, a write key, and its store."""

    address: str
    key: str
    home: Path

    def events(self) -> Counter[str]:
        """How often each type of event is stored."""
        return Counter(row[0] for row in each_event(self.store(), ["type"]))

    def store(self) -> Store:
        return open_store(load_settings(self.home).service.store_url)


@contextmanager
def running(home: Path) -> Iterator[Server]:
    """Start a service over a folder and stop it at the end."""
    store = open_store(load_settings(home).service.store_url)
    _, key = create_key(store, "write")
    store.close()
    code = _SERVE.format(words=["serve", "--host", "127.0.0.1", "--port", "0"])
    surroundings = {**os.environ, "LEADSCORE_HOME": str(home)}
    with subprocess.Popen([sys.executable, "-c", code], env=surroundings, stderr=subprocess.PIPE, text=True) as process:
        try:
            said = process.stderr.readline()
            (address,) = re.findall(r"http://[0-9.:]+", said) or [said + process.stderr.read()]
            _wait_for(address)
            yield Server(address, key, home)
        finally:
            process.terminate()


def _wait_for(address: str) -> None:
    give_up_at = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"{address}/livez"):
                return
        except OSError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.05)
