"""What is said about a table before anything is learnt from it or scored by it."""

import pandas as pd
import pytest

from leadscore.dataset.column_study import study_columns
from leadscore.dataset.table import TableRequest
from leadscore.dataset.table_doubts import note_doubts, note_unread

NUMBERS = [str(number) for number in range(10)]


def said_of(*cells: str, request: TableRequest | None = None, **columns: list[str]) -> list[str]:
    said: list[str] = []
    frame = pd.DataFrame({"x": list(cells), **columns}) if cells else pd.DataFrame(columns)
    frame["y"] = frame.get("y", "no")
    note_doubts(frame, request or TableRequest("y"), "f", said.append)
    return said


@pytest.mark.parametrize(
    "cells",
    [
        NUMBERS,
        ["3,14", "2,5", "1"],
        ["0,125", "1,500", "2,250"],
        ["12.345", "1.500", "2.250"],
        ["red", "blue", "3"],
        ["2024-01-01", "2024-01-03", "2024-01-02"],
        ["1", "2", "", "n/a"],
        ["001-22", "001-23", "001-24"],
    ],
)
def test_a_sound_column_raises_no_doubt(cells: list[str]) -> None:
    assert said_of(*cells) == []


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([*NUMBERS, "lots"], "1 of 11 cells are no number, first row 11: 'lots'"),
        ([*NUMBERS, "-inf", "1e999"], "infinite in 2 rows, first row 11: '-inf'"),
        (["1,200", "3,500"], "row 1: '1,200' is read with a decimal comma"),
        (["1", "2", "1 200", "3 500 000"], "separators of thousands in 2 rows of 4, first row 3: '1 200'"),
        (["1.200,50", "3.500,00"], "separators of thousands in 2 rows of 2"),
        (["", "n/a"], "no value stands in column x"),
        (["a", "a"], "one value stands in every row of column x"),
        (["2024-01-03", "2024-01-02", "2024-01-01"], "add --time x"),
    ],
)
def test_a_doubtful_column_is_named_with_its_first_row(cells: list[str], words: str) -> None:
    (line,) = said_of(*cells)
    assert line.startswith("f")
    assert words in line


def test_dates_may_fall_where_order_is_told_otherwise() -> None:
    days = ["2024-01-03", "2024-01-02", "2024-01-01"]
    assert said_of(*days, request=TableRequest("y", shuffled=True)) == []
    assert said_of(*days, request=TableRequest("y", time_column="x")) == []


def test_columns_that_are_no_features_are_not_looked_at() -> None:
    request = TableRequest("y", exclude=("x",))
    assert said_of(*NUMBERS, "lots", request=request, y=["no"] * 11) == []


def test_ids_that_lack_or_repeat_are_counted() -> None:
    lines = said_of("a", "b", "", "a", request=TableRequest("y", id_column="x"))
    assert lines[0] == "f, column x: no id in 1 row, first row 3: empty; give each its id"
    assert "2 rows share their id with another, first row 1: 'a'" in lines[1]


def test_repeated_rows_are_counted_only_where_rows_can_be_told_apart() -> None:
    (line,) = said_of("1", "2", "3", "1")
    assert "an earlier row is repeated in 1 row, first row 4" in line
    assert said_of(*["1", "2"] * 10) == []


def test_cells_that_a_model_cannot_read_are_said_and_rare_categories_are_not() -> None:
    learnt = pd.DataFrame(
        {"n": ["1", "2", "3", "4"], "c": ["p", "q", "p", "q"], "d": ["2024-01-01"] * 3 + ["2024-02-01"]}
    )
    features = study_columns(learnt, (), max_categories=5, min_rows=1).features()
    said: list[str] = []
    fine = pd.DataFrame({"n": ["1", "", "3"], "c": ["p", "new", "q"], "d": ["2024-01-01", "", "2024-01-05"]})
    note_unread(fine, features, "f", said.append)
    assert said == []
    odd = pd.DataFrame({"n": ["1", "x", "3"], "c": ["P", "Q", "q"], "d": ["", "", ""]})
    note_unread(odd, features, "f", said.append)
    assert said == [
        "f, column n: no number, so counted as missing, in 1 row, first row 2: 'x'; mend them",
        "f, column c: a value the model has not learnt in 2 rows, first row 1: 'P'; mend them",
        "f, column d: no row holds a value; export it with its values",
    ]
