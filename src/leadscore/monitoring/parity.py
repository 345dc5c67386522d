"""Feature values that scores were given with, against the same values computed again in bulk."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

_EXAMPLES = 10


@dataclass(frozen=True)
class ServingParity:
    """What a comparison found.

    scores      scores compared.
    values      feature values compared.
    mismatches  feature -> values that differ in any bit.
    examples    the first differences, each with decision, lead, as_of, feature, served and recomputed value.
    """

    scores: int
    values: int
    mismatches: dict[str, int]
    examples: tuple[dict[str, Any], ...]


def compare_served(
    stored: Sequence[Mapping[str, Any]], matrix: npt.NDArray[np.float64], names: Sequence[str]
) -> ServingParity:
    """Compare stored scores with their features computed again.

    stored   as the store gives scores; `feature_values` by name, null for missing.
    matrix   shape (scores, features), NaN for missing; columns by `names`.

    >>> stored = [{"lead_id": "a", "as_of": 5, "decision": {"id": "d"}, "feature_values": {"x": 1.0, "y": None}}]
    >>> compare_served(stored, np.array([[1.0, 2.0]]), ["x", "y"]).mismatches
    {'y': 1}
    """
    mismatches: dict[str, int] = {}
    examples: list[dict[str, Any]] = []
    for score, row in zip(stored, matrix.tolist(), strict=True):
        served = score["feature_values"]
        for name, value in zip(names, row, strict=True):
            again = None if math.isnan(value) else value
            if served.get(name) != again:
                mismatches[name] = mismatches.get(name, 0) + 1
                about = {"decision": score["decision"]["id"], "lead_id": score["lead_id"], "as_of": score["as_of"]}
                examples.append({**about, "feature": name, "served": served.get(name), "recomputed": again})
    return ServingParity(len(stored), len(stored) * len(names), mismatches, tuple(examples[:_EXAMPLES]))
