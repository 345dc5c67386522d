"""Chunks of rows."""

from leadscore.ingest.rows import RawChunk, RowFault, chunk_of


def test_a_chunk_gives_single_rows_and_parts_of_itself():
    chunk = RawChunk([4, 5, 6], {"a": ["1", "2", "3"], "b": [None, "x", None]})
    assert chunk.row(1) == {"a": "2", "b": "x"}
    part = chunk.take([0, 2])
    assert (part.numbers, part.columns) == ([4, 6], {"a": ["1", "3"], "b": [None, None]})


def test_objects_are_numbered_from_one():
    assert chunk_of([{"a": 1}, {"a": 2}]).numbers == [1, 2]
    assert len(chunk_of([])) == 0


def test_a_fault_reads_as_a_sentence():
    assert (
        str(RowFault("LS-ROW-02", "value", "'x' is no number", "a number"))
        == "value: 'x' is no number (allowed: a number)"
    )
    assert str(RowFault("LS-ROW-01", "", "it is empty")) == "it is empty"
