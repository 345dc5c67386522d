"""Models are exchanged under load: nobody is refused, and each answer is that of the version it names, to the last bit.

LEADSCORE_TEST_SWAPS sets how often. Seen to fail with an exchange in two steps, the name before the trees.
"""

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from leadscore.api.requests import history_of
from leadscore.api.score_bodies import read_score
from leadscore.config.routing import RoutingConfig
from leadscore.modeling.artifact import load_artifact, stamp_version
from leadscore.workflows.score_lead import ScoringService
from leadscore.workflows.tell_score import score_document

from ..small_model import trained_texts, write_small_model
from .conftest import Home
from .process import Service, running

EVENTS = [
    {"type": ("page_viewed", "demo_requested")[day % 2], "occurred_at": f"2026-01-{day:02}T10:00:00Z"}
    for day in range(1, 29)
]
ASKED = [
    {
        "lead": {"industry": ("software", "mining")[number % 2]},
        "events": EVENTS[: 3 * number],
        "as_of": "2026-02-01T00:00:00Z",
    }
    for number in range(8)
]

CLIENTS = """
import collections, http.client, json, sys, threading, time
port, key, rate, asked = json.loads(sys.argv[1])
bodies = [("/v1/score", json.dumps(each)) for each in asked] + [("/v1/scores", json.dumps({"leads": asked}))]
seen, lock, stopped = collections.Counter(), threading.Lock(), threading.Event()
def work(number):
    line, turn, due = http.client.HTTPConnection("127.0.0.1", port, timeout=60), number, time.monotonic()
    while not stopped.is_set():
        turn, due = turn + 1, due + 4 / rate if rate else 0
        time.sleep(max(0, due - time.monotonic()))
        path, body = bodies[turn % len(bodies)]
        line.request("POST", path, body, {"Authorization": "Bearer " + key})
        answer = line.getresponse()
        found = (turn % len(bodies), answer.status, answer.read().decode())
        with lock:
            seen[found] += 1
threads = [threading.Thread(target=work, args=[number]) for number in range(4)]
[thread.start() for thread in threads]
sys.stdin.read()
stopped.set()
[thread.join() for thread in threads]
print(json.dumps([[*found, times] for found, times in seen.items()]))
"""
"""Four clients that ask, at a rate or as fast as they can, until their input ends; then what they were answered."""


@pytest.fixture(scope="module")
def makes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two models that answer differently."""
    texts, folder = trained_texts(), tmp_path_factory.mktemp("models")
    for name, order in (("even", texts), ("odd", texts[::-1])):
        write_small_model(folder / name, order)
    return [folder / "even", folder / "odd"]


def export(home: Path, made: list[Path], version: int) -> None:
    """What `promote` does: another folder in place of the present one."""
    models = home / "models" / "leadscore"
    fresh, champion = models / "fresh", models / "champion"
    shutil.copytree(made[version % 2], fresh)
    stamp_version(fresh, "leadscore", str(version))
    if champion.exists():
        champion.rename(models / "old")
    fresh.rename(champion)
    shutil.rmtree(models / "old", ignore_errors=True)


def expected(made: list[Path]) -> list[list[dict[str, Any]]]:
    """The answers of both models, computed here, without the name of their version."""
    found: list[list[dict[str, Any]]] = []
    for folder in made:
        scoring = ScoringService(load_artifact(folder), RoutingConfig())
        asked = [read_score(json.dumps(each).encode()) for each in ASKED]
        scores = [scoring.score(history_of(each, each.as_of), each.as_of) for each in asked]
        found.append([json.loads(json.dumps(score_document(score))) for score in scores])
    for document in itertools.chain(*found):
        del document["versions"]["model"]
    return found


@contextmanager
def clients(service: Service, key: str, rate: float = 0) -> Iterator[list[Any]]:
    """Ask within the block; gives a list that holds (number of the request, status, body, times) after it."""
    command = [sys.executable, "-c", CLIENTS, json.dumps([service.port, key, rate, ASKED])]
    answers: list[Any] = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield answers
        answers += json.loads(process.communicate()[0])


def exchange_under_load(home: Home, made: list[Path], swaps: int) -> None:
    export(home.folder, made, 1)
    with running(home.folder, variables={"LEADSCORE_MODEL_POLL_SECONDS": "0"}) as service:
        service.wait("/readyz")
        with clients(service, home.keys["read"]) as alone:
            time.sleep(1)
        rate = 0.8 * sum(times for *_, times in alone)
        before, taken = service.rss_megabytes(), []
        with clients(service, home.keys["read"], rate) as answers:
            for version in range(2, 2 + swaps):
                export(home.folder, made, version)
                asked = time.perf_counter()
                answer = service.request("POST", "/v1/models/reload", key=home.keys["admin"])
                taken.append(time.perf_counter() - asked)
                assert answer.json() == {"version": str(version), "previous": str(version - 1)}
        grown = service.rss_megabytes() - before
    right = expected(made)
    versions = Counter(hold_against_its_version(answer, right) for answer in answers)
    count = sum(times for *_, times in answers)
    told = [
        f"{swaps} swaps at {rate:.0f} requests/s: {count} answers of {len(versions)} versions, none failed or mixed"
    ]
    told += [f"a swap took {sorted(taken)[swaps // 2]:.2f} s, at most {max(taken):.2f}; {grown:.0f} MB more memory"]
    print("\n" + "\n".join(told))  # noqa: T201 - the figures are a result
    assert len(versions) > swaps / 2


def hold_against_its_version(answer: list[Any], right: list[list[dict[str, Any]]]) -> str:
    """Refuse an answer that failed or is not the one of the version it names, whose name is given back."""
    turn, status, body, _ = answer
    assert status == 200, body
    scores = json.loads(body)["scores"] if turn == len(ASKED) else [json.loads(body)]
    (version,) = {score["versions"].pop("model") for score in scores}
    wanted = right[int(version) % 2]
    assert scores == (wanted if turn == len(ASKED) else [wanted[turn]])
    return version


def test_models_are_exchanged_under_load_without_a_failed_or_mixed_answer(home: Home, makes: list[Path]) -> None:
    exchange_under_load(home, makes, 2)


@pytest.mark.slow
def test_models_are_exchanged_under_load_again_and_again(home: Home, makes: list[Path]) -> None:
    exchange_under_load(home, makes, int(os.environ.get("LEADSCORE_TEST_SWAPS", "20")))


def test_a_signal_puts_the_exported_model_to_use_or_tells_why_not(home: Home, makes: list[Path]) -> None:
    export(home.folder, makes, 1)
    with running(home.folder, variables={"LEADSCORE_MODEL_POLL_SECONDS": "0"}) as service:
        service.wait("/readyz")
        export(home.folder, makes, 2)
        service.running.send_signal(signal.SIGHUP)
        assert wait_for(service, lambda ready: ready["model"]["version"] == "2")
        (home.folder / "models/leadscore/champion/band_1.txt").write_text("")
        service.running.send_signal(signal.SIGHUP)
        assert wait_for(service, lambda ready: "band_1.txt has changed" in (ready["problem"] or ""))
        assert service.request("GET", "/readyz").json()["model"]["version"] == "2"
        logged = [json.loads(line) for line in service.log.read_text().splitlines() if line.startswith("{")]
        assert [line["logger"] for line in logged] == ["leadscore.models"]


def wait_for(service: Service, holds: Callable[[dict[str, Any]], bool]) -> bool:
    end = time.monotonic() + 60
    while not holds(service.request("GET", "/readyz").json()):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
