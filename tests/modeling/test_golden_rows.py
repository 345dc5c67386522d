from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from leadscore.domain.errors import DataError
from leadscore.modeling.golden_rows import GOLDEN_ROWS, draw_golden_rows, golden_answers, refuse_other_answers

MATRICES = arrays(
    np.float64, st.tuples(st.integers(1, 40), st.integers(1, 5)), elements=st.floats(-9, 9) | st.just(np.nan)
)


@given(MATRICES)
def test_golden_rows_hold_values_of_their_columns_and_are_the_same_each_time(matrix):
    rows = draw_golden_rows(matrix)
    assert rows.shape == (GOLDEN_ROWS, matrix.shape[1])
    for drawn, column in zip(rows.T, matrix.T, strict=True):
        assert set(drawn[~np.isnan(drawn)]) <= set(column)
        assert not np.isnan(drawn).any() or np.isnan(column).any()
    assert np.array_equal(rows, draw_golden_rows(matrix), equal_nan=True)


def test_golden_rows_reach_all_over_each_column_missing_values_in_their_share():
    rng = np.random.default_rng(3)
    matrix = np.column_stack([rng.uniform(0, 1, 6_000), np.where(rng.random(6_000) < 0.5, np.nan, 1.0)])
    rows = draw_golden_rows(matrix)
    assert np.histogram(rows[:, 0], 8, (0, 1))[0].tolist() == pytest.approx([GOLDEN_ROWS / 8] * 8, abs=1)
    assert np.isnan(rows[:, 1]).sum() == pytest.approx(GOLDEN_ROWS / 2, abs=1)


def test_no_golden_row_is_a_row_of_somebody():
    people = np.repeat(np.arange(1_000.0)[:, None], 6, axis=1)
    assert not [row for row in draw_golden_rows(people) if len(set(row)) == 1]


@dataclass
class Told:
    """A model that says what it is told to."""

    p: tuple[float, ...] = (0.1, 0.4)
    log_odds: tuple[float, ...] = (-2.0, 1.0)

    def raw(self, _row):
        return np.array(self.log_odds)

    def row(self, _row):
        return list(self.p), None


GOLDEN = golden_answers(Told(), np.array([[1.0, np.nan]]))


def test_the_same_answers_are_accepted_up_to_the_last_bits_of_a_probability():
    refuse_other_answers(Told(), GOLDEN)
    refuse_other_answers(Told(p=(0.1, 0.4 + 1e-13)), GOLDEN)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (Told(p=(0.1, 0.4 + 1e-9)), "written were"),
        (Told(log_odds=(-2.0, np.nextafter(1, 2))), "written were"),
        (Told(p=(0.1, np.nan)), "no probabilities"),
        (Told(log_odds=(-2.0, np.inf)), "no probabilities"),
        (Told(p=(-0.1, 0.4)), "no probabilities"),
        (Told(p=(0.1, 1.1)), "no probabilities"),
        (Told(p=(0.4, 0.1)), "no probabilities"),
    ],
)
def test_other_answers_and_answers_that_are_no_probabilities_are_refused(model, words):
    with pytest.raises(DataError, match="LS-MODEL-02") as caught:
        refuse_other_answers(model, GOLDEN)
    assert words in caught.value.found


def test_a_model_is_refused_for_answers_that_are_no_probabilities_even_where_they_were_written_so():
    model = Told(log_odds=(-2.0, np.inf))
    with pytest.raises(DataError, match="no probabilities"):
        refuse_other_answers(model, golden_answers(model, np.array([[1.0]])))


def test_a_model_without_golden_rows_is_refused():
    with pytest.raises(DataError, match="no golden rows"):
        refuse_other_answers(Told(), {"rows": []})
