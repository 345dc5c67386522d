"""Ridge logistic regression: the strong simple baseline."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from leadscore.modeling.base_rate import base_rates, not_falling
from leadscore.modeling.rows import Flags, Floats, TrainingRows

STRENGTH, STRENGTH_ON_FEW_DATA = 0.02, 0.005
FEW_CONVERSIONS = 100
"""Below this many converting leads the coefficients are held closer to zero."""
LARGEST = 8.0
"""Standardised values are cut here, so that one odd row cannot carry a coefficient."""


@dataclass(frozen=True, slots=True)
class Design:
    """How a feature matrix becomes the columns of a regression; learned on training rows.

    numbers     indexes of the number columns: signed log1p, the median where missing, then standardised.
    categories  (column, codes): one 0/1 column per code seen in training; an unseen code has none.
    gaps        indexes of the columns that were missing in some but not all rows: a 0/1 column each.
    """

    numbers: tuple[int, ...]
    medians: Floats
    categories: tuple[tuple[int, tuple[float, ...]], ...]
    gaps: tuple[int, ...]
    mean: Floats
    scale: Floats

    def columns(self, matrix: Floats) -> Floats:
        """Shape (n, c), standardised as in training."""
        columns = self._raw(matrix)
        columns -= self.mean
        columns /= self.scale
        return np.clip(columns, -LARGEST, LARGEST, out=columns)

    def _raw(self, matrix: Floats) -> Floats:
        numbers = _compressed(matrix[:, list(self.numbers)])
        filled = np.where(np.isnan(numbers), self.medians, numbers)
        codes = [matrix[:, [column]] == np.array(values) for column, values in self.categories]
        gaps = np.isnan(matrix[:, list(self.gaps)])
        return np.concatenate([filled, gaps, *codes], axis=1).astype(np.float64)


def fit_design(matrix: Floats, categorical: Sequence[int], weight: Floats) -> Design:
    """Learn the columns of a regression from training rows, shape (n, f); constant columns become zeros."""
    missing = np.isnan(matrix)
    gaps = tuple(np.flatnonzero(missing.any(axis=0) & ~missing.all(axis=0)).tolist())
    numbers = tuple(column for column in range(matrix.shape[1]) if column not in set(categorical))
    values = _compressed(matrix[:, list(numbers)])
    medians = np.array([_median(column) for column in values.T])
    categories = tuple((column, tuple(_codes(matrix[:, column]))) for column in categorical)
    unscaled = Design(numbers, medians, categories, gaps, np.zeros(1), np.ones(1))
    raw = unscaled._raw(matrix)
    mean = np.einsum("i,ij->j", weight, raw) / weight.sum()
    raw -= mean
    spread = np.sqrt(np.einsum("i,ij,ij->j", weight, raw, raw) / weight.sum())
    return Design(numbers, medians, categories, gaps, mean, np.where(spread > 1e-9, spread, 1.0))


def _compressed(values: Floats) -> Floats:
    return np.asarray(np.copysign(np.log1p(np.abs(values)), values))


def _median(values: Floats) -> float:
    present = values[~np.isnan(values)]
    return float(np.median(present)) if len(present) else 0.0


def _codes(values: Floats) -> list[float]:
    return [float(code) for code in np.unique(values[~np.isnan(values)])]


@dataclass(frozen=True, slots=True)
class Logistic:
    """One regression per horizon: intercepts (h,), coefficients (h, c); NaN where a horizon could not be fitted."""

    design: Design
    intercepts: Floats
    coefficients: Floats

    def predict(self, matrix: Floats) -> Floats:
        """Shape (n, h), not falling over the horizons."""
        log_odds = self.design.columns(matrix) @ self.coefficients.T + self.intercepts
        return not_falling(1 / (1 + np.exp(-log_odds)))


def fit_logistic(rows: TrainingRows, categorical: Sequence[int]) -> Logistic:
    """Fit a ridge logistic regression for each horizon on the rows whose label is known.

    rows         labels by horizon. A horizon of one class gets the base rate.
    categorical  indexes of the columns that hold category codes.
    """
    design = fit_design(rows.matrix, categorical, rows.weight)
    columns = design.columns(rows.matrix)
    strength = STRENGTH if rows.converting_leads() >= FEW_CONVERSIONS else STRENGTH_ON_FEW_DATA
    rates = base_rates(rows)
    intercepts, coefficients = np.log(rates / (1 - rates)), np.zeros((rows.columns, columns.shape[1]))
    for horizon in range(rows.columns):
        known = rows.known[:, horizon]
        label = rows.converted[known, horizon]
        if len(np.unique(label)) == 2:
            intercepts[horizon], coefficients[horizon] = fit_ridge(columns[known], label, rows.weight[known], strength)
    return Logistic(design, intercepts, coefficients)


def fit_ridge(columns: Floats, label: Flags, weight: Floats, strength: float) -> tuple[float, Floats]:
    """Intercept and coefficients (c,) of a weighted ridge logistic regression; `strength` is scikit-learn's C."""
    model = LogisticRegression(C=strength, max_iter=2_000).fit(columns, label, sample_weight=weight)
    return float(model.intercept_[0]), np.asarray(model.coef_[0], dtype=np.float64)
