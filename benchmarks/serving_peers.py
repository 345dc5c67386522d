"""How does a score compare with the same model in other servers? By hand, each from an environment of its own.

    python benchmarks/serving_peers.py [--mlflow PYTHON] [--bentoml PYTHON] [--seconds 3] [--rounds 3]

PYTHON is the interpreter of an environment with the peer and lightgbm in it:

    python -m venv /tmp/peer && /tmp/peer/bin/pip install bentoml lightgbm

One worker each on loopback, in turns; connections stay open. The peers have the easier task: a ready row of 98 numbers
in, three probabilities out; no events, no features, no reasons, no decision. Arms:

    score     POST /v1/score with 50 events, as in benchmarks/serving.py
    mlflow    `mlflow models serve` of the same trees as a pyfunc with a signature
    bentoml   `bentoml serve` of the same trees behind an async endpoint, without access log and metrics

Prints p50, p99, requests per second and how many times as many we answer, and appends them to
benchmarks/results/serving_peers.csv.
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

import serving
from load import load
from load import serving as served
from results import append
from scoring import rows_like
from usual_model import prepare

CONCURRENCIES = (1, 16)
LEAST = {"mlflow": 15.0, "bentoml": 1.7}
"""Promised: our requests a second in multiples of the peer's."""
PATHS = {"mlflow": "/invocations", "bentoml": "/predict"}
RESULTS = Path(__file__).parent / "results" / "serving_peers.csv"
START_SECONDS = 180
MODEL = """
import json
import lightgbm
import numpy as np

class Bands:
    def __init__(self, folder):
        self.boosters = [lightgbm.Booster(model_file=str(path)) for path in sorted(folder.glob("band_*.txt"))]

    def chances(self, rows):
        hazards = [booster.predict(rows, num_threads=1) for booster in self.boosters]
        return 1 - np.cumprod(1 - np.column_stack(hazards), axis=1)
"""
SAVE_MLFLOW = """
import sys
from pathlib import Path
import mlflow
import pandas
from bands import Bands
from mlflow.models import infer_signature

class Served(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        self.bands = Bands(Path(context.artifacts["bands"]))

    def predict(self, context, model_input, params=None):
        return self.bands.chances(model_input.to_numpy(float))

rows = pandas.DataFrame([[0.5] * int(sys.argv[2])], columns=[f"f{n}" for n in range(int(sys.argv[2]))])
signature = infer_signature(rows, Bands(Path(sys.argv[1])).chances(rows.to_numpy()))
mlflow.pyfunc.save_model("saved", python_model=Served(), artifacts={"bands": sys.argv[1]}, signature=signature,
                         code_paths=["bands.py"], pip_requirements=[])
"""
BENTO_SERVICE = """
import os
from pathlib import Path
import bentoml
import numpy as np
from bands import Bands

@bentoml.service(workers=1, logging={"access": {"enabled": False}}, metrics={"enabled": False})
class Served:
    def __init__(self):
        self.bands = Bands(Path(os.environ["BANDS"]))

    @bentoml.api
    async def predict(self, row: list[float]) -> list[float]:
        return self.bands.chances(np.array([row]))[0].tolist()
"""


