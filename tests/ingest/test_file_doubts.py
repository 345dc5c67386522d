"""What is said about a file of facts beside its counts."""

from leadscore.config.mapping import FileMapping
from leadscore.domain.time import DAY_US
from leadscore.ingest.file_doubts import FileDoubts
from leadscore.ingest.mapping import map_chunk
from leadscore.ingest.rows import RawChunk, RowFault


def chunk(numbers: list[int], nameless: list[int] | None = None, **columns: list[str | None]):
    return map_chunk(RawChunk(numbers, columns, [], nameless or []), "events")


def doubts(mapping: FileMapping | None = None) -> FileDoubts:
    return FileDoubts("e.csv", "events", mapping or FileMapping(), "UTC", now=0)


def test_a_sound_file_raises_no_doubt() -> None:
    found = doubts()
    found.add_chunk(chunk([1], lead_id=["a"]), (), {"occurred_at": (DAY_US, 0)})
    assert found.lines() == ()


def test_each_column_and_cause_is_counted_with_its_first_row() -> None:
    found = doubts()
    found.add_chunk(chunk([1, 2, 3], lead_id=["", "", "a"]), {"known_at"}, {})
    for number in (2, 3):
        found.add_rejected(number, [RowFault("LS-ROW-01", "lead_id", "it is empty")])
    first, second, third = found.lines()
    assert "times in column known_at name no zone" in first
    assert second == "e.csv: 2 of 3 rows are rejected; mend them and import them again:"
    assert third == "e.csv:   lead_id: 2 rows, first row 2: it is empty [LS-ROW-01]"


def test_the_latest_time_of_a_column_over_all_chunks_is_named_if_it_lies_ahead() -> None:
    found = doubts()
    found.add_chunk(chunk([1, 2], lead_id=["a", "b"]), (), {"occurred_at": (3 * DAY_US, 1)})
    found.add_chunk(chunk([3], lead_id=["a"]), (), {"occurred_at": (2 * DAY_US, 0)})
    (line,) = found.lines()
    assert "column occurred_at lies in the future: 1970-01-04T00:00:00Z in row 2" in line


def test_columns_nobody_reads_are_named_once_with_what_they_may_mean() -> None:
    found = doubts()
    rows = chunk([1], [4], lead_id=["a"], known=["x"], dead_letter_row=["1"])
    found.add_chunk(rows, (), {})
    found.add_chunk(rows, (), {})
    unread, nameless = found.lines()
    assert "column known is not read; perhaps known means known_at" in unread
    assert "column 4 has no name" in nameless


def test_columns_that_the_mapping_uses_are_read() -> None:
    found = doubts(FileMapping(columns={"type": "kind"}, key_columns=("nr",), keep={"open": ("yes",)}))
    found.add_chunk(chunk([1], kind=["x"], nr=["1"], open=["yes"]), (), {})
    assert found.lines() == ()


def test_columns_that_reshape_the_rows_are_read_and_ignored_ones_need_no_word() -> None:
    made = {"composed": {"lead_id": ("course", "student")}, "day_zeros": {"term": {}}, "join": {"sites.csv": "site"}}
    found = doubts(FileMapping(ignore=("note",), **made))
    found.add_chunk(chunk([1], course=["a"], student=["1"], term=["x"], site=["s"], note=["n"]), (), {})
    assert found.lines() == ()
