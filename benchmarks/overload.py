"""What becomes of scores when three times as many are asked for as can be computed?

    python benchmarks/overload.py [--seconds 10] [--most 16]

`leadscore serve`, one worker on loopback. Normal is what 16 clients see that ask again as soon as they are answered;
their rate is the capacity. Then requests are sent at half of it and at three times of it, every 2 ms those that are
due, whether earlier ones are answered or not.

Prints p50 and p99 of the scores, how many were told to come again (429) or failed, and the memory of the service;
appends them to benchmarks/results/overload.csv. Promised at three times the capacity: p99 of scores under 3 times
normal, no other status than 200 and 429 with Retry-After, memory flat.
"""

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from load import load
from results import append
from serving import request
from usual_model import prepare

RESULTS = Path(__file__).parent / "results" / "overload.csv"
MOST_CONNECTIONS = 900
TICK_SECONDS = 0.002
HEADER = "sent/s scores/s  p50 ms  p99 ms     429   else  unsent    MB"


@dataclass
class Seen:
    """Latencies of scores in seconds, and how often each status came; 429 without Retry-After counts as 0."""

    scores: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    unsent: int = 0

    def milliseconds(self, share: float) -> float:
        """A quantile of the scores."""
        return 1000 * sorted(self.scores)[int(len(self.scores) * share)] if self.scores else float("nan")


class Client(asyncio.Protocol):
    """One kept connection with at most one request on its way."""

    def __init__(self, seen: Seen, idle: deque["Client"]) -> None:
        self._seen, self._idle = seen, idle
        self._received, self._sent_at = b"", 0.0
        self.transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be ready."""
        self.transport = transport  # type: ignore[assignment]

    def ask(self, sent: bytes) -> None:
        """Send a request."""
        self._received, self._sent_at = b"", time.perf_counter()
        self.transport.write(sent)

    def data_received(self, data: bytes) -> None:
        """Note an answer once it is whole."""
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or len(body) < int(re.findall(rb"(?i)content-length: (\d+)", head)[0]):
            return
        status = int(head[9:12])
        if status == 200:
            self._seen.scores.append(time.perf_counter() - self._sent_at)
        if status == 429 and not re.search(rb"(?i)\r\nretry-after: \d+(\r\n|$)", head):
            status = 0
        self._seen.statuses[status] += 1
        self._idle.append(self)


async def at_rate(port: int, requests: list[bytes], rate: float, seconds: float) -> Seen:
    """Send requests at fixed times."""
    seen, idle, loop = Seen(), deque[Client](), asyncio.get_running_loop()
    everyone = [
        (await loop.create_connection(lambda: Client(seen, idle), "127.0.0.1", port))[1]
        for _ in range(MOST_CONNECTIONS)
    ]
    idle.extend(everyone)
    began, sent = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < seconds:
        for number in range(sent, int(passed * rate)):
            if idle:
                idle.popleft().ask(requests[number % len(requests)])
            else:
                seen.unsent += 1
        sent = max(sent, int(passed * rate))
        await asyncio.sleep(TICK_SECONDS)
    await asyncio.sleep(1)
    for each in everyone:
        each.transport.close()
    return seen


@contextmanager
def service(home: str, most: int):
    """Run `leadscore serve`; gives its port and process id."""
    variables = {
        "LEADSCORE_HOME": home,
        "LEADSCORE_MAX_REQUESTS_PER_SECOND": "1000000",
        "LEADSCORE_MAX_SCORES_IN_PROGRESS": str(most),
    }
    code = "import sys; sys.argv[1:] = ['serve', '--port', '0']; from leadscore.cli.main import main; main()"
    ways = {"env": {**os.environ, **variables}, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", code], **ways) as process:
        try:
            yield int(re.findall(r":(\d+)", process.stderr.readline())[0]), process.pid
        finally:
            process.terminate()


def megabytes(pid: int) -> float:
    """Memory that a process holds (Linux)."""
    return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) / 1_024


def main() -> None:
    """Measure, print, append."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each rate is kept")
    parser.add_argument("--most", type=int, default=16, help="max_scores_in_progress")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        key = prepare(Path(home))
        requests = [request("score", key, seed) for seed in range(64)]
        with service(home, asked.most) as (port, pid):
            asyncio.run(load(port, requests, 16, 1))
            latencies, passed = asyncio.run(load(port, requests, 16, 3))
            capacity, normal = len(latencies) / passed, Seen(latencies, Counter({200: len(latencies)}))
            print(f"at most {asked.most} in progress\n\n{'':<10} {HEADER}")
            rows = [row("normal", capacity, normal, passed, megabytes(pid))]
            for arm, times in (("half", 0.5), ("overload", 3.0)):
                seen = asyncio.run(at_rate(port, requests, times * capacity, asked.seconds))
                rows.append(row(arm, times * capacity, seen, asked.seconds, megabytes(pid)))
    print(f"\np99 under overload / normal: {rows[2]['p99_ms'] / rows[0]['p99_ms']:.2f} (promised: under 3)")
    append(RESULTS, [{**each, "most": asked.most} for each in rows])


def row(arm: str, rate: float, seen: Seen, seconds: float, memory: float) -> dict[str, Any]:
    """Print what was seen at one rate; returns it."""
    other = sum(count for status, count in seen.statuses.items() if status not in (200, 429))
    found = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "arm": arm,
        "sent_per_second": round(rate),
        "scores_per_second": round(len(seen.scores) / seconds),
        "p50_ms": round(seen.milliseconds(0.5), 3),
        "p99_ms": round(seen.milliseconds(0.99), 3),
        "told_to_come_again": seen.statuses[429],
        "other": other,
        "unsent": seen.unsent,
        "megabytes": round(memory),
    }
    numbers = "{sent_per_second:7} {scores_per_second:8} {p50_ms:7.1f} {p99_ms:7.1f}"
    print(f"{arm:<10} {(numbers + ' {told_to_come_again:7} {other:6} {unsent:7} {megabytes:5}').format(**found)}")
    return found


if __name__ == "__main__":
    main()
