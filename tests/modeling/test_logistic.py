import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from leadscore.modeling.logistic import fit_design, fit_logistic
from leadscore.modeling.rows import TrainingRows


def history(count=2_000, leads=2_000, seed=0):
    random = np.random.default_rng(seed)
    matrix = np.column_stack([random.exponential(2, count), random.integers(0, 3, count), random.normal(size=count)])
    matrix[random.random(count) < 0.2, 2] = np.nan
    log_odds = -3 + np.log1p(matrix[:, 0]) + (matrix[:, 1] == 1) + np.isnan(matrix[:, 2])
    near = 1 / (1 + np.exp(-log_odds))
    return TrainingRows(
        matrix=matrix,
        known=np.ones((count, 2), dtype=bool),
        converted=random.random((count, 1)) < np.stack([near, 1 - (1 - near) ** 2], axis=1),
        weight=np.ones(count),
        cluster=np.arange(count) % leads,
    )


def test_chances_meet_the_rate_and_follow_counts_categories_and_gaps():
    rows = history()
    fitted = fit_logistic(rows, [1])
    assert fitted.predict(rows.matrix).mean(axis=0) == pytest.approx(rows.labels().mean(axis=0), rel=0.02)
    plain, many, category, gap = fitted.predict(np.array([[1, 0, 0], [9, 0, 0], [1, 1, 0], [1, 0, np.nan]]))
    assert many[0] > plain[0]
    assert category[0] > plain[0]
    assert gap[0] > plain[0]


def test_few_conversions_hold_coefficients_closer_to_zero():
    many, few = fit_logistic(history(), [1]), fit_logistic(history(leads=60), [1])
    assert np.abs(few.coefficients).sum() < np.abs(many.coefficients).sum()


def test_a_horizon_of_one_class_gets_its_base_rate():
    rows = history()
    one_class = TrainingRows(
        matrix=rows.matrix,
        known=rows.known & [True, False],
        converted=rows.converted & [False, True],
        weight=rows.weight,
        cluster=rows.cluster,
    )
    assert fit_logistic(one_class, [1]).predict(rows.matrix) == pytest.approx(0.5 / 2_001)


def test_the_middle_value_stands_for_a_missing_one():
    design = fit_design(np.array([[1.0], [3.0], [5.0], [np.nan]]), [], np.ones(4))
    missing, middle = design.columns(np.array([[np.nan], [3.0]]))
    assert missing[0] == middle[0]
    assert missing[1] != middle[1]


def test_constant_and_empty_columns_say_nothing():
    design = fit_design(np.array([[2.0, np.nan], [2.0, np.nan]]), [], np.ones(2))
    assert design.columns(np.array([[2.0, np.nan]])).tolist() == [[0.0, 0.0]]


def test_a_category_not_seen_in_training_has_no_column_of_its_own():
    design = fit_design(np.array([[0.0], [1.0]]), [0], np.ones(2))
    assert design.columns(np.array([[5.0]])).shape == (1, 2)


FITTED = fit_logistic(history(), [1])


@given(arrays(np.float64, (4, 3), elements=st.floats(allow_infinity=False)))
def test_any_row_gets_chances_that_do_not_fall_with_the_horizon(matrix):
    p = FITTED.predict(matrix)
    assert np.all((p > 0) & (p < 1))
    assert np.all(np.diff(p, axis=1) >= 0)
