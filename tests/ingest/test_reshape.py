"""Columns made of others: ids of parts, dates of day counts, columns of further files."""

from datetime import date

import pytest

from leadscore.config.mapping import FileMapping
from leadscore.domain.errors import DataError, LeadscoreError
from leadscore.ingest.mapping import map_chunk, map_chunks
from leadscore.ingest.reshape import read_joined, with_joined
from leadscore.ingest.rows import RawChunk


def chunk(**columns):
    return RawChunk(list(range(1, len(next(iter(columns.values()))) + 1)), columns)


def test_a_column_is_composed_of_several_and_missing_where_one_is():
    raw = chunk(module=["A", None], student=["1", "2"], event_id=["x", "y"], type=["t", "t"], occurred_at=["n", "n"])
    mapping = FileMapping(composed={"lead_id": ("module", "student")})
    (mapped,) = map_chunks([raw], "events", mapping, "file.csv")
    assert mapped.columns["lead_id"] == ["A:1", None]


def test_parts_that_are_not_there_are_named():
    mapping = FileMapping(
        composed={"lead_id": ("module", "student")}, day_zeros={"term": {"B": "2014-02-01"}}, join={"x.csv": "account"}
    )
    with pytest.raises(DataError, match="LS-FILE-02") as refused:
        list(map_chunks([chunk(student=["1"], created_at=["2026-01-01"])], "leads", mapping, "file.csv"))
    for name in ("module", "term", "account"):
        assert name in refused.value.found.split(";")[0]
    assert "lead_id" not in refused.value.found.split(";")[0]


def test_days_count_from_the_day_zero_of_their_row_and_other_texts_stay_for_the_reader_to_refuse():
    raw = chunk(
        event_id=list("abcdef"),
        lead_id=["L"] * 6,
        type=["t"] * 6,
        occurred_at=["-5", "0", "12", "soon", "3", None],
        term=["B", "J", "J", "B", "unknown", "B"],
    )
    mapping = FileMapping(day_zeros={"term": {"B": "2014-02-01", "J": date(2013, 10, 1)}})
    assert map_chunk(raw, "events", mapping).columns["occurred_at"] == [
        "2014-01-27",
        "2013-10-01",
        "2013-10-13",
        "soon",
        "3",
        None,
    ]


def test_a_further_file_adds_its_columns_and_never_replaces_those_of_the_rows():
    accounts = read_joined(
        [chunk(account=["A", "B"], sector=["retail", None], lead_id=["no", "no"])], "account", "a.csv"
    )
    raw = chunk(lead_id=["1", "2", "3", "4"], account=["B", "A", "Z", None])
    (joined,) = with_joined([raw], [accounts])
    assert joined.columns == {
        "lead_id": ["1", "2", "3", "4"],
        "account": ["B", "A", "Z", None],
        "sector": [None, "retail", None, None],
    }


@pytest.mark.parametrize(
    ("columns", "code", "said"),
    [
        ({"account": ["A", "A"], "sector": ["x", "y"]}, "LS-CONFIG-02", "several rows have account 'A'"),
        ({"name": ["A"], "sector": ["x"]}, "LS-FILE-02", "no column account; the file has name, sector"),
    ],
)
def test_a_further_file_that_cannot_be_joined_is_named(columns, code, said):
    with pytest.raises(LeadscoreError, match=said) as refused:
        read_joined([chunk(**columns)], "account", "accounts.csv")
    assert (refused.value.code, refused.value.where) == (code, "accounts.csv")


def test_ignored_columns_of_leads_become_no_attributes():
    raw = chunk(lead_id=["1"], created_at=["t"], stage=["Won"], sector=["retail"])
    assert set(map_chunk(raw, "leads", FileMapping(ignore=("stage",))).columns) == {"lead_id", "created_at", "sector"}
