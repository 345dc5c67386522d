"""Naive Bayes per horizon band, written as an additive model: what each value, or range of numbers, says by itself."""

from collections.abc import Sequence

import numpy as np

from leadscore.modeling.additive import AdditiveModel, Term
from leadscore.modeling.base_rate import band_rates
from leadscore.modeling.recalibration import line
from leadscore.modeling.rows import Flags, Floats, TrainingRows

RANGES = 12
"""Ranges that a number column is cut into, each holding about as many rows."""
BELIEF_ROWS = 20.0
"""Rows of the average rate that are added to each value: a value seen a few times says little."""


def fit_bayes_bands(rows: TrainingRows, categorical: Sequence[int]) -> list[AdditiveModel]:
    """Count values among converted and other rows of each band; a missing value is a value.

    rows         labels by band, shape (n, k). A band of one class gets the base rate.
    categorical  indexes of the columns that hold category codes.
    Returns      k models whose terms are centred on the training rows. Columns that say the same are counted twice, as
                 naive Bayes does, so that the sum is too bold: it is flattened until it fits the training rows.
    """
    rates, codes = band_rates(rows), set(categorical)
    models = []
    for band in range(rows.columns):
        known = rows.known[:, band]
        matrix, label, weight = rows.matrix[known], rows.converted[known, band], rows.weight[known]
        terms = []
        if len(np.unique(label)) == 2:
            terms = [
                _term(column, matrix[:, column], label, weight, column in codes) for column in range(matrix.shape[1])
            ]
        bias = float(np.log(rates[band] / (1 - rates[band])))
        model = AdditiveModel(matrix.shape[1], bias, tuple(terms))
        if terms:
            model = model.recalibrated(*line(model.raw_matrix(matrix), label, weight / weight.mean()))
        models.append(model.centred(matrix, weight))
    return models


def _term(column: int, values: Floats, label: Flags, weight: Floats, is_code: bool) -> Term:
    present = values[~np.isnan(values)]
    if is_code:
        places = np.arange(int(present.max()) + 1) + 0.5 if len(present) else np.array([0.5])
    else:
        places = _borders(present)
    group = np.where(np.isnan(values), len(places) + 1, np.searchsorted(places, values, side="right"))
    weight = weight / weight.mean()
    total = np.bincount(group, weights=weight, minlength=len(places) + 2)
    won = np.bincount(group, weights=weight * label, minlength=len(places) + 2)
    base = float(weight @ label) / float(weight.sum())
    rate = (won + BELIEF_ROWS * base) / (total + BELIEF_ROWS)
    effect = (np.log(rate / (1 - rate)) - np.log(base / (1 - base))).tolist()
    return Term(column, "steps", tuple(places.tolist()), tuple(effect[:-1]), effect[-1])


def _borders(present: Floats) -> Floats:
    """Values at which a new range begins: between all if they are few, else at quantiles."""
    distinct = np.unique(present)
    if len(distinct) <= RANGES:
        return np.asarray((distinct[1:] + distinct[:-1]) / 2)
    return np.unique(np.quantile(present, np.linspace(0, 1, RANGES + 1)[1:-1]))
