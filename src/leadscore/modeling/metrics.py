"""Weighted figures of probabilities against outcomes, from one sort that every resample reuses."""

from dataclasses import dataclass

import numpy as np

from leadscore.modeling.rows import Flags, Floats, Whole

METRICS = ("roc_auc", "pr_auc", "log_loss", "brier", "ece", "lift_top_tenth", "predicted_to_observed")
CALIBRATION_BINS = 15
TOP_SHARE = 0.1
SMALLEST_CHANCE = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class RankedRows:
    """Rows of one horizon, by falling probability; rows of equal probability form one group.

    probability  shape (g,), falling: the probability of each group.
    starts       shape (g,), where each group begins among the sorted rows.
    converted    shape (n,), 1.0 or 0.0, sorted; weight and cluster alike.
    """

    probability: Floats
    starts: Whole
    converted: Floats
    weight: Floats
    cluster: Whole

    def masses(self, multiplicity: Floats | None = None) -> tuple[Floats, Floats]:
        """Weight of the converted and of the other rows of each group, shape (g,) each.

        multiplicity  shape (number of leads,): how often a resample drew each lead; absent, each once.
        """
        weight = self.weight if multiplicity is None else self.weight * multiplicity[self.cluster]
        if not len(weight):
            return np.zeros(0), np.zeros(0)
        positive = weight * self.converted
        return np.add.reduceat(positive, self.starts), np.add.reduceat(weight - positive, self.starts)


def rank_rows(p: Floats, converted: Flags, weight: Floats, cluster: Whole) -> RankedRows:
    """Sort rows once by falling probability; all arrays have shape (n,) and no missing value."""
    order = np.argsort(-p, kind="stable")
    ranked = p[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]]) if len(ranked) else np.zeros(0, dtype=np.int64)
    return RankedRows(ranked[starts], starts, converted[order].astype(np.float64), weight[order], cluster[order])


def compute_metrics(probability: Floats, positive: Floats, negative: Floats) -> dict[str, float]:
    """Every metric of METRICS from groups by falling probability; NaN where it is undefined.

    roc_auc, pr_auc (average precision), log_loss, brier and ece (bins of equal weight) as usual, weighted;
    lift_top_tenth is the rate among the tenth with the highest probability over the rate of all, where rows of equal
    probability share the border; predicted_to_observed is the ratio of predicted to observed conversions.

    >>> from numpy import array
    >>> found = compute_metrics(array([0.8, 0.2]), array([1.0, 0.0]), array([0.0, 1.0]))
    >>> found["roc_auc"], found["predicted_to_observed"]
    (1.0, 1.0)
    """
    mass = positive + negative
    total, conversions, others = float(mass.sum()), float(positive.sum()), float(negative.sum())
    if total <= 0:
        return dict.fromkeys(METRICS, np.nan)
    chance = np.clip(probability, SMALLEST_CHANCE, 1 - SMALLEST_CHANCE)
    loss = -(_dot(positive, np.log(chance)) + _dot(negative, np.log1p(-chance))) / total
    brier = (_dot(positive, (1 - probability) ** 2) + _dot(negative, probability**2)) / total
    figures = dict.fromkeys(METRICS, np.nan)
    figures |= {"log_loss": loss, "brier": brier, "ece": _ece(probability, positive, mass)}
    if conversions > 0:
        figures["pr_auc"] = _average_precision(positive, mass)
        figures["lift_top_tenth"] = float(gain_at(np.array([TOP_SHARE]), positive, mass)[0]) / TOP_SHARE
        figures["predicted_to_observed"] = _dot(mass, probability) / conversions
    if conversions > 0 and others > 0:
        below = others - np.cumsum(negative)
        figures["roc_auc"] = _dot(positive, below + 0.5 * negative) / (conversions * others)
    return figures


def gain_at(shares: Floats, positive: Floats, mass: Floats) -> Floats:
    """Share of all conversions among the given shares of rows, highest probability first.

    shares    within 0-1.
    positive  weight of the converted rows of each group, by falling probability, some above 0; mass: of all its rows.
    """
    worked = np.r_[0.0, np.cumsum(mass)] / mass.sum()
    found = np.r_[0.0, np.cumsum(positive)] / positive.sum()
    return np.asarray(np.interp(shares, worked, found))


def _dot(first: Floats, second: Floats) -> float:
    """Sum of products; not by `@`, which wakes all cores for arrays too short to gain by it, thousands of times."""
    return float(np.einsum("i,i->", first, second))


def _average_precision(positive: Floats, mass: Floats) -> float:
    drawn = np.cumsum(mass)
    precision = np.divide(np.cumsum(positive), drawn, out=np.zeros_like(drawn), where=drawn > 0)
    return _dot(positive, precision) / float(positive.sum())


def _ece(probability: Floats, positive: Floats, mass: Floats) -> float:
    """Mean gap between predicted and observed rate over bins of equal weight; a group is never split."""
    total = mass.sum()
    middle = (np.cumsum(mass) - mass / 2) / total
    bins = np.minimum((middle * CALIBRATION_BINS).astype(np.int64), CALIBRATION_BINS - 1)
    gap = np.bincount(bins, weights=positive - mass * probability, minlength=CALIBRATION_BINS)
    return float(np.abs(gap).sum() / total)
