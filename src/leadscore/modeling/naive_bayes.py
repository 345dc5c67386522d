"""Naive Bayes over the fields of a lead, as open-source CRMs compute it: how often each value was among the won."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadscore.modeling.base_rate import base_rates, not_falling
from leadscore.modeling.rows import Floats, TrainingRows

LAPLACE = 0.1
"""Added to the count of each value, as those CRMs do, so that a value never seen among the won is no proof."""


@dataclass(frozen=True, slots=True)
class NaiveBayes:
    """Prior log-odds (h,), and for each field the log-odds that each of its codes adds, shape (h, codes)."""

    columns: tuple[int, ...]
    prior: Floats
    evidence: tuple[Floats, ...]

    def predict(self, matrix: Floats) -> Floats:
        """Shape (n, h), not falling over the horizons; an empty field or an unseen code adds nothing."""
        log_odds = np.tile(self.prior, (len(matrix), 1))
        for column, evidence in zip(self.columns, self.evidence, strict=True):
            codes = matrix[:, column]
            seen = (codes >= 0) & (codes < evidence.shape[1])
            log_odds[seen] += evidence[:, codes[seen].astype(np.int64)].T
        return not_falling(1 / (1 + np.exp(-log_odds)))


def fit_naive_bayes(rows: TrainingRows, categorical: Sequence[int]) -> NaiveBayes | None:
    """Count values among converted and other rows of each horizon; None if no column holds categories.

    rows         labels by horizon. A horizon of one class gets the base rate.
    categorical  indexes of the columns that hold category codes (whole numbers from 0, NaN for missing).
    """
    if not categorical:
        return None
    rates = base_rates(rows)
    return NaiveBayes(
        tuple(categorical),
        np.log(rates / (1 - rates)),
        tuple(_evidence(rows, rows.matrix[:, column]) for column in categorical),
    )


def _evidence(rows: TrainingRows, codes: Floats) -> Floats:
    """Log of P(code | converted) / P(code | not), shape (h, codes); zeros where a horizon has one class."""
    filled = ~np.isnan(codes)
    sizes = int(codes[filled].max()) + 1 if filled.any() else 1
    evidence = np.zeros((rows.columns, sizes))
    for horizon in range(rows.columns):
        used = rows.known[:, horizon] & filled
        label = rows.converted[used, horizon]
        if label.any() and not label.all():
            won, other = (_frequencies(codes[used], rows.weight[used] * of, sizes) for of in (label, ~label))
            evidence[horizon] = np.log(won) - np.log(other)
    return evidence


def _frequencies(codes: Floats, weight: Floats, sizes: int) -> Floats:
    counts = np.bincount(codes.astype(np.int64), weights=weight, minlength=sizes) + LAPLACE
    return np.asarray(counts / counts.sum())
