"""How uncertain the conversion rate of leads like this one is: an interval around each predicted probability.

Later rows are binned by predicted probability, and each bin's observed rate is held against it. Counting is over leads,
since the snapshots of one lead convert together: few conversions make intervals wide, whatever the number of rows.
Only numpy is used, for the service reads intervals from this file.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from leadscore.modeling.doubts import PULL_DOUBT, Doubts
from leadscore.modeling.rows import Flags, Floats, LabelledRows, Whole

LEVEL = 0.9
NORMAL_QUANTILE = 1.6448536269514722
BIN_WIDTH = 1.0
"""Width, in log-odds, of the bins in which errors are looked for."""
LEARNED_SHARE = 0.1
"""How much larger the variance of each part is taken to be in a bin of one conversion; half that for two, and so on."""
LARGEST_VARIANCE = 8.0
"""Variance of what a bin without any case is thought to say."""
NARROWEST = 0.05
"""Least distance, in log-odds, between a probability and either end of its interval."""
TYPICAL_SIZE = 0.4
"""How large, in log-odds, each part of a prediction's error is thought to be before any data are seen."""
SIZES = np.linspace(0.01, 1.21, 25)
NEWTON_STEPS = 12
GRID = tuple(float(value) for value in 1 / (1 + np.exp(-np.linspace(-14, 14, 141))))


@dataclass(frozen=True, slots=True)
class RateEstimate:
    """The log-odds of an observed rate, and its standard error over leads."""

    log_odds: float
    error: float

    def bounds(self) -> tuple[float, float]:
        """The 90 % interval of the rate."""
        reach = NORMAL_QUANTILE * self.error
        low, high = (float(1 / (1 + np.exp(-end))) for end in (self.log_odds - reach, self.log_odds + reach))
        return low, high


def estimate_rate(converted: Flags, weight: Floats, cluster: Whole, spread: float = 1.0) -> RateEstimate:
    """Log-odds of the weighted conversion rate of rows; half a conversion is added on either side (Jeffreys).

    converted, weight, cluster   shape (n,), n may be 0.
    spread    how many rows weigh as one because the rows of a lead convert together; the least that is assumed, and all
              there is to go by where nobody converted.
    """
    total, conversions = float(weight.sum()), float(weight @ converted)
    rows_per_case = max(spread, _spread(converted, weight, cluster))
    yes, no = conversions / rows_per_case + 0.5, (total - conversions) / rows_per_case + 0.5
    return RateEstimate(float(np.log(yes / no)), float(np.sqrt(1 / yes + 1 / no)))


def _spread(converted: Flags, weight: Floats, cluster: Whole) -> float:
    """Variance of the number of conversions over leads, in multiples of that of independent rows; at least 1."""
    total, conversions = float(weight.sum()), float(weight @ converted)
    if conversions <= 0 or conversions >= total:
        return 1.0
    _, lead = np.unique(cluster, return_inverse=True)
    by_lead = np.bincount(lead, weights=weight * (converted - conversions / total))
    independent = conversions * (1 - conversions / total)
    most = conversions / len(np.unique(cluster[converted]))
    return max(1.0, float(by_lead @ by_lead) / independent, most)


def equal_event_bins(p: Floats, weight: Floats, bins: int) -> Whole:
    """Bin rows by probability so that each bin predicts about as many conversions; shape (n,), 0 holds the lowest.

    Rows of equal probability share a bin. The outcomes are not looked at, or the bins would favour them.
    """
    values, position = np.unique(p, return_inverse=True)
    predicted = np.bincount(position, weights=weight, minlength=len(values)) * values
    if predicted.sum() <= 0:
        return np.zeros(len(p), dtype=np.int64)
    middle = (np.cumsum(predicted) - predicted / 2) / predicted.sum()
    wanted = np.minimum((middle * bins).astype(np.int64), bins - 1)
    return np.unique(wanted, return_inverse=True)[1][position].astype(np.int64)


