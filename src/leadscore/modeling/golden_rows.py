"""Golden rows: a few made-up feature rows with the answers that a version gave when it was written.

Whoever loads the version asks it the same again, so that a damaged model, or another reader of models, is noticed.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from leadscore.domain.errors import DataError
from leadscore.modeling.predictor import BandPredictor
from leadscore.modeling.rows import Floats

GOLDEN_ROWS = 32
_LOOKED_AT = 5_000
# Sums of leaves are equal everywhere; the last bits of exp differ between processors.
_P_TOLERANCE = 1e-12


def draw_golden_rows(matrix: Floats) -> Floats:
    """Rows that are nobody's: each column takes its own quantiles, missing values among them, in an order of its own.

    matrix    feature rows that the model learnt from, shape (n, n_features), n at least 1.
    Returns   shape (GOLDEN_ROWS, n_features); the same for the same matrix.
    """
    ordered = np.sort(matrix[:: max(1, len(matrix) // _LOOKED_AT)], axis=0)
    places = (np.arange(GOLDEN_ROWS) * len(ordered) + len(ordered) // 2) // GOLDEN_ROWS
    shuffled = np.random.default_rng(0).permuted(np.tile(places[:, None], matrix.shape[1]), axis=0)
    return np.take_along_axis(ordered, shuffled, axis=0)


def golden_answers(predictor: BandPredictor, rows: Floats) -> dict[str, Any]:
    """Rows and what a version answers to them, as plain values for JSON."""
    answers = []
    for row in rows:
        values = [None if np.isnan(value) else float(value) for value in row]
        answers.append({"values": values, "raw": predictor.raw(row).tolist(), "p": predictor.row(row)[0]})
    return {"rows": answers}


def refuse_other_answers(predictor: BandPredictor, golden: dict[str, Any]) -> None:
    """Ask the golden rows again.

    golden   what `golden_answers` gave.
    Raises   DataError [LS-MODEL-02] if there are none, if an answer is another, or if it is no probability.
    """
    if not golden["rows"]:
        raise DataError("LS-MODEL-02", found="it has no golden rows to be tried on")
    for number, answer in enumerate(golden["rows"]):
        row = np.array([np.nan if value is None else value for value in answer["values"]], dtype=np.float64)
        raw, p = predictor.raw(row).tolist(), predictor.row(row)[0]
        if not np.isfinite(raw).all() or not _are_probabilities(p):
            raise DataError("LS-MODEL-02", found=f"golden row {number} gives {p} (raw {raw}): no probabilities")
        apart = max(abs(here - there) for here, there in zip(p, answer["p"], strict=True))
        if raw != answer["raw"] or not apart <= _P_TOLERANCE:
            found = f"golden row {number} gives {p} (raw {raw}), written were {answer['p']} (raw {answer['raw']})"
            raise DataError("LS-MODEL-02", found=found)


def _are_probabilities(p: Sequence[float]) -> bool:
    return all(0 <= value <= 1 for value in p) and all(near <= far for near, far in pairwise(p))
