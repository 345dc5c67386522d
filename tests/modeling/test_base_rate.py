import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from leadscore.modeling.base_rate import base_rates, fit_base_rate, not_falling
from leadscore.modeling.rows import TrainingRows


def rows(known, converted, weight):
    known, converted = np.array(known, dtype=bool), np.array(converted, dtype=bool)
    return TrainingRows(
        matrix=np.zeros((len(known), 1)),
        known=known,
        converted=converted,
        weight=np.array(weight, dtype=float),
        cluster=np.arange(len(known)),
    )


def test_the_rate_counts_only_known_labels_and_weighs_them():
    found = base_rates(rows([[1, 1], [1, 1], [1, 0]], [[0, 1], [0, 0], [0, 1]], [1, 3, 5]))
    assert found.tolist() == [0.5 / 10, 1.5 / 5]


def test_a_horizon_that_nobody_reached_takes_the_rate_of_the_nearer_one():
    assert base_rates(rows([[1, 0], [1, 0]], [[1, 1], [0, 1]], [1, 1])).tolist() == [0.5, 0.5]
    assert base_rates(rows([[0], [0]], [[1], [0]], [1, 1])).tolist() == [0.5]


def test_every_row_gets_the_rate():
    fitted = fit_base_rate(rows([[1, 1]], [[0, 1]], [1]))
    assert fitted.predict(np.zeros((2, 1))).tolist() == [[0.25, 0.75], [0.25, 0.75]]


@given(arrays(np.float64, (3, 4), elements=st.one_of(st.floats(0, 1), st.just(np.nan))))
def test_chances_never_fall_with_the_horizon(p):
    found = not_falling(p)
    assert np.all(np.diff(found, axis=1) >= 0)
    assert np.all(found[~np.isnan(p)] >= p[~np.isnan(p)])