@dataclass(frozen=True)
class IntervalTable:
    """Ends of the 90 % interval at rising probabilities from 0 to 1; straight lines in between.

    Single lookups and whole columns use the same additions and multiplications, so they agree bit for bit.
    """

    p: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def at(self, p: float) -> tuple[float, float]:
        """Low and high end for one probability within 0-1; low <= p <= high."""
        left = min(max(bisect_right(self.p, p), 1), len(self.p) - 1) - 1
        share = (p - self.p[left]) / (self.p[left + 1] - self.p[left])
        low = self.low[left] + share * (self.low[left + 1] - self.low[left])
        high = self.high[left] + share * (self.high[left + 1] - self.high[left])
        return min(low, p), max(high, p)

    def at_all(self, p: Floats) -> tuple[Floats, Floats]:
        """Low and high ends for a column of probabilities, shape (n,) each; NaN stays NaN."""
        grid, lows, highs = np.asarray(self.p), np.asarray(self.low), np.asarray(self.high)
        left = np.clip(np.searchsorted(grid, p, side="right"), 1, len(grid) - 1) - 1
        share = (p - grid[left]) / (grid[left + 1] - grid[left])
        low = lows[left] + share * (lows[left + 1] - lows[left])
        high = highs[left] + share * (highs[left + 1] - highs[left])
        return np.minimum(low, p), np.maximum(high, p)

    def to_dict(self) -> dict[str, Any]:
        """The table as plain values for a JSON file."""
        return {"level": LEVEL, "p": list(self.p), "low": list(self.low), "high": list(self.high)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Read a table back, exactly."""
        return cls(tuple(values["p"]), tuple(values["low"]), tuple(values["high"]))


def fit_intervals(
    p: Floats,
    converted: Flags,
    weight: Floats,
    cluster: Whole,
    segment: Whole | None = None,
    doubts: Doubts | None = None,
) -> IntervalTable:
    """Learn the intervals of one horizon from later rows that the model was not trained on.

    p          shape (n,), predicted; n may be 0, which leaves what is assumed without data.
    converted  shape (n,), the known label; weight and cluster (the lead's number) alike.
    segment    shape (n,), whole number of each row's segment or source, 0 or more: how far segments stray from the
               prediction beyond chance widens all intervals, for the rate of a bin hides differences inside it.
    doubts     what these rows cannot tell; None for nothing.

    The error of a prediction, in log-odds, is taken as normal: a part common to all rows, one common to the rows of
    like probability, one of the segment within them. The sizes of the last two are estimated from all cells together,
    averaging over what the data leave open.
    """
    parts = np.zeros(len(p), dtype=np.int64) if segment is None else segment
    rows_per_case = _spread(converted, weight, cluster)
    typical = _log_odds(np.average(p, weights=weight, keepdims=True)) if len(p) else np.zeros(1)
    unseen = doubts or Doubts()
    shift, doubt = _common_shift(p, converted, weight / rows_per_case)
    moved = 1 / (1 + np.exp(-(_log_odds(p) + shift - unseen.pulled(typical - _log_odds(p)))))
    bins = np.floor(_log_odds(p) / BIN_WIDTH)
    centre, cells = [0.0], [(np.zeros(0), np.zeros(0))]
    for rows in (bins == number for number in np.unique(bins)):
        centre.append(float(_log_odds(np.average(p[rows], weights=weight[rows]))))
        cells.append(_cells(moved[rows], converted[rows], weight[rows] / rows_per_case, parts[rows]))
    known = slice(1, None) if len(cells) > 1 else slice(None)
    mean, variance = _predict_error(cells[known])
    place = np.array(centre[known])
    cold = unseen.pulled(typical - place)
    variance = variance + doubt + unseen.drift**2 + (PULL_DOUBT * cold) ** 2
    return _table(place, mean + shift - cold, np.sqrt(variance))


def fit_intervals_by_horizon(
    p: Floats, later: LabelledRows, segment: Whole, doubts: Sequence[Doubts]
) -> tuple[IntervalTable, ...]:
    """`fit_intervals` for each horizon, on the rows old enough for it.

    p        shape (n, h); later  the same rows, labelled by horizon; segment  shape (n,).
    doubts   what the rows cannot tell, by horizon.
    """
    tables = []
    for horizon, (predicted, unseen) in enumerate(zip(p.T, doubts, strict=True)):
        ripe = later.known[:, horizon]
        told = (later.converted[ripe, horizon], later.weight[ripe], later.cluster[ripe], segment[ripe])
        tables.append(fit_intervals(predicted[ripe], *told, unseen))
    return tuple(tables)


def _common_shift(p: Floats, converted: Flags, cases: Floats) -> tuple[float, float]:
    """The shift of all log-odds that makes predicted conversions meet the observed ones, and its variance.

    cases  shape (n,), how many independent cases each row counts as.
    """
    place, shift, doubt = _log_odds(p), 0.0, TYPICAL_SIZE**2
    for _ in range(NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-(place + shift)))
        doubt = 1 / (float((cases * chance * (1 - chance)).sum()) + 1 / TYPICAL_SIZE**2)
        shift += doubt * (float((cases * (converted - chance)).sum()) - shift / TYPICAL_SIZE**2)
    return shift, doubt


def _cells(p: Floats, converted: Flags, cases: Floats, segment: Whole) -> tuple[Floats, Floats]:
    """For each segment of a bin: by how much, in log-odds, the observed rate lies above p, and the variance of that."""
    information = np.bincount(segment, weights=cases * p * (1 - p))
    used = information > 1e-9
    return np.bincount(segment, weights=cases * (converted - p))[used] / information[used], 1 / information[used]


def _predict_error(cells: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """Mean and variance of the error of a prediction, by bin, shape (bins,) each.

    Every pair of sizes (of the part common to a bin, of the part of a segment) is weighed by how well it explains the
    cells and by how plausible it is without data. A bin with few conversions here had few in training too, so that
    both parts are larger there.
    """
    common, own = (axis.ravel() ** 2 for axis in np.meshgrid(SIZES, SIZES))
    evidence = -0.5 * (common + own) / TYPICAL_SIZE**2
    means, variances = [], []
    for gap, variance in cells:
        learned = LEARNED_SHARE / (float((1 / variance).sum()) + 1 / LARGEST_VARIANCE)
        ours, theirs = common + learned, own + learned
        precision = 1 / (theirs[:, None] + variance)
        total = precision.sum(axis=1)
        pull = (precision * gap).sum(axis=1)
        remaining = ours / (1 + total * ours)
        evidence += 0.5 * (np.log(precision).sum(axis=1) - (precision * gap**2).sum(axis=1))
        evidence += 0.5 * (remaining * pull**2 - np.log1p(total * ours))
        means.append(remaining * pull)
        variances.append(remaining + theirs)
    belief = np.exp(evidence - evidence.max())
    belief /= belief.sum()
    mean = np.array(means) @ belief
    spread = np.array(variances) @ belief + (np.array(means) - mean[:, None]) ** 2 @ belief
    return mean, spread


def _table(centre: Floats, shift: Floats, error: Floats) -> IntervalTable:
    """Ends on the grid of probabilities from what was found at the bins' centres (all in log-odds)."""
    inner = np.array(GRID)
    place = _log_odds(inner)
    moved = np.interp(place, centre, shift)
    reach = NORMAL_QUANTILE * np.interp(place, centre, error)
    low = 1 / (1 + np.exp(-(place - np.maximum(reach - moved, NARROWEST))))
    high = 1 / (1 + np.exp(-(place + np.maximum(reach + moved, NARROWEST))))
    return IntervalTable((0.0, *GRID, 1.0), (0.0, *low.tolist(), float(low[-1])), (float(high[0]), *high.tolist(), 1.0))


def _log_odds(p: Floats) -> Floats:
    chance = np.clip(p, GRID[0], GRID[-1])
    return np.log(chance) - np.log1p(-chance)
