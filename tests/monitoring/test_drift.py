"""The stability index: nothing for the same leads, more the further they move, whatever values there are."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.monitoring.drift import ScoredLeads, compare_periods, stability_index

values = st.lists(st.one_of(st.just(math.nan), st.floats(-1e6, 1e6), st.sampled_from([0.0, 1.0])), min_size=1)


@given(values, values)
def test_it_is_finite_never_negative_and_nothing_for_the_same_values(before, now):
    before, now = np.array(before), np.array(now)
    assert 0 <= stability_index(before, now) < math.inf
    assert stability_index(before, np.random.default_rng(0).permutation(before)) == 0


def test_it_grows_with_the_distance_and_is_small_for_draws_of_the_same_law():
    rng = np.random.default_rng(1)
    before = rng.normal(size=5_000)
    indices = [stability_index(before, rng.normal(shift, size=5_000)) for shift in (0, 0.3, 0.6, 1.2)]
    assert indices == sorted(indices)
    assert indices[0] < 0.01
    assert indices[2] > 0.25


def test_two_equally_frequent_values_give_the_figure_of_the_textbook():
    before = np.repeat([0.0, 1.0], [5_000, 5_000])
    now = np.repeat([0.0, 1.0], [7_000, 3_000])
    assert stability_index(before, now) == pytest.approx(0.4 * math.log(7 / 3) / 2, rel=0.01)


def test_a_feature_that_went_missing_is_noticed():
    full, empty = np.ones(1_000), np.full(1_000, math.nan)
    assert stability_index(full, empty) > 1
    assert stability_index(empty, full) > 1


def test_the_feature_that_moved_most_comes_first():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(500, 2))
    before = ScoredLeads(values[:, 0], ["A"] * 100 + ["B"] * 400, values)
    now = ScoredLeads(values[:, 0], ["B"] * 500, values + np.array([0, 2]))
    found = compare_periods(before, now, ("still", "moved"))
    assert list(found.features) == ["moved", "still"]
    assert (found.score, found.leads_before, found.leads_now) == (0, 500, 500)
    assert (found.grades_before, found.grades_now) == ({"A": 0.2, "B": 0.8}, {"B": 1.0})
