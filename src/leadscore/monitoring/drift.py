"""How far leads have moved between two periods: the population stability index of scores and features."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10
_FEW = 0.5


@dataclass(frozen=True)
class Drift:
    """What a comparison of two periods found.

    leads_before, leads_now  leads that were scored in each period; each counts once.
    score                    stability index of the score.
    features                 feature -> its stability index, the largest first.
    grades_before, grades_now  grade -> share of the leads.
    """

    leads_before: int
    leads_now: int
    score: float
    features: dict[str, float]
    grades_before: dict[str, float]
    grades_now: dict[str, float]


@dataclass(frozen=True)
class ScoredLeads:
    """The leads of a period as they were scored last in it.

    scores    0-100, shape (leads,).
    grades    grade of each.
    values    shape (leads, features), NaN for missing.
    """

    scores: NDArray[np.float64]
    grades: Sequence[str]
    values: NDArray[np.float64]


def compare_periods(before: ScoredLeads, now: ScoredLeads, names: Sequence[str]) -> Drift:
    """Compare two periods with at least one lead each; names are those of the columns of `values`."""
    found = {name: stability_index(before.values[:, i], now.values[:, i]) for i, name in enumerate(names)}
    return Drift(
        len(before.scores),
        len(now.scores),
        stability_index(before.scores, now.scores),
        dict(sorted(found.items(), key=lambda each: (-each[1], each[0]))),
        _shares(before.grades),
        _shares(now.grades),
    )


def stability_index(before: NDArray[np.float64], now: NDArray[np.float64]) -> float:
    """The population stability index: sum over bins of (now - before) * ln(now / before) of the shares.

    Bins are the tenths of the values before, each frequent value one of its own, and one for missing values (NaN). Half
    a lead is added to each bin, so that empty ones count finitely. Commonly below 0.1 is read as little, above 0.25 as
    much; few leads alone give about bins / leads.

    >>> stability_index(np.arange(100.0), np.arange(100.0))
    0.0
    >>> stability_index(np.zeros(50), np.ones(50)) > 1
    True
    """
    edges = np.unique(np.nanquantile(before, np.arange(1, BINS) / BINS)) if not np.isnan(before).all() else np.zeros(1)
    old, new = _shares_of_bins(before, edges), _shares_of_bins(now, edges)
    return round(float(((new - old) * np.log(new / old)).sum()), 6)


def _shares_of_bins(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    # An edge that many values equal separates them from those below and above it.
    place = np.searchsorted(edges, values, "left") + np.searchsorted(edges, values, "right")
    place[np.isnan(values)] = 2 * len(edges) + 1
    counts = np.bincount(place, minlength=2 * len(edges) + 2) + _FEW
    shares: NDArray[np.float64] = counts / counts.sum()
    return shares


def _shares(grades: Sequence[str]) -> dict[str, float]:
    return {grade: round(grades.count(grade) / len(grades), 6) for grade in sorted(set(grades))}
