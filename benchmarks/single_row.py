"""What one row costs beside LightGBM itself, and what its reasons cost beside the row alone; one run, one thread.

    python benchmarks/single_row.py [--model FOLDER] [--rows 2000] [--rounds 9]

Every arm takes the same rows one by one, in turns, each round in another order; no two rows are alike, since a row that
is scored again and again finds its trees in the caches:

    lightgbm   `Booster.predict` of every band with one thread
    row        the log-odds of every band by LightGBM's single-row call, and the probability within each horizon
    reasons    the same, and the effect of every feature on the main horizon
    words      the same with interval, score, grade and the six strongest groups of features in words

FOLDER is an exported version (`models/leadscore/champion`); without it a model of usual size is made: three bands of
300 trees, 98 features. Probabilities must equal those from `Booster.predict` bit for bit. Prints the processor time per
row and the ratios, as the median of the rounds, and appends them to benchmarks/results/single_row.csv.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np

from leadscore.modeling.artifact import ModelArtifact, load_artifact
from leadscore.modeling.native import NativeBooster
from leadscore.scoring.scorer import Scorer
from results import append
from scoring import measure, rows_like
from usual_model import prepare

RESULTS = Path(__file__).parent / "results" / "single_row.csv"
BASES = ("lightgbm", "row")
HIGHEST_PRICE = 2.2
"""Promised: cost of reasons in multiples of the row alone."""


def main() -> None:
    """Measure, print, append."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="folder of an exported version")
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.model is None:
            prepare(Path(folder))
        model = asked.model or Path(folder) / "models" / "leadscore" / "champion"
        artifact, rows = load_artifact(model), rows_like(model, asked.rows)
        texts = [path.read_text() for path in sorted(model.glob("band_*.txt"))]
        if len(texts) != len(artifact.horizon_keys) or list(model.glob("additive_*")):
            raise SystemExit("the model has parts beside its trees, which LightGBM knows nothing of")
    append(RESULTS, report(measure(arms(artifact, texts, rows), asked.rounds)))


def arms(artifact: ModelArtifact, texts: list[str], rows: np.ndarray) -> dict[str, tuple[Callable[[], Any], int]]:
    """Name -> (work, rows that it answers for)."""
    boosters = [lgb.Booster(model_str=text) for text in texts]
    natives, scorer = [NativeBooster(text) for text in texts], Scorer(artifact)
    lists = rows.tolist()

    def alone(row: np.ndarray) -> list[float]:
        return chances([native.raw(row) for native in natives])

    def lightgbm(row: np.ndarray) -> list[float]:
        return [float(booster.predict(row[None, :], num_threads=1)[0]) for booster in boosters]

    refuse_other_bits(artifact, boosters, rows, alone)
    return {
        "lightgbm": (lambda: [lightgbm(row) for row in rows], len(rows)),
        "row": (lambda: [alone(row) for row in rows], len(rows)),
        "reasons": (lambda: [artifact.predictor.row(row) for row in rows], len(rows)),
        "words": (lambda: [scorer.score_row(row) for row in lists], len(rows)),
    }


def chances(raw: list[float]) -> list[float]:
    """The probability within each horizon from the log-odds of each band."""
    hazard = 1.0 / (1.0 + np.exp(-np.array(raw)))
    survived, found = 1.0, []
    for each in hazard.tolist():
        survived *= 1.0 - each
        found.append(1.0 - survived)
    return found


def refuse_other_bits(
    artifact: ModelArtifact, boosters: list[lgb.Booster], rows: np.ndarray, alone: Callable[[np.ndarray], list[float]]
) -> None:
    """A faster answer counts only if it is the same answer."""
    raw = np.column_stack([booster.predict(rows, raw_score=True, num_threads=1) for booster in boosters])
    for row, expected in zip(rows, raw, strict=True):
        if artifact.predictor.raw(row).tolist() != expected.tolist():
            raise SystemExit("log-odds differ from those of Booster.predict")
        if artifact.predictor.row(row)[0] != alone(row):
            raise SystemExit("probabilities with reasons differ from those without")


def report(found: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """Print the table and what was promised; returns its rows."""
    print(f"{'arm':<10} {'us a row':>9}   time / lightgbm (rounds)      time / row (rounds)")
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
    price = float(np.median(found["reasons"] / found["row"]))
    print(f"\ncost of a row with reasons / the row alone: {price:.2f} (promised: at most {HIGHEST_PRICE})")
    return rows


if __name__ == "__main__":
    main()
