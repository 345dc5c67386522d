"""Columns that repeat the label."""

import numpy as np

from leadscore.modeling.label_copies import label_copies

WON = np.array([1, 0, 1, 0])
NAN = np.nan


def test_a_column_is_a_copy_if_each_side_has_one_value_and_missing_is_a_value() -> None:
    columns = {
        "same": [1, 0, 1, 0],
        "turned": [3, 7, 3, 7],
        "only_won": [5, NAN, 5, NAN],
        "only_lost": [NAN, 5, NAN, 5],
        "constant": [1, 1, 1, 1],
        "empty": [NAN, NAN, NAN, NAN],
        "nearly": [1, 0, 1, 1],
        "two_words": [1, 0, 2, 0],
    }
    found = label_copies(np.array(list(columns.values()), dtype=float).T, WON, tuple(columns))
    assert [suspect.field for suspect in found] == ["same", "turned", "only_won", "only_lost"]
    assert {suspect.rule for suspect in found} == {"repeats_label"}
