"""Unmodified tracking SDKs deliver every event to the running service, each once, and hear of a wrong key."""

import json
import math
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rudderstack.analytics.client import Client as RudderClient
from segment.analytics.client import Client as SegmentClient

from leadscore.store.dead_letters import list_dead_letters
from leadscore.store.history import load_history
from leadscore.store.messages import each_message

from .lossy_way import lossy_way
from .service import Server

pytestmark = pytest.mark.slow

SCRIPTS = Path(__file__).parent / "sdks"
INSTALLED = Path(__file__).parents[2] / "build" / "sdks"
HOSTILE = {
    "text": "ü \ud800 \u0000 '; DROP TABLE events;--",
    "number": math.nan,
    "far": math.inf,
    "deep": {"a": [{"b": None}]},
}


@pytest.fixture(scope="session")
def node_packages() -> Path:
    """The folder in which the SDKs for JavaScript are installed; made once."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: the SDKs for JavaScript cannot be tried")
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for script in SCRIPTS.iterdir():
        shutil.copy(script, INSTALLED)
    words = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run(words, cwd=INSTALLED, check=True, capture_output=True)
    return INSTALLED


Run = Callable[[Server, str, str], list[str]]


def send_basic(client: Any) -> None:
    client.identify("u1", {"industry": "software", "employees": 40}, anonymous_id="a1")
    for number in range(25):
        client.track("u1", f"basic {number}", {"value": number})
    client.page("u1", None, "Pricing")
    client.screen("u1", None, "Home")
    client.group("u1", "acme", {"plan": "gold"})
    client.alias("a9", "u1")


def send_duplicates(client: Any) -> None:
    for number in (0, 1, 0, 1, 2):
        client.track("u1", f"duplicate {number}", message_id=f"fixed-{number}")


def send_large(client: Any) -> None:
    for number in range(60):
        client.track("u1", f"large {number}", {"text": "x" * 20_000})


CASES: dict[str, Callable[[Any], None]] = {
    "basic": send_basic,
    "duplicates": send_duplicates,
    "hostile": lambda client: client.track("u1", "hostile", HOSTILE),
    "large": send_large,
    "wrong-key": lambda client: client.track("u1", "never"),
}


def python_sdk(kind: type, zipped: bool) -> Run:
    """A client of segment-analytics-python or rudder-sdk-python; both have the same methods."""

    def run(server: Server, key: str, case: str) -> list[str]:
        errors: list[str] = []
        often = {"max_retries": 3, "upload_interval": 0.1}
        client = kind(key, host=server.address, gzip=zipped, on_error=lambda e, _: errors.append(str(e)), **often)
        CASES[case](client)
        client.flush()
        client.join()
        return errors

    return run


def node_sdk(script: str) -> Callable[[Path], Run]:
    """A client for JavaScript, in a process of its own."""

    def at(folder: Path) -> Run:
        def run(server: Server, key: str, case: str) -> list[str]:
            words = ["node", script, server.address, key, case]
            answer = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
            assert answer.returncode == 0, answer.stderr
            return list(json.loads(answer.stdout.splitlines()[-1]))

        return run

    return at


PYTHON = {
    "segment-python": python_sdk(SegmentClient, zipped=False),
    "segment-python-gzip": python_sdk(SegmentClient, zipped=True),
    "rudder-python": python_sdk(RudderClient, zipped=False),
    "rudder-python-gzip": python_sdk(RudderClient, zipped=True),
}
NODE = {name: node_sdk(f"{name.replace('-', '_')}.mjs") for name in ("segment-node", "rudder-node", "segment-browser")}


@pytest.fixture(params=[*PYTHON, *NODE])
def sdk(request: pytest.FixtureRequest) -> Run:
    if request.param in PYTHON:
        return PYTHON[request.param]
    return NODE[request.param](request.getfixturevalue("node_packages"))


def test_every_kind_of_message_arrives_once_with_its_meaning(server: Server, sdk: Run) -> None:
    assert sdk(server, server.key, "basic") == []
    assert server.events() == {**{f"basic {number}": 1 for number in range(25)}, "page_viewed": 1, "screen_viewed": 1}
    kinds = Counter(message.type for message in each_message(server.store()))
    assert kinds == {"identify": 1, "track": 25, "page": 1, "screen": 1, "group": 1, "alias": 1}
    history = load_history(server.store(), "u1")
    held = {value.name: value.value for value in history.attributes}
    assert {name: held[name] for name in ("industry", "employees", "plan", "account_id")} == {
        "industry": "software",
        "employees": "40",
        "plan": "gold",
        "account_id": "acme",
    }
    assert load_history(server.store(), "a9").lead_id == "u1"
    assert [event.value for event in history.events if event.type == "basic 24"] == [24_000]


def test_a_message_id_sent_twice_is_stored_once(server: Server, sdk: Run) -> None:
    assert sdk(server, server.key, "duplicates") == []
    assert server.events() == {"duplicate 0": 1, "duplicate 1": 1, "duplicate 2": 1}


def test_what_is_sent_again_because_an_answer_was_lost_is_stored_once(server: Server, sdk: Run) -> None:
    with lossy_way(server.address, losses=2) as way:
        through = server._replace(address="http://{}:{}".format(*way.server_address))
        assert sdk(through, server.key, "basic") == []
        assert way.lost == 2
    assert server.events() == {**{f"basic {number}": 1 for number in range(25)}, "page_viewed": 1, "screen_viewed": 1}


def test_hostile_values_arrive_cleaned(server: Server, sdk: Run) -> None:
    assert sdk(server, server.key, "hostile") == []
    (event,) = load_history(server.store(), "u1").events
    held = json.loads(event.properties)
    assert held["text"].startswith("ü ")
    assert "DROP TABLE" in held["text"]
    assert (held["number"], held["far"], held["deep"]) == (None, None, {"a": [{"b": None}]})
    assert held["_cleaned"] is True
    assert list_dead_letters(server.store()) == []


def test_large_batches_arrive_whole(server: Server, sdk: Run) -> None:
    assert sdk(server, server.key, "large") == []
    assert server.events() == {f"large {number}": 1 for number in range(60)}


def test_a_wrong_key_is_told_to_the_sender(server: Server, sdk: Run) -> None:
    assert sdk(server, "ls_write_nobody", "wrong-key") != []
    assert server.events() == {}
