"""Resampling whole leads: rows of one lead rise and fall together, so no interval may treat them as independent."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from leadscore.modeling.rows import Floats, Whole

LOW, HIGH = 5.0, 95.0
"""Percentiles that bound a 90 % interval."""


_BLOCK_CELLS = 10_000_000


@dataclass(frozen=True)
class LeadDraws:
    """Poisson resamples of leads, drawn anew at each reading: a million leads by 1,000 draws fit no memory.

    position   shape (n,), which lead (0, 1, ...) each row belongs to.
    leads      how many leads there are.
    draws      how many resamples; the same seed gives the same ones.
    """

    position: Whole
    leads: int
    draws: int
    seed: int

    def blocks(self) -> Iterator[Floats]:
        """How often each resample holds each lead, shape (some draws, leads), the mean is 1; a few draws at a time."""
        rng = np.random.default_rng(self.seed)
        size = max(1, _BLOCK_CELLS // max(1, self.leads))
        for start in range(0, self.draws, size):
            shape = (min(size, self.draws - start), self.leads)
            yield rng.poisson(1.0, size=shape).astype(np.float64)

    def totals(self, per_lead: Floats) -> Floats:
        """Sums of figures of the leads, shape (leads, k), over each resample, shape (draws, k)."""
        return np.concatenate([block @ per_lead for block in self.blocks()])


def draw_leads(cluster: Whole, draws: int, seed: int) -> LeadDraws:
    """Resample the leads of rows `draws` times; the same seed gives the same resamples."""
    leads, position = np.unique(cluster, return_inverse=True)
    return LeadDraws(position.astype(np.int64), len(leads), draws, seed)


def percentile_interval(values: Floats, low: float = LOW, high: float = HIGH) -> tuple[float | None, float | None]:
    """Percentiles of resampled figures; None when most resamples leave the figure undefined.

    >>> from numpy import arange, nan, array
    >>> percentile_interval(arange(101.0))
    (5.0, 95.0)
    >>> percentile_interval(array([1.0, nan, nan]))
    (None, None)
    """
    defined = values[np.isfinite(values)]
    if 2 * len(defined) < len(values) or not len(defined):
        return None, None
    bounds = np.percentile(defined, [low, high])
    return float(bounds[0]), float(bounds[1])
