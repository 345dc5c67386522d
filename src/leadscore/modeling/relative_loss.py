"""Log loss in multiples of that of the base rate, so that each horizon counts alike, and how sure a gain in it is."""

from dataclasses import dataclass

import numpy as np

from leadscore.modeling.base_rate import base_rates
from leadscore.modeling.comparison import LOW, row_losses, sum_of_ratios
from leadscore.modeling.resampling import draw_leads
from leadscore.modeling.rows import Floats, LabelledRows, Whole


@dataclass(frozen=True)
class RelativeGain:
    """How much lower the relative loss of one prediction is than that of another on the same rows; above 0 is better.

    low, high   95 % interval over leads, as for promotion; None if most resamples leave it undefined.
    rows, leads, converting_leads   what it rests on.
    """

    value: float
    low: float | None
    high: float | None
    rows: int
    leads: int
    converting_leads: int

    @property
    def is_sure(self) -> bool:
        """Whether the whole interval lies above 0."""
        return self.low is not None and self.low > 0


def relative_loss(p: Floats, rows: LabelledRows) -> float:
    """Log loss of chances, shape (n, h), over that of the rows' own base rates; horizons without conversions left out.

    >>> rows = LabelledRows(known=np.ones((4, 1), bool), converted=np.array([[True], [False], [False], [False]]),
    ...                     weight=np.ones(4), cluster=np.arange(4))
    >>> relative_loss(np.full((4, 1), float(base_rates(rows)[0])), rows)
    1.0
    """
    seen, by_base_rate = _seen(rows), _base_losses(rows)
    losses = _weighted_losses(p, rows)[:, seen]
    return float((losses.sum(axis=0) / by_base_rate.sum(axis=0)).mean())


def relative_gain(better: Floats, reference: Floats, rows: LabelledRows, draws: int, seed: int) -> RelativeGain:
    """The relative loss of a reference less that of what may be better, shape (n, h) each, with its interval.

    Leads are resampled, not rows, and the same for both. The base rates are those of the rows in every resample.
    """
    gained = (_weighted_losses(reference, rows) - _weighted_losses(better, rows))[:, _seen(rows)]
    by_base_rate = _base_losses(rows) * gained.shape[1]
    value, low, high = sum_of_ratios(gained, by_base_rate, draw_leads(rows.cluster, draws, seed), LOW)
    counted = rows.known.any(axis=1)
    leads = len(np.unique(rows.cluster[counted]))
    return RelativeGain(value, low, high, int(counted.sum()), leads, rows.converting_leads())


def _seen(rows: LabelledRows) -> Whole:
    """The horizons at which somebody is known to have converted."""
    return np.flatnonzero(rows.labels().any(axis=0))


def _base_losses(rows: LabelledRows) -> Floats:
    """Those of the rows' own base rates at the horizons seen."""
    constant = np.broadcast_to(base_rates(rows), rows.known.shape)
    return _weighted_losses(constant, rows)[:, _seen(rows)]


def _weighted_losses(p: Floats, rows: LabelledRows) -> Floats:
    return row_losses(p, rows.converted, rows.known) * rows.weight[:, None]
