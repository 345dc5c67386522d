"""The base rate: every lead gets the conversion rate of the training rows. The least a model has to beat."""

from dataclasses import dataclass

import numpy as np

from leadscore.modeling.rows import Floats, LabelledRows, TrainingRows

UNKNOWN_RATE = 1e-6
"""Chance in a band that no row is old enough for: its horizon says no more than the nearer one."""


@dataclass(frozen=True, slots=True)
class BaseRate:
    """The same chance for every row; rates has shape (h,) and does not fall."""

    rates: Floats

    def predict(self, matrix: Floats) -> Floats:
        """Shape (n, h): the rate of each horizon, whatever the features."""
        return np.tile(self.rates, (len(matrix), 1))


def fit_base_rate(rows: TrainingRows) -> BaseRate:
    """The base rate of training rows labelled by horizon."""
    return BaseRate(base_rates(rows))


def base_rates(rows: LabelledRows) -> Floats:
    """Weighted conversion rate of each horizon, shape (h,), above 0 and below 1: half a conversion is added either way.

    A horizon for which no row is old enough takes the rate of the one before it, a lower bound (0.5 if there is none).

    >>> from numpy import array, ones, zeros
    >>> rows = LabelledRows(known=ones((3, 1), bool), converted=array([[True], [False], [False]]),
    ...                     weight=ones(3), cluster=array([1, 2, 3]))
    >>> base_rates(rows).tolist()
    [0.375]
    """
    weight = rows.weight @ rows.known
    rates = (rows.weight @ rows.labels() + 0.5) / (weight + 1)
    fitted: Floats = np.where(weight > 0, rates, np.nan)
    return not_falling(fitted[None, :]).reshape(-1)


def band_rates(rows: LabelledRows) -> Floats:
    """Weighted conversion rate of each band, shape (k,), half a conversion added; UNKNOWN_RATE where none is known."""
    weight = rows.weight @ rows.known
    rates = (rows.weight @ rows.labels() + 0.5) / (weight + 1)
    return np.where(weight > 0, rates, UNKNOWN_RATE)


def not_falling(p: Floats) -> Floats:
    """Chances by horizon, shape (n, h), raised where a farther horizon is below a nearer one.

    A horizon that could not be fitted is NaN: it takes the chance of the nearer one, or of the next if it is the first,
    or 0.5 if there is none.
    """
    nearest = np.maximum.accumulate(np.where(np.isnan(p), -np.inf, p), axis=1)
    first = np.where(np.isinf(nearest), np.inf, nearest).min(axis=1, keepdims=True)
    return np.where(np.isinf(nearest), np.where(np.isinf(first), 0.5, first), nearest)
