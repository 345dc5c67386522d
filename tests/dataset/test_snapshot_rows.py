"""Snapshots named by the rows of a table."""

import pandas as pd
import pytest

from leadscore.dataset.snapshot_rows import read_snapshots
from leadscore.domain.errors import DataError
from leadscore.domain.time import DAY_US

AT = "1970-01-02T00:00:00Z"


def test_sound_rows_are_read_without_a_word() -> None:
    said: list[str] = []
    frame = pd.DataFrame({"as_of": [AT, AT], "lead_id": ["a", "a"]})
    assert read_snapshots(frame, "f", "UTC", said.append) == (["a", "a"], [DAY_US, DAY_US])
    assert said == []


def test_what_is_guessed_is_said_by_column_with_its_first_row() -> None:
    said: list[str] = []
    frame = pd.DataFrame({"lead_id": ["a", None], "as_of": [AT, "1970-01-02"], "note": ["x", "y"]})
    assert read_snapshots(frame, "f", "Etc/GMT+1", said.append) == (["a", ""], [DAY_US, DAY_US + 3_600_000_000])
    assert [line.split(":")[0] for line in said] == ["f", "f, column lead_id", "f, column as_of"]
    assert "none in 1 row, first row 2" in said[1]
    assert "no zone in 1 row, first row 2; they are read as Etc/GMT+1" in said[2]


def test_ten_bad_times_are_named_and_the_others_counted() -> None:
    with pytest.raises(DataError, match=r"row 1: 'x' is no date; .*row 10: 'x' is no date; and 2 more") as refused:
        read_snapshots(pd.DataFrame({"lead_id": ["a"] * 12, "as_of": ["x"] * 12}), "f", "UTC")
    assert refused.value.where == "f, column as_of"
