"""How near predictions come to the exact truth, and whether their intervals hold it."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from learning_questions import Questions

BINS = 10
FEWEST_ROWS = 20
TOP_SHARE = 0.05
COLD = (2.0, 2.5, 3.0, 3.5)
"""Log-odds below the mean chance between which the coldest leads are looked at."""


def expected_log_loss(p: np.ndarray, truth: np.ndarray, weight: np.ndarray) -> float:
    """Log loss that p can expect when `truth` is the exact probability."""
    q = np.clip(p, 1e-12, 1 - 1e-12)
    return float(np.average(-(truth * np.log(q) + (1 - truth) * np.log1p(-q)), weights=weight))


def attained(p: np.ndarray, asked: Questions) -> np.ndarray:
    """(LL_base - LL_model) / (LL_base - LL_Bayes) by horizon; the base is the constant at the rate of these rows."""
    found = []
    for model, truth in zip(p.T, asked.truth.T, strict=True):
        base = np.full(len(truth), np.average(truth, weights=asked.weight))
        worst, best = (expected_log_loss(each, truth, asked.weight) for each in (base, truth))
        found.append((worst - expected_log_loss(model, truth, asked.weight)) / (worst - best))
    return np.array(found)


def predicted_over_true(p: np.ndarray, asked: Questions, young: bool = False) -> np.ndarray:
    """Sum of p over sum of the truth by horizon, of all leads or of those younger than 90 days."""
    rows = asked.young if young else np.ones(len(p), dtype=bool)
    return np.asarray((asked.weight[rows] @ p[rows]) / (asked.weight[rows] @ asked.truth[rows]))


def held_by_the_top(p: np.ndarray, asked: Questions, horizon: int) -> float:
    """Share of the true conversions within a horizon that the highest 5 % of the snapshots hold."""
    order = np.argsort(-p[:, horizon], kind="stable")
    weight = asked.weight[order]
    top = np.cumsum(weight) <= TOP_SHARE * weight.sum()
    conversions = weight * asked.truth[order, horizon]
    return float(conversions[top].sum() / conversions.sum())


def coverage(p: np.ndarray, ends: tuple[np.ndarray, np.ndarray], truth: np.ndarray, asked: Questions) -> list[bool]:
    """For each group of snapshots of like probability and segment: whether its mean interval holds its mean truth.

    p, ends, truth   of one horizon, shape (n,) each; ends are the low and high ends of the intervals.
    """
    cuts = np.quantile(p, np.linspace(0, 1, BINS + 1)[1:-1])
    like = np.searchsorted(cuts, p, side="right")
    inside = []
    for segment in np.unique(asked.segment):
        for number in range(BINS):
            rows = (asked.segment == segment) & (like == number)
            if rows.sum() >= FEWEST_ROWS:
                low, mean, high = (np.average(x[rows], weights=asked.weight[rows]) for x in (ends[0], truth, ends[1]))
                inside.append(bool(low <= mean <= high))
    return inside


def true_over_predicted_when_cold(p: np.ndarray, truth: np.ndarray, asked: Questions) -> list[float]:
    """Mean truth over mean prediction of the snapshots between each two of COLD; NaN where there are fewer than 20.

    p, truth   of one horizon, shape (n,) each.
    """
    mean = np.average(p, weights=asked.weight)
    below = np.log(mean / (1 - mean)) - np.log(p / (1 - p))
    found = []
    for low, high in pairwise(COLD):
        rows = (below >= low) & (below < high)
        enough = rows.sum() >= FEWEST_ROWS
        weight = asked.weight[rows]
        found.append(float(weight @ truth[rows] / (weight @ p[rows])) if enough else np.nan)
    return found


def spread(values: Sequence[float]) -> str:
    """Mean, and lowest to highest."""
    return f"{np.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})"
