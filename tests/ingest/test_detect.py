"""How a file is written is found out from its content."""

import gzip

import pytest

from leadscore.domain.errors import DataError, UsageError
from leadscore.ingest.detect import detect_form

TEXT = "lead_id;name\nL1;Zoé\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode("utf-8"), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("cp1252"), "cp1252"),
    ],
)
@pytest.mark.parametrize("gzipped", [False, True])
def test_the_encoding_is_found_gzipped_or_not(tmp_path, content, encoding, gzipped):
    path = tmp_path / "leads.csv"
    path.write_bytes(gzip.compress(content) if gzipped else content)
    form = detect_form(path)
    assert (form.format, form.encoding, form.separator, form.gzipped) == ("csv", encoding, ";", gzipped)


def test_a_single_byte_far_into_the_file_tells_the_encoding(tmp_path):
    path = tmp_path / "leads.csv"
    path.write_bytes(b"lead_id,name\n" + b"L1,Zoe\n" * 300_000 + b"L2,Zo\xe9\n")
    assert detect_form(path).encoding == "cp1252"
    assert detect_form(path).rows == 300_001


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_the_one_that_splits_the_header(tmp_path, separator):
    path = tmp_path / "leads.csv"
    path.write_text(separator.join(["lead_id", '"a, b; c"', "created_at"]) + "\n1,2,3\n")
    assert detect_form(path).separator == separator


def test_one_column_is_read_with_commas(tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text("lead_id\nL1\n")
    assert detect_form(path).separator == ","


def test_json_lines_are_known_by_their_first_brace(tmp_path):
    path = tmp_path / "leads.txt"
    path.write_text('\n {"lead_id": "L1"}\n')
    assert detect_form(path).format == "jsonl"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (gzip.compress(b"", mtime=0), "empty"),
        (b"PK\x03\x04 workbook", "workbook"),
        (b'[{"lead_id": 1}]', "list"),
        (gzip.compress(TEXT.encode() * 9_999, mtime=0)[:-300], "cannot be read"),
    ],
)
def test_a_file_without_usable_content_is_refused_with_the_reason(tmp_path, content, found):
    path = tmp_path / "leads.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match="LS-FILE-01") as caught:
        detect_form(path)
    assert found in caught.value.found


def test_a_missing_file_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="LS-FILE-01"):
        detect_form(tmp_path / "nothing.csv")


def test_nul_bytes_are_noticed_unless_they_belong_to_the_encoding(tmp_path):
    path = tmp_path / "leads.csv"
    path.write_bytes(b"lead_id,name\nL1,a\x00b\n")
    assert detect_form(path).has_nul
    path.write_bytes(b"lead_id,name\nL1,ab\n")
    assert not detect_form(path).has_nul
