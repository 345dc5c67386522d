import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.domain.errors import DataError
from leadscore.scoring.grades import ScoreTable, build_score_table

LIFTS = (4.0, 1.5, 0.5)
RATES = st.floats(1e-6, 0.999)
P = st.floats(0, 1)


def test_the_cuts_are_multiples_of_the_base_rate_and_score_quarters():
    table = build_score_table(0.02, LIFTS)
    assert table.cuts == (0.01, 0.03, 0.08)
    assert [table.score(p) for p in (0.0, 0.01, 0.03, 0.08, 1.0)] == [0, 25, 50, 75, 100]


def test_a_cut_belongs_to_the_better_grade():
    table = build_score_table(0.02, LIFTS)
    assert [table.grade(p) for p in (0.0, 0.0099, 0.01, 0.0299, 0.03, 0.08, 1.0)] == list("DDCCBAA")


def test_scores_between_knots_lie_on_a_line():
    assert build_score_table(0.02, LIFTS).score(0.02) == pytest.approx(37.5)


@given(RATES)
def test_any_base_rate_gives_a_strictly_rising_table(rate):
    table = build_score_table(rate, LIFTS)
    assert all(np.diff(table.p) > 0)
    assert table.p[-2] < 1


@given(RATES, P, P)
def test_a_higher_probability_never_scores_less(rate, one, other):
    table, (low, high) = build_score_table(rate, LIFTS), sorted((one, other))
    assert 0 <= table.score(low) <= table.score(high) <= 100
    if high - low > 1e-9:
        assert table.score(low) < table.score(high)


@given(RATES, st.lists(P, max_size=20))
def test_a_column_equals_its_rows(rate, values):
    table = build_score_table(rate, LIFTS)
    assert table.score_column(np.array(values)).tolist() == [table.score(p) for p in values]
    assert table.grade_column(np.array(values)) == [table.grade(p) for p in values]


@given(RATES)
def test_a_table_survives_json(rate):
    table = build_score_table(rate, LIFTS)
    assert ScoreTable.from_dict(json.loads(json.dumps(table.to_dict()))) == table


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1])
def test_a_base_rate_without_both_outcomes_is_refused(rate):
    with pytest.raises(DataError, match="LS-DATA-01"):
        build_score_table(rate, LIFTS)


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"p": [0, 1], "scores": [0, 100], "cuts": [0.1, 0.2]},
        {"p": [0, 0.5, 0.5, 1], "scores": [0, 25, 50, 100], "cuts": [0.1, 0.2, 0.3]},
        {"p": [0.1, 1], "scores": [0, 100], "cuts": [0.1, 0.2, 0.3]},
        {"p": [0, 1], "scores": [0, "x"], "cuts": [0.1, 0.2, 0.3]},
        {"p": [0, 1], "scores": [0, 100], "cuts": [0.3, 0.2, 0.1]},
    ],
)
def test_a_damaged_table_is_refused(stored):
    with pytest.raises(DataError, match="LS-MODEL-02"):
        ScoreTable.from_dict(stored)


@given(st.floats(0.005, 0.1), st.floats(-1.5, 1.5), st.floats(0.5, 2.0))
def test_a_grade_keeps_its_conversion_rate_when_a_model_is_recalibrated(rate, shift, slope):
    true = np.random.default_rng(1).beta(0.6, 0.6 / rate, 4_000)
    odds = np.log(true / (1 - true))
    first = 1 / (1 + np.exp(-(slope * odds + shift)))  # calibrated badly, whatever the first model was
    table = build_score_table(float(first.mean()), LIFTS)
    bounds = dict(zip("DCBA", zip((0.0, *table.cuts), (*table.cuts, 1.0), strict=True), strict=True))
    grades = np.array(table.grade_column(true))  # a later, calibrated model, on the kept table
    for grade in set(grades.tolist()):
        low, high = bounds[grade]
        assert low <= true[grades == grade].mean() <= high
