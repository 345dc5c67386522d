"""Parquet: typed columns become the texts a CSV would hold."""

import datetime as dt
import gzip
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadscore.domain.errors import DataError
from leadscore.domain.time import parse_instant
from leadscore.ingest.detect import detect_form
from leadscore.ingest.parquet_rows import read_parquet


def read(path):
    return list(read_parquet(path, detect_form(path)))


def test_every_type_is_written_as_text(tmp_path):
    path = tmp_path / "a.parquet"
    noon = dt.datetime(2026, 3, 1, 12, 0, 0, 500)
    table = pa.table(
        {
            "text": pa.array(["x", None, ""]),
            "number": pa.array([1, None, 3]),
            "float": pa.array([42.0, float("nan"), 1.5]),
            "decimal": pa.array([Decimal("1.50"), None, None], pa.decimal128(9, 2)),
            "flag": pa.array([True, None, False]),
            "day": pa.array([dt.date(2026, 3, 1), None, None]),
            "zoned": pa.array([noon, None, None], pa.timestamp("us", "Europe/Madrid")),
            "plain": pa.array([noon, None, None], pa.timestamp("ns")),
            "category": pa.array(["a", "b", "a"]).dictionary_encode(),
            "nested": pa.array([{"b": 1, "a": None}, None, None], pa.struct([("b", pa.int64()), ("a", pa.int64())])),
            "bytes": pa.array([b"ab", None, None]),
        }
    )
    pq.write_table(table, path)
    (chunk,) = read(path)
    first = chunk.row(0)
    assert parse_instant(first.pop("zoned")).at == parse_instant("2026-03-01T12:00:00.0005Z").at
    plain = parse_instant(first.pop("plain"))
    assert (plain.at, plain.zone_given) == (parse_instant("2026-03-01T12:00:00.0005Z").at, False)
    assert first == {
        "text": "x",
        "number": "1",
        "float": "42",
        "decimal": "1.50",
        "flag": "true",
        "day": "2026-03-01",
        "category": "a",
        "nested": '{"a":null,"b":1}',
        "bytes": "ab",
    }
    assert set(chunk.row(1).values()) == {None, "b"}
    assert chunk.columns["float"] == ["42", None, "1.5"]
    assert chunk.columns["text"] == ["x", None, None]


def test_a_gzipped_file_is_read_as_well(tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    packed = tmp_path / "a.parquet.gz"
    packed.write_bytes(gzip.compress((tmp_path / "a.parquet").read_bytes()))
    (chunk,) = read(packed)
    assert chunk.columns == {"a": ["1"]}


def test_rows_are_numbered_over_chunks(tmp_path):
    pq.write_table(pa.table({"a": list(range(25_000))}), tmp_path / "a.parquet")
    numbers = [number for chunk in read(tmp_path / "a.parquet") for number in chunk.numbers]
    assert numbers == list(range(1, 25_001))


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 and then nothing that could be read")
    with pytest.raises(DataError, match="LS-FILE-01"):
        read(path)
