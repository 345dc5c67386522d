"""The rows of a table from the oldest to the newest."""

import pandas as pd
import pytest

from leadscore.dataset.table import TableRequest
from leadscore.dataset.table_order import time_order
from leadscore.domain.errors import DataError

BY_DAY = TableRequest("y", time_column="day")


def frame(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_rows_are_ordered_by_the_time_column_else_by_the_file() -> None:
    data = frame(day=["2024-02-01", "2023-01-05", "2024-01-01"])
    assert time_order(data, TableRequest("y", time_column="day"), 1).tolist() == [1, 2, 0]
    assert time_order(data, TableRequest("y"), 1).tolist() == [0, 1, 2]
    assert sorted(time_order(data, TableRequest("y", shuffled=True), 1)) == [0, 1, 2]


def test_a_time_column_with_words_names_the_row() -> None:
    with pytest.raises(DataError, match=r"no time in 1 row: row 2: 'soon'"):
        time_order(frame(day=["2024-02-01", "soon"]), TableRequest("y", time_column="day"), 1)


def test_numbers_rise_with_time_and_one_word_among_them_is_the_only_fault() -> None:
    assert time_order(frame(day=["20240201", "20230105", "20240101"]), BY_DAY, 1).tolist() == [1, 2, 0]
    with pytest.raises(DataError, match=r"no time in 1 row: row 3: 'soon'"):
        time_order(frame(day=["2019", "2018", "soon"]), BY_DAY, 1, "f")


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "2201-01-01", "9999-12-31", "", "01/02/2024"])
def test_a_day_that_cannot_be_meant_is_named_by_its_row(day: str) -> None:
    with pytest.raises(DataError, match=r"f, column day: no time in 1 row: row 2: ") as refused:
        time_order(frame(day=["2024-02-01", day, "2024-01-01"]), BY_DAY, 1, "f")
    assert refused.value.code == "LS-TIME-02"


def test_zones_that_only_some_rows_name_are_said() -> None:
    said: list[str] = []
    mixed = frame(day=["2024-01-01T23:00:00-05:00", "2024-01-02"])
    assert time_order(mixed, BY_DAY, 1, "f", said.append).tolist() == [1, 0]
    assert len(said) == 1
    assert "column day" in said[0]
    time_order(frame(day=["2024-01-01", "2024-01-02"]), BY_DAY, 1, "f", said.append)
    assert len(said) == 1
