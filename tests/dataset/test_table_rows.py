"""The rows of a flat file as a frame: all of them, or the reason why each bad one is none."""

import datetime
from pathlib import Path

import pandas as pd
import pytest

from leadscore.dataset.table_rows import read_parquet_rows, read_text_rows
from leadscore.domain.errors import DataError
from leadscore.domain.notice import unheard
from leadscore.ingest.detect import detect_form


def read(path: Path, text: str) -> pd.DataFrame:
    path.write_text(text)
    return read_text_rows(path, detect_form(path), unheard)


def test_keys_that_some_objects_lack_are_empty_in_their_rows(tmp_path: Path) -> None:
    frame = read(tmp_path / "t.jsonl", '{"a": 1}\n{"b": [2]}\n{"a": null, "b": "x"}\n')
    assert frame.to_dict("list") == {"a": ["1", "", ""], "b": ["", "[2]", "x"]}


def test_a_key_that_comes_late_in_a_long_file_is_empty_before(tmp_path: Path) -> None:
    frame = read(tmp_path / "t.jsonl", '{"a": 1}\n' * 10_001 + '{"a": 2, "b": 3}\n')
    assert frame["b"].tolist() == [""] * 10_001 + ["3"]


def test_every_bad_row_is_named_up_to_ten_and_the_others_are_counted(tmp_path: Path) -> None:
    rows = "1,2\n" * 5 + "1\n" + "a,b\n" + "1,2,3\n" * 20
    with pytest.raises(DataError, match=r"22 rows of 27 cannot be read: row 6: the row has 1 fields") as refused:
        read(tmp_path / "t.csv", "a,b\n" + rows)
    assert refused.value.code == "LS-FILE-03"
    assert "row 7: the row repeats the header; row 8: the row has 3 fields" in refused.value.found
    assert refused.value.found.endswith("; and 12 more")


def test_parquet_keeps_types_and_an_index_with_a_name_is_a_column(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"n": [1, 2], "day": [datetime.date(2024, 1, 1)] * 2, "tags": [["x"], None], "raw": [b"a", b"\xff"]},
        index=pd.Index(["k1", "k2"], name="key"),
    )
    path = tmp_path / "t.parquet"
    frame.to_parquet(path)
    read_back = read_parquet_rows(path, detect_form(path))
    assert read_back["n"].tolist() == [1, 2]
    assert read_back["key"].tolist() == ["k1", "k2"]
    assert read_back["tags"].fillna("").tolist() == ['["x"]', ""]
    assert read_back["raw"].tolist() == ["a", "\ufffd"]
