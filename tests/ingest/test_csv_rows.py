"""CSV: every good row is read, a bad one costs itself and no other."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.domain.errors import DataError
from leadscore.ingest import csv_rows
from leadscore.ingest.csv_rows import read_csv
from leadscore.ingest.detect import detect_form


def read(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_csv(path, detect_form(path)))


def rows_of(chunks):
    return [tuple(chunk.row(place).values()) for chunk in chunks for place in range(len(chunk))]


def broken_of(chunks):
    return [(row.number, row.text) for chunk in chunks for row in chunk.broken]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file.csv"


def test_empty_fields_are_none_and_blank_lines_are_no_rows(path):
    chunks = read(path, "a,b\n1,\n\n,2\n")
    assert rows_of(chunks) == [("1", None), (None, "2")]
    assert chunks[0].numbers == [1, 2]


def test_quoted_fields_may_hold_separators_quotes_and_line_breaks(path):
    chunks = read(path, 'a,b\n"x, ""y""","line 1\nline 2"\n3,4\n')
    assert rows_of(chunks) == [('x, "y"', "line 1\nline 2"), ("3", "4")]


def test_a_row_with_too_few_or_too_many_fields_is_broken_and_keeps_its_text(path):
    chunks = read(path, "a,b\n1,2\n3\n4,5,6\n7,8\n")
    assert rows_of(chunks) == [("1", "2"), ("7", "8")]
    assert broken_of(chunks) == [(2, "3"), (3, "4,5,6")]
    assert [str(row.fault) for row in chunks[0].broken] == [
        "the row has 1 fields, the header 2",
        "the row has 3 fields, the header 2",
    ]


def test_a_quote_that_is_never_closed_costs_one_row(path):
    chunks = read(path, 'a,b\n1,2\n3,"4\n5,6\n7,8\n')
    assert rows_of(chunks) == [("1", "2"), ("5", "6"), ("7", "8")]
    assert broken_of(chunks) == [(2, '3,"4')]


def test_a_stray_quote_that_swallows_the_next_rows_costs_one_row(path):
    chunks = read(path, 'a,b\n1,"2\n3,4\n5,"6"\n7,8\n')
    assert rows_of(chunks) == [("3", "4"), ("5", "6"), ("7", "8")]
    assert broken_of(chunks) == [(1, '1,"2')]


def test_an_endless_field_costs_one_row(path):
    chunks = read(path, "a,b\n1,2\n3," + "x" * 200_000 + "\n5,6\n")
    assert rows_of(chunks) == [("1", "2"), ("5", "6")]
    assert [number for number, _ in broken_of(chunks)] == [2]


def test_nul_bytes_are_replaced(path):
    assert rows_of(read(path, b"a,b\n1,x\x00y\n")) == [("1", "x\ufffdy")]


def test_windows_line_ends_and_a_missing_last_one_are_fine(path):
    assert rows_of(read(path, "a;b\r\n1;2\r\n3;4")) == [("1", "2"), ("3", "4")]


def test_columns_without_a_name_are_left_out_and_names_are_trimmed(path):
    (chunk,) = read(path, ", lead_id ,\n0,L1,x\n")
    assert chunk.columns == {"lead_id": ["L1"]}


def test_two_columns_of_one_name_are_refused(path):
    with pytest.raises(DataError, match="LS-FILE-02") as caught:
        read(path, "a,b,a\n1,2,3\n")
    assert "a appears more than once" in caught.value.found


def test_a_header_alone_has_columns_and_no_rows(path):
    chunks = read(path, "a,b\n")
    assert rows_of(chunks) == []


table = st.lists(
    st.tuples(st.text('ab"\n,; \r', min_size=1, max_size=5), st.text('xy\n",é', min_size=1, max_size=5)), max_size=12
)


@given(rows=table)
def test_whatever_is_written_is_read_back_across_chunks(tmp_path_factory, rows):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("first", "second"), *rows])
    path = tmp_path_factory.mktemp("csv") / "file.csv"
    before, csv_rows.CHUNK_ROWS = csv_rows.CHUNK_ROWS, 3
    try:
        chunks = read(path, text.getvalue())
    finally:
        csv_rows.CHUNK_ROWS = before
    assert rows_of(chunks) == rows
    assert [number for chunk in chunks for number in chunk.numbers] == list(range(1, len(rows) + 1))
    assert broken_of(chunks) == []
