"""Resampling whole leads: rows of one lead rise and fall together, so no interval may treat them as independent."""

from dataclasses import dataclass

import numpy as np

from leadscore.modeling.rows import Floats, Whole

LOW, HIGH = 5.0, 95.0
"""Percentiles that bound a 90 % interval."""


@dataclass(frozen=True)
class LeadDraws:
    """Poisson resamples of leads.

    position      shape (n,), which lead (0, 1, ...) each row belongs to.
    multiplicity  shape (draws, leads), how often each resample holds each lead; the mean is 1.
    """

    position: Whole
    multiplicity: Floats


def draw_leads(cluster: Whole, draws: int, seed: int) -> LeadDraws:
    """Resample the leads of rows `draws` times; the same seed gives the same resamples."""
    leads, position = np.unique(cluster, return_inverse=True)
    multiplicity = np.random.default_rng(seed).poisson(1.0, size=(draws, len(leads)))
    return LeadDraws(position.astype(np.int64), multiplicity.astype(np.float64))


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
