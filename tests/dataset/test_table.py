"""Table mode: what a flat export holds, its labels, its order in time, its numbers."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leadscore.dataset.column_study import study_columns
from leadscore.dataset.table import (
    TableRequest,
    check_columns,
    read_table,
    table_matrix,
)
from leadscore.domain.errors import DataError, UsageError
from leadscore.features.table_columns import table_row


def frame(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_of_a_csv_is_detected(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("\n".join(separator.join(row) for row in (("a", "b", "y"), ("1", "x", "yes"), ("2", "z", "no"))))
    assert read_table(path).to_dict("list") == {"a": ["1", "2"], "b": ["x", "z"], "y": ["yes", "no"]}


def test_gzip_and_an_old_encoding_are_read(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv.gz"
    path.write_bytes(gzip.compress("a,y\nM\xfcller,yes\nB,no\n".encode("cp1252")))
    assert read_table(path)["a"].tolist() == ["M\xfcller", "B"]


@pytest.mark.parametrize(("head", "row"), [("lead_id|as_of", "l1|2024-01-01"), ("lead_id", "l1")])
def test_a_header_of_one_or_two_columns_is_read(tmp_path: Path, head: str, row: str) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(f"{head}\n{row}\n")
    assert read_table(path).to_dict("list") == {
        name: [cell] for name, cell in zip(head.split("|"), row.split("|"), strict=True)
    }


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_the_form_of_a_file_is_found_in_its_content_not_in_its_name(tmp_path: Path, encoding: str) -> None:
    text = "name;y\nM\xfcller;yes\nB;no\n"
    rows = '{"name": "M\xfcller", "y": "yes"}\n{"name": "B", "y": "no"}\n'
    for number, content in enumerate((text, rows)):
        for packed in (content.encode(encoding), gzip.compress(content.encode(encoding))):
            path = tmp_path / f"export{number}"
            path.write_bytes(packed)
            assert read_table(path).to_dict("list") == {"name": ["M\xfcller", "B"], "y": ["yes", "no"]}


def test_parquet_and_jsonl_give_the_same_matrix_as_csv(tmp_path: Path) -> None:
    data = pd.DataFrame({"n": [1.5, None, 3.0], "c": ["x", None, "y"], "b": [True, False, True]})
    data.to_parquet(tmp_path / "t.parquet")
    data.to_json(tmp_path / "t.jsonl", orient="records", lines=True)
    data.to_csv(tmp_path / "t.csv", index=False)
    frames = [read_table(tmp_path / name) for name in ("t.parquet", "t.jsonl", "t.csv")]
    columns = [study_columns(each, (), max_categories=5, min_rows=1).features() for each in frames]
    assert columns[0] == columns[1] == columns[2]
    matrices = [table_matrix(each, columns[0]) for each in frames]
    np.testing.assert_array_equal(matrices[0], matrices[1])
    np.testing.assert_array_equal(matrices[0], matrices[2])


def test_a_missing_and_an_empty_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        read_table(tmp_path / "absent.csv")
    (tmp_path / "head.csv").write_text("a,b\n")
    with pytest.raises(DataError, match="it holds no rows"):
        read_table(tmp_path / "head.csv")


def test_absent_columns_are_named_together_with_those_there() -> None:
    with pytest.raises(UsageError, match=r"no column nope, year[\s\S]*allowed  a, y"):
        check_columns(frame(a=["1"], y=["1"]), TableRequest(target="y", time_column="year", exclude=("nope",)), "f.csv")


def test_identifiers_and_constants_are_no_features() -> None:
    rows = 60
    data = frame(
        key=[f"lead-{number}" for number in range(rows)],
        same=["a"] * rows,
        size=[str(number) for number in range(rows)],
        kind=["a", "b"] * (rows // 2),
    )
    assert study_columns(data, (), max_categories=10, min_rows=2).features().encoders.keys() == {"size", "kind"}


def test_a_column_the_model_needs_is_named_when_it_is_missing() -> None:
    columns = study_columns(frame(a=["1", "2"], b=["x", "y"]), (), max_categories=5, min_rows=1).features()
    with pytest.raises(DataError, match="lacks b"):
        table_matrix(frame(a=["1"]), columns)


def test_a_row_alone_gives_the_same_numbers_as_in_its_table() -> None:
    data = frame(a=["1", "2,5", "unknown"], b=["x", "y", "new"], c=["2024-01-01", "", "2024-03-01"])
    columns = study_columns(data.iloc[:2], (), max_categories=5, min_rows=1).features()
    matrix = table_matrix(data, columns)
    for number, cells in enumerate(data.to_dict("records")):
        np.testing.assert_array_equal(matrix[number], table_row(cells, columns))
