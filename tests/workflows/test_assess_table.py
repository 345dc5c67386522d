"""Earlier cuts of a table are earlier rows."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.workflows.assess_table import TablePast


def cuts(rows: int, cut: int, origins: int, in_time: bool = True) -> list[int]:
    table = SimpleNamespace(frame=range(rows), cut=cut)
    settings = SimpleNamespace(training=SimpleNamespace(backtest_origins=origins))
    return TablePast(table, None, SimpleNamespace(in_time=in_time), settings).cuts()  # type: ignore[arg-type]


@given(st.integers(60, 100_000), st.floats(0.2, 0.9), st.integers(0, 10))
def test_cuts_rise_and_leave_the_first_fit_a_quarter_of_the_training_rows(
    rows: int, share: float, origins: int
) -> None:
    cut = round(rows * share)
    found = cuts(rows, cut, origins)
    assert found[-2:] == [cut, rows]
    assert found == sorted(set(found))
    assert len(found) <= origins + 2
    assert found[0] >= cut // 4


def test_test_parts_are_as_long_as_the_evaluation_s_own_where_there_is_room() -> None:
    assert cuts(4_000, 3_000, 2) == [1_000, 2_000, 3_000, 4_000]
    assert cuts(4_000, 3_000, 3) == [750, 1_500, 2_250, 3_000, 4_000]


@pytest.mark.parametrize(("origins", "in_time"), [(0, True), (3, False)])
def test_without_an_order_of_time_or_with_no_origin_asked_for_there_is_no_earlier_cut(
    origins: int, in_time: bool
) -> None:
    assert cuts(4_000, 3_000, origins, in_time) == [3_000, 4_000]
