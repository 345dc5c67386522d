"""How uncertain the conversion rate of leads like this one is: an interval around each predicted probability.

Later rows are binned by predicted probability; in each bin the observed rate has an error that is computed over leads,
since the snapshots of one lead convert together. Few conversions make it wide, whatever the number of rows.
Only numpy is used, for the service reads intervals from this file.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from leadscore.modeling.rows import Flags, Floats, Whole

LEVEL = 0.9
NORMAL_QUANTILE = 1.6448536269514722
LEADS_PER_BIN, MOST_BINS = 20, 10
NARROWEST = 0.05
"""Least distance, in log-odds, between a probability and either end of its interval."""
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
    p: Floats, converted: Flags, weight: Floats, cluster: Whole, segment: Whole | None = None
) -> IntervalTable:
    """Learn the intervals of one horizon from later rows that the model was not trained on.

    p          shape (n,), predicted; n may be 0, which gives intervals that say almost nothing.
    converted  shape (n,), the known label; weight and cluster (the lead's number) alike.
    segment    shape (n,), number of each row's segment or source: how far segments stray from the prediction beyond
               chance then widens all intervals, for a bin's rate tells nothing of differences inside the bin.
    """
    leads = len(np.unique(cluster[converted]))
    bins = equal_event_bins(p, weight, int(np.clip(leads // LEADS_PER_BIN, 1, MOST_BINS)))
    spread = _spread(converted, weight, cluster)
    centre, shift, error = [], [], []
    for number in range(max(bins, default=0) + 1):
        rows = bins == number
        found = estimate_rate(converted[rows], weight[rows], cluster[rows], spread)
        predicted = _log_odds(np.average(p[rows], weights=weight[rows]) if rows.any() else np.array(0.5))
        centre.append(float(predicted))
        shift.append(found.log_odds - float(predicted))
        error.append(found.error)
    stray = (
        0.0 if segment is None else _stray(p, converted, weight, cluster, bins * (segment.max(initial=0) + 1) + segment)
    )
    return _table(np.array(centre), np.array(shift), np.sqrt(np.array(error) ** 2 + stray))


def _stray(p: Floats, converted: Flags, weight: Floats, cluster: Whole, cell: Whole) -> float:
    """Variance of the error in log-odds between cells (bin and segment) beyond chance; moments, 0 or more."""
    _, number = np.unique(cell, return_inverse=True)
    pair, lead_cell = np.unique(np.stack([number, cluster]), axis=1, return_inverse=True)
    by_lead = np.bincount(lead_cell, weights=weight * (converted - p))
    gap = np.bincount(number, weights=weight * (converted - p))
    chance = np.bincount(pair[0], weights=by_lead**2)
    slope = np.bincount(number, weights=weight * p * (1 - p))
    return max(0.0, float((gap**2 - chance).sum() / max(float(slope @ slope), 1e-12)))


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