def main() -> None:
    """Measure, print, append."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mlflow", help="interpreter of an environment with mlflow")
    parser.add_argument("--bentoml", help="interpreter of an environment with bentoml")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of one turn of one arm")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each arm")
    asked = parser.parse_args()
    peers = {peer: python for peer, python in (("mlflow", asked.mlflow), ("bentoml", asked.bentoml)) if python}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        key, bands = prepare(Path(folder)), Path(folder) / "models" / "leadscore" / "champion"
        rows = np.nan_to_num(rows_like(bands, 64))
        ports = {"score": running.enter_context(served(serving.SCORE_APP, folder)).port}
        requests = {"score": [serving.request("score", key, seed) for seed in range(64)]}
        for peer, python in peers.items():
            home = Path(folder) / peer
            home.mkdir()
            ports[peer] = running.enter_context(peer_serving(peer, python, home, bands, rows.shape[1]))
            requests[peer] = [request(peer, row) for row in rows.tolist()]
        found = [
            row
            for concurrency in CONCURRENCIES
            for row in compare(ports, requests, concurrency, asked.seconds, asked.rounds)
        ]
    append(RESULTS, found)


@contextmanager
def peer_serving(peer: str, python: str, home: Path, bands: Path, width: int) -> Iterator[int]:
    """Run a peer with the bands' trees; gives the port it listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (home / "bands.py").write_text(MODEL)
    variables = {**os.environ, "BANDS": str(bands), "OMP_NUM_THREADS": "1", "BENTOML_DO_NOT_TRACK": "1"}
    variables |= {"MLFLOW_DISABLE_TELEMETRY": "true", "PATH": f"{Path(python).parent}:{os.environ['PATH']}"}
    if peer == "mlflow":
        subprocess.run([python, "-c", SAVE_MLFLOW, str(bands), str(width)], cwd=home, env=variables, check=True)
        words = ["mlflow", "models", "serve", "-m", "saved", "--env-manager", "local", "-w", "1"]
    else:
        (home / "service.py").write_text(BENTO_SERVICE)
        words = ["bentoml", "serve", "service:Served"]
    log = (home / "log").open("w")
    address = ["--host", "127.0.0.1", "--port", str(port)]
    # In a session of its own, so that the processes it starts end with it.
    process = subprocess.Popen(
        [python, "-m", *words, *address], cwd=home, env=variables, stdout=log, stderr=log, start_new_session=True
    )
    try:
        wait_for(port, process, home / "log")
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until a server listens."""
    for _ in range(10 * START_SECONDS):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"the peer does not listen:\n{log.read_text()[-2000:]}")


def request(peer: str, row: list[float]) -> bytes:
    """A ready row as the peer wants it."""
    names = [f"f{number}" for number in range(len(row))]
    content = {"dataframe_split": {"columns": names, "data": [row]}} if peer == "mlflow" else {"row": row}
    body = json.dumps(content).encode()
    head = f"POST {PATHS[peer]} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def compare(
    ports: dict[str, int], requests: dict[str, list[bytes]], concurrency: int, seconds: float, rounds: int
) -> list[dict[str, object]]:
    """Let the arms take turns, one untimed turn first; prints the table and returns its rows."""
    arms = list(ports)
    latencies: dict[str, list[float]] = {arm: [] for arm in arms}
    rates: dict[str, list[float]] = {arm: [] for arm in arms}
    for turn in range(rounds + 1):
        for place in range(len(arms)):
            arm = arms[(turn + place) % len(arms)]
            found, passed = asyncio.run(load(ports[arm], requests[arm], concurrency, seconds if turn else 1.0))
            if turn:
                latencies[arm] += found
                rates[arm].append(len(found) / passed)
    print(f"\nconcurrency {concurrency:<3} {'p50 ms':>8} {'p99 ms':>8} {'req/s':>8}   ours / its")
    rows: list[dict[str, object]] = []
    ours = statistics.median(rates["score"])
    for arm in arms:
        ordered, rate = sorted(latencies[arm]), statistics.median(rates[arm])
        p50, p99 = 1000 * ordered[len(ordered) // 2], 1000 * ordered[int(len(ordered) * 0.99)]
        promised = f" (promised: at least {LEAST[arm]})" if arm in LEAST else ""
        print(f"{arm:<15} {p50:8.2f} {p99:8.2f} {rate:8.0f}   {ours / rate:8.2f}{promised}")
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        rows.append(
            {"at": at, "concurrency": concurrency, "arm": arm, "p50_ms": round(p50, 3), "p99_ms": round(p99, 3)}
            | {"requests_per_second": round(rate, 1), "ours_to_its": round(ours / rate, 3)}
        )
    return rows


if __name__ == "__main__":
    main()
