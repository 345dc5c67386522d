import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from leadscore.modeling.ridge_bands import STRENGTH, fit_ridge_bands, learn_design
from leadscore.modeling.rows import TrainingRows


def world(rows=3_000, seed=1):
    rng = np.random.default_rng(seed)
    size, code = rng.lognormal(3, 2, rows), rng.integers(0, 4, rows).astype(float)
    plain, empty = rng.normal(size=rows), np.full(rows, np.nan)
    odds = -2 + 0.5 * (np.log(size) - 3) + np.array([0, 1, -1, 0.5])[code.astype(int)] + 0.7 * plain
    plain = np.where(rng.random(rows) < 0.2, np.nan, plain)
    code = np.where(rng.random(rows) < 0.1, np.nan, code)
    won = rng.random(rows) < 1 / (1 + np.exp(-odds))
    return np.column_stack([size, code, plain, empty, np.ones(rows)]), won


def rows_of(matrix, *labels):
    known = np.ones((len(matrix), len(labels)), dtype=bool)
    weight = np.ones(len(matrix))
    converted = np.column_stack(labels)
    return TrainingRows(matrix=matrix, known=known, converted=converted, weight=weight, cluster=np.arange(len(matrix)))


def test_the_sum_of_effects_is_the_regression_it_was_fitted_as():
    matrix, won = world()
    (model,) = fit_ridge_bands(rows_of(matrix, won), (1,))
    columns = learn_design(matrix, (1,), np.ones(len(matrix))).columns(matrix)
    own = LogisticRegression(C=STRENGTH, max_iter=2_000, tol=1e-8).fit(columns, won)
    assert model.raw_matrix(matrix) == pytest.approx(own.decision_function(columns), abs=0.02)


def test_effects_are_centred_on_the_training_rows():
    matrix, won = world()
    (model,) = fit_ridge_bands(rows_of(matrix, won), (1,))
    assert model.effect_matrix(matrix).mean(axis=1) == pytest.approx(0, abs=1e-9)


def test_skewed_numbers_are_read_on_a_logarithmic_scale():
    matrix, won = world()
    later, later_won = world(seed=2)
    (model,) = fit_ridge_bands(rows_of(matrix[:, :1], won), ())
    assert roc_auc_score(later_won, model.raw_matrix(later[:, :1])) > 0.68
    assert len(model.terms[0].places) > 20


def test_values_far_outside_are_held_at_the_end_of_their_line():
    matrix, won = world()
    (model,) = fit_ridge_bands(rows_of(matrix, won), (1,))
    far, farther = np.array([[1e9, 9.0, 50.0, 1.0, 3.0], [1e12, 77.0, 1e6, 2.0, -3.0]])
    assert model.raw_matrix(np.array([far])) == model.raw_matrix(np.array([farther]))


def test_a_band_of_one_class_gets_the_base_rate():
    matrix, won = world()
    first, second = fit_ridge_bands(rows_of(matrix, won, np.zeros(len(won), bool)), (1,))
    assert np.ptp(first.raw_matrix(matrix)) > 1
    assert np.ptp(second.raw_matrix(matrix)) < 1e-9
    assert second.bias < -7


def test_the_unit_of_a_number_does_not_matter():
    matrix, won = world()
    cents = matrix * np.array([100, 1, 100, 1, 1])
    (model,), (other,) = fit_ridge_bands(rows_of(matrix, won), (1,)), fit_ridge_bands(rows_of(cents, won), (1,))
    assert other.raw_matrix(cents) == pytest.approx(model.raw_matrix(matrix), abs=0.01)
