"""The file of refused rows."""

import pytest

from leadscore.domain.errors import OutsideError
from leadscore.ingest.rows import RowFault
from leadscore.workflows.write_dead_letters import DeadLetterFile, DeadRow

FAULT = RowFault("LS-ROW-02", "value", "'x' is no number", "a number")


def test_a_row_of_cells_and_a_line_of_text_stand_in_one_file(tmp_path):
    with DeadLetterFile(tmp_path / "dead", tmp_path / "my.events.csv.gz", "events", 0, as_json=False) as letters:
        letters.add([], ["a"])
        assert letters.path is None
        letters.add([DeadRow(2, [FAULT], {"a": "=1", "dead_letter_row": "9"})], ["a", "dead_letter_row"])
        letters.add([DeadRow(5, [FAULT, RowFault("LS-ROW-01", "", "it is empty")], {}, "1;2")], ["a"])
    assert letters.path.name == "events-my-19700101T000000Z.csv"
    assert letters.path.read_text().splitlines() == [
        "dead_letter_row,dead_letter_code,dead_letter_column,dead_letter_reason,dead_letter_text,a",
        "2,LS-ROW-02,value,value: 'x' is no number (allowed: a number),,=1",
        "5,\"LS-ROW-02, LS-ROW-01\",value,value: 'x' is no number (allowed: a number); it is empty,1;2,",
    ]


def test_a_folder_that_cannot_be_made_is_an_outside_error(tmp_path):
    (tmp_path / "file").write_text("")
    letters = DeadLetterFile(tmp_path / "file" / "dead", tmp_path / "a.csv", "events", 0, as_json=True)
    with pytest.raises(OutsideError, match="LS-FILE-01"):
        letters.add([DeadRow(1, [FAULT], {})], [])
