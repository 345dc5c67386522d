import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from leadscore.modeling.bayes_bands import BELIEF_ROWS, fit_bayes_bands
from leadscore.modeling.recalibration import line
from leadscore.modeling.rows import TrainingRows


def rows_of(matrix, won):
    known = np.ones((len(matrix), 1), dtype=bool)
    weight = np.ones(len(matrix))
    return TrainingRows(
        matrix=matrix, known=known, converted=won[:, None], weight=weight, cluster=np.arange(len(matrix))
    )


def world(rows=4_000, seed=1):
    rng = np.random.default_rng(seed)
    hump, code = rng.normal(size=rows), rng.integers(0, 5, rows).astype(float)
    won = rng.random(rows) < 1 / (1 + np.exp(2.0 + 0.8 * hump**2 - 0.6 * code))
    return np.column_stack([np.where(rng.random(rows) < 0.1, np.nan, hump), code]), won


def test_ranges_of_a_number_may_rise_and_fall():
    matrix, won = world()
    later, later_won = world(seed=2)
    (model,) = fit_bayes_bands(rows_of(matrix, won), (1,))
    assert roc_auc_score(later_won, model.raw_matrix(later)) > 0.72
    hump = model.terms[0]
    assert hump.at(0.0) > max(hump.at(-2.5), hump.at(2.5))


def test_a_column_counted_twice_does_not_make_predictions_bolder():
    matrix, won = world()
    (model,) = fit_bayes_bands(rows_of(np.tile(matrix, 4), won), (1, 3, 5, 7))
    slope, intercept = line(model.raw_matrix(np.tile(matrix, 4)), won)
    assert (slope, intercept) == pytest.approx((1.0, 0.0), abs=0.02)


def test_a_value_seen_once_says_next_to_nothing():
    matrix, won = world()
    matrix[:, 1], won = 0.0, won.copy()
    matrix[0, 1], won[0] = 1.0, True
    (model,) = fit_bayes_bands(rows_of(matrix, won), (1,))
    assert abs(model.terms[1].at(1.0) - model.terms[1].at(0.0)) < 10 / BELIEF_ROWS


def test_rows_of_one_class_give_a_constant():
    matrix, won = world()
    (model,) = fit_bayes_bands(rows_of(matrix, np.zeros_like(won)), (1,))
    assert not model.terms
