"""What batch scoring costs beside LightGBM itself, and what grouped reasons cost beside scoring; one run, one thread.

    python benchmarks/scoring.py [--model FOLDER] [--rows 20000] [--rounds 9]

Every arm takes the same feature matrix and the same trees, in turns, each round in another order:

    lightgbm   `Booster.predict` of every band, as LightGBM's own package gives it
    score      our matrix path: the probability within each horizon
    reasons    probabilities, score, grade and the three strongest groups of features in words, for every row
    treeshap   `Booster.predict(pred_contrib=True)`, exact Shapley values, on a few rows

FOLDER is an exported version (`models/leadscore/champion`); without it a model of usual size is made: three bands of
300 trees, 98 features. Prints the processor time per row, the ratio to `lightgbm` as the median of the rounds with its
extremes, and appends them to benchmarks/results/scoring.csv.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np

from leadscore.modeling.artifact import ModelArtifact, load_artifact
from leadscore.scoring.scorer import Scorer
from results import append
from usual_model import prepare

RESULTS = Path(__file__).parent / "results" / "scoring.csv"
SHAPLEY_ROWS = 200
BASES = ("lightgbm", "score")
LEAST_THROUGHPUT, HIGHEST_PRICE = 0.95, 1.5
"""Promised: throughput of scoring in multiples of LightGBM's, cost of reasons in multiples of scoring's."""


def main() -> None:
    """Measure, print, append."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="folder of an exported version")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.model is None:
            prepare(Path(folder))
        model = asked.model or Path(folder) / "models" / "leadscore" / "champion"
        artifact = load_artifact(model)
        matrix = rows_like(model, asked.rows)
        boosters = [lgb.Booster(model_file=str(path)) for path in sorted(model.glob("band_*.txt"))]
        trees_alone = len(boosters) == len(artifact.horizon_keys) and len(list(model.glob("additive_*"))) == 0
    if trees_alone:
        refuse_other_numbers(artifact, boosters, matrix)
    else:
        print("the model has parts beside its trees: `lightgbm` is the trees alone")
    work = arms(artifact, boosters, matrix)
    append(RESULTS, report(measure(work, asked.rounds), artifact))


def rows_like(model: Path, rows: int) -> np.ndarray:
    """Feature rows whose every column holds values of the version's golden rows."""
    golden = json.loads((model / "golden.json").read_text())["rows"]
    values = np.array([row["values"] for row in golden], dtype=np.float64)
    rng = np.random.default_rng(5)
    chosen = rng.integers(0, len(values), (rows, values.shape[1]))
    return np.ascontiguousarray(np.take_along_axis(values, chosen, axis=0))


def arms(
    artifact: ModelArtifact, boosters: list[lgb.Booster], matrix: np.ndarray
) -> dict[str, tuple[Callable[[], Any], int]]:
    """Name -> (work, rows that it answers for)."""
    scorer, few = Scorer(artifact), matrix[:SHAPLEY_ROWS]
    return {
        "lightgbm": (lambda: [booster.predict(matrix, num_threads=1) for booster in boosters], len(matrix)),
        "score": (lambda: artifact.predictor.curve(matrix), len(matrix)),
        "reasons": (lambda: scorer.score_matrix(matrix), len(matrix)),
        "treeshap": (lambda: [b.predict(few, pred_contrib=True, num_threads=1) for b in boosters], len(few)),
    }


def refuse_other_numbers(artifact: ModelArtifact, boosters: list[lgb.Booster], matrix: np.ndarray) -> None:
    """A faster answer counts only if it is the same answer."""
    hazards = np.column_stack([booster.predict(matrix, num_threads=1) for booster in boosters])
    expected = 1 - np.cumprod(1 - hazards, axis=1)
    apart = float(np.abs(expected - artifact.predictor.curve(matrix)).max())
    if apart > 1e-12:
        raise SystemExit(f"probabilities differ from LightGBM's by up to {apart}")


def measure(work: dict[str, tuple[Callable[[], Any], int]], rounds: int) -> dict[str, np.ndarray]:
    """Processor seconds per row of each arm in each round; one untimed round first."""
    names = list(work)
    found: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds + 1):
        for place in range(len(names)):
            name = names[(turn + place) % len(names)]
            started = time.process_time()
            work[name][0]()
            if turn:
                found[name].append((time.process_time() - started) / work[name][1])
    return {name: np.array(seconds) for name, seconds in found.items()}


def report(found: dict[str, np.ndarray], artifact: ModelArtifact) -> list[dict[str, Any]]:
    """Print the table and what was promised; returns its rows."""
    print(f"{artifact.predictor.n_features} features, {len(artifact.horizon_keys)} bands, one thread")
    print(f"\n{'arm':<10} {'us a row':>9}   time / lightgbm (rounds)      time / score (rounds)")
    rows = []
    for name, seconds in found.items():
        ratios = [seconds / found[base] for base in BASES]
        told = "    ".join(f"{np.median(r):8.3f} ({r.min():.3f}-{r.max():.3f})" for r in ratios)
        print(f"{name:<10} {1e6 * np.median(seconds):9.2f}   {told}")
        rows.append(
            {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "arm": name}
            | {"us_per_row": round(1e6 * float(np.median(seconds)), 3)}
            | {f"to_{base}": round(float(np.median(r)), 4) for base, r in zip(BASES, ratios, strict=True)}
        )
    throughput = float(np.median(found["lightgbm"] / found["score"]))
    price = float(np.median(found["reasons"] / found["score"]))
    print(f"\nthroughput of scoring / LightGBM: {throughput:.3f} (promised: at least {LEAST_THROUGHPUT})")
    print(f"cost of reasons / scoring alone:  {price:.3f} (promised: at most {HIGHEST_PRICE})")
    return rows


if __name__ == "__main__":
    main()
