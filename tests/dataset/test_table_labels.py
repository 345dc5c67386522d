"""The label column of a table: which values mean converted, and what is said about the rest."""

import pandas as pd
import pytest

from leadscore.dataset.table import TableRequest
from leadscore.dataset.table_labels import labels_of
from leadscore.domain.errors import DataError, UsageError


def frame(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns)


@pytest.mark.parametrize("values", [["1", "0"], ["True", "False"], ["yes", "no"], ["Won", "Lost"]])
def test_usual_spellings_of_converted_are_understood(values: list[str]) -> None:
    assert labels_of(frame(y=[*values, ""]), TableRequest("y"), "f").tolist() == [1, 0, -1]


def test_two_unknown_values_are_a_usage_error_that_names_them() -> None:
    with pytest.raises(UsageError, match=r"its values are bought \(1 row, first row 1\), left \(1 row, first row 2\)"):
        labels_of(frame(y=["bought", "left"]), TableRequest("y"), "f")


def test_with_more_than_two_values_both_sides_must_be_named_and_the_rest_is_unlabelled() -> None:
    data = frame(y=["Won", "Lost", "Prospecting"])
    with pytest.raises(UsageError, match="--positive VALUE --negative VALUE"):
        labels_of(data, TableRequest("y", positive="Won"), "f")
    assert labels_of(data, TableRequest("y", positive="Won", negative="Lost"), "f").tolist() == [1, 0, -1]


def test_the_named_label_is_read_like_the_cells() -> None:
    data = frame(y=["True", "none", "unknown", "", "nan"])
    request = TableRequest("y", positive="True", negative="none")
    assert labels_of(data, request, "f").tolist() == [1, 0, -1, -1, -1]


def test_words_for_missing_are_labels_and_an_empty_cell_is_none() -> None:
    assert labels_of(frame(y=["yes", "None", ""]), TableRequest("y"), "f").tolist() == [1, 0, -1]


def test_a_label_with_one_class_is_refused_as_data() -> None:
    with pytest.raises(DataError, match="only the value no"):
        labels_of(frame(y=["no", "no"]), TableRequest("y"), "f")


def test_capitals_make_no_difference_and_are_said() -> None:
    said: list[str] = []
    data = frame(y=["Yes", "no", "yes", "NO"])
    assert labels_of(data, TableRequest("y"), "f", said.append).tolist() == [1, 0, 1, 0]
    assert labels_of(data, TableRequest("y", positive="NO", negative="YES"), "f").tolist() == [0, 1, 0, 1]
    assert said == [
        "f, column y: Yes, yes are taken as one value; write it in one way",
        "f, column y: NO, no are taken as one value; write it in one way",
    ]


def test_rows_left_out_are_counted_with_their_values_and_first_rows() -> None:
    said: list[str] = []
    data = frame(y=["won", "lost", "open", "", "open", "new"])
    labels_of(data, TableRequest("y", positive="won", negative="lost"), "f", said.append)
    assert said == [
        "f, column y: no label in 1 row, first row 4; left out, fill them in",
        "f, column y: neither won nor lost in 3 rows, which are left out: "
        "open (2 rows, first row 3), new (1 row, first row 6)",
    ]


def test_two_values_whose_other_side_is_named_need_no_positive() -> None:
    assert labels_of(frame(y=["left", "bought"]), TableRequest("y", positive="bought"), "f").tolist() == [0, 1]


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        (TableRequest("y", positive="bought"), "--positive 'bought' stands in no row"),
        (TableRequest("y", positive="yes", negative="lost"), "--negative 'lost' stands in no row"),
        (TableRequest("y", positive="yes", negative="YES"), "both name 'yes'"),
    ],
)
def test_a_value_that_no_row_holds_is_named(request_: TableRequest, found: str) -> None:
    with pytest.raises(UsageError, match=found):
        labels_of(frame(y=["yes", "no"]), request_, "f")
