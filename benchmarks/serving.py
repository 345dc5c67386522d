"""How much slower is a score with reasons than an endpoint that does nothing? Both measured in one run.

    python benchmarks/serving.py [--seconds 2] [--rounds 5]

Two servers run on loopback, one worker each, and take turns; the client keeps its connections open. Every request is
the same size: one lead with 50 engagement events of 12 types. Arms:

    constant   bare FastAPI, body unread, a constant answer
    floor      FastAPI with the middleware of the service, the same body read by the pydantic model that the service
               describes itself with, a constant answer through a response model
    score      POST /v1/score: three bands of 300 trees, 98 features, reasons in words, a decision

Prints p50, p99, requests per second and processor time per request with their ratios to `floor`, and appends them to
benchmarks/results/serving.csv.
"""

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from load import Server, load, serving
from results import append
from usual_model import TYPES, prepare

ARMS = ("constant", "floor", "score")
CONCURRENCIES = (1, 16)
EVENTS = 50
RESULTS = Path(__file__).parent / "results" / "serving.csv"

LEAST_RATE = {1: 0.50, 16: 0.60}
HIGHEST_P99 = 1.7
"""Promised against `floor`: requests a second at each concurrency, and p99 of one client."""

CONSTANT_APP = """
from fastapi import FastAPI

app = FastAPI()

@app.post("/constant")
async def constant():
    return {"status": "ok"}
"""
SCORE_APP = """
import sys
from pathlib import Path
from leadscore.api.answers import ScoreAnswer
from leadscore.api.requests import ScoreRequest
from leadscore.app import create_app
from leadscore.config.load import load_settings

app = create_app(load_settings(Path(sys.argv[1])))
ANSWER = ScoreAnswer.model_validate({
    "lead_id": "L1", "as_of": "2026-03-01T00:00:00Z", "p_convert": {"14d": 0.1, "60d": 0.2, "180d": 0.3},
    "interval": [0.1, 0.3], "score": 50.0, "grade": "B", "temperature": "warm", "lifecycle": "mql",
    "reasons": [{"feature": f"feature_{n}", "text": "3 pricing-page views in 7 days", "effect": 0.1} for n in range(6)],
    "decision": {"id": None, "route": "nurture", "queue": "marketing", "owner": None, "respond_by": None, "reason": ""},
    "versions": {"model": "1", "features": "sha256:0", "policy": "sha256:0"},
})

@app.post("/floor")
async def floor(body: ScoreRequest) -> ScoreAnswer:
    return ANSWER

# Found at once: the framework tries its routes in their order.
app.router.routes.insert(0, app.router.routes.pop())
"""


@dataclass
class Measured:
    """Latencies in seconds and requests per second of each round of one arm."""

    latencies: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    cpu: float = 0.0

    def summary(self) -> tuple[float, float, float, float]:
        """p50 and p99 in milliseconds, median requests per second of the rounds, microseconds of cpu per request."""
        ordered = sorted(self.latencies)
        p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
        return 1000 * p50, 1000 * p99, statistics.median(self.rates), 1e6 * self.cpu / len(ordered)


def main() -> None:
    """Measure, print, append."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="length of one turn of one arm")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each arm")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        key = prepare(Path(folder))
        with serving(CONSTANT_APP, folder) as constant, serving(SCORE_APP, folder) as service:
            servers = {"constant": constant, "floor": service, "score": service}
            requests = {arm: [request(arm, key, seed) for seed in range(64)] for arm in ARMS}
            rows = []
            for concurrency in CONCURRENCIES:
                found = measure(servers, requests, concurrency, asked.seconds, asked.rounds)
                rows += report(found, concurrency)
    append(RESULTS, rows)


def request(arm: str, key: str, seed: int) -> bytes:
    """One HTTP request as bytes; requests differ, since a repeated row flatters caches."""
    rng = random.Random(seed)
    events = [
        {"type": rng.choice(TYPES), "occurred_at": f"2026-0{rng.randint(1, 6)}-{rng.randint(10, 28)}T10:00:00Z"}
        | {"event_id": f"{seed}-{number}", "channel": "web"}
        for number in range(EVENTS)
    ]
    lead = {"lead_id": f"L{seed}", "industry": rng.choice(["software", "mining"]), "source": "webinar"}
    body = json.dumps({"lead": lead, "events": events, "as_of": "2026-07-01T00:00:00Z"}).encode()
    path = "/v1/score" if arm == "score" else f"/{arm}"
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def measure(
    servers: dict[str, Server], requests: dict[str, list[bytes]], concurrency: int, seconds: float, rounds: int
) -> dict[str, Measured]:
    """Let the arms take turns, each round in another order; one untimed turn first."""
    found = {arm: Measured() for arm in ARMS}
    for turn in range(rounds + 1):
        for place in range(len(ARMS)):
            arm = ARMS[(turn + place) % len(ARMS)]
            before = servers[arm].cpu_seconds()
            turn_seconds = seconds if turn else 0.5
            latencies, passed = asyncio.run(load(servers[arm].port, requests[arm], concurrency, turn_seconds))
            if turn:
                found[arm].cpu += servers[arm].cpu_seconds() - before
                found[arm].latencies += latencies
                found[arm].rates.append(len(latencies) / passed)
    return found


def report(found: dict[str, Measured], concurrency: int) -> list[dict[str, Any]]:
    """Print one concurrency's table; returns its rows."""
    base = found["floor"].summary()
    rows = []
    print(f"\nconcurrency {concurrency:<3} {'p50 ms':>8} {'p99 ms':>8} {'req/s':>8} {'cpu us':>8}   ratios to floor")
    for arm in ARMS:
        figures = found[arm].summary()
        ratios = [figure / other for figure, other in zip(figures, base, strict=True)]
        numbers = "{:8.2f} {:8.2f} {:8.0f} {:8.0f}".format(*figures)
        print(f"{arm:<15} {numbers}   " + " ".join(f"{ratio:6.2f}" for ratio in ratios))
        if arm == "score":
            promise(concurrency, ratios)
        names = ("p50_ms", "p99_ms", "requests_per_second", "cpu_us")
        rows.append(
            {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "concurrency": concurrency, "arm": arm}
            | {name: round(figure, 4) for name, figure in zip(names, figures, strict=True)}
            | {f"{name}_ratio": round(ratio, 3) for name, ratio in zip(names, ratios, strict=True)}
        )
    return rows


def promise(concurrency: int, ratios: list[float]) -> None:
    """Print what was promised of scores against the floor, and what came of it."""
    told = [f"rate {ratios[2]:.2f} of floor's (promised: at least {LEAST_RATE[concurrency]:.2f})"]
    if concurrency == 1:
        told.append(f"p99 {ratios[1]:.2f} times floor's (promised: at most {HIGHEST_P99})")
    print("  " + "; ".join(told))


if __name__ == "__main__":
    main()
