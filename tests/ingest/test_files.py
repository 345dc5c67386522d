"""A file of facts is opened however it is written."""

import pytest

from leadscore.config.mapping import FileMapping, MappingConfig
from leadscore.domain.errors import DataError, UsageError
from leadscore.ingest.detect import detect_form
from leadscore.ingest.files import open_chunks, time_reading

ROWS = [{"lead_id": "L1", "name": "a", "value": "1", "known_at": "2026-01-01"}]


def test_the_same_rows_come_out_of_every_format(tmp_path):
    (tmp_path / "a.csv").write_text("lead_id;name;value;known_at\nL1;a;1;2026-01-01\n")
    (tmp_path / "a.jsonl").write_text('{"lead_id": "L1", "name": "a", "value": 1, "known_at": "2026-01-01"}\n')
    for name in ("a.csv", "a.jsonl"):
        path = tmp_path / name
        (chunk,) = open_chunks(path, detect_form(path), "attributes", MappingConfig())
        assert [chunk.raw.row(0)] == ROWS
        assert {column: values[0] for column, values in chunk.columns.items()} == ROWS[0]


def test_a_file_that_ends_in_the_middle_is_an_error_of_the_data(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1" + b"\0" * 50)
    with pytest.raises(DataError, match="LS-FILE-01"):
        list(open_chunks(path, detect_form(path), "attributes", MappingConfig()))


def test_the_reading_of_times_comes_from_the_block_of_the_kind():
    mapping = MappingConfig(timezone="Europe/Madrid", events=FileMapping(day_zero="2024-02-01"))
    assert time_reading("events", mapping).day_zero == "2024-02-01"
    assert time_reading("leads", mapping).day_zero is None
    with pytest.raises(UsageError, match="LS-CONFIG-02"):
        time_reading("leads", MappingConfig(timezone="Nowhere"))
