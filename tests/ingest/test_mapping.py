"""Foreign columns become leadscore's by the mapping; what is missing is named with the fix."""

import pytest

from leadscore.config.mapping import FileMapping
from leadscore.domain.errors import DataError
from leadscore.ingest.mapping import map_chunk, map_chunks
from leadscore.ingest.rows import RawChunk


def chunk(**columns):
    return RawChunk(list(range(1, len(next(iter(columns.values()))) + 1)), columns)


def mapped(raw, kind, **mapping):
    (result,) = map_chunks([raw], kind, FileMapping(**mapping), "file.csv")
    return result


def test_columns_are_renamed_filled_and_translated():
    raw = chunk(id=["1", "2"], what=["view", "like"], who=["L1", "L2"], at=["2026-01-01", "2026-01-02"])
    result = mapped(
        raw,
        "events",
        columns={"event_id": "id", "type": "what", "lead_id": "who", "occurred_at": "at"},
        constants={"channel": "web"},
        values={"type": {"view": "page_viewed"}},
    )
    assert result.columns == {
        "event_id": ["1", "2"],
        "lead_id": ["L1", "L2"],
        "type": ["page_viewed", "like"],
        "occurred_at": ["2026-01-01", "2026-01-02"],
        "channel": ["web", "web"],
    }


def test_key_columns_make_up_the_id_where_there_is_none():
    raw = chunk(event_id=["own", None, None], a=["1", "2", None], b=["x", "y", "z"])
    assert map_chunk(raw, "events", FileMapping(key_columns=("a", "b"))).columns["event_id"] == ["own", "2:y", None]
    leads = map_chunk(chunk(a=["1"], b=["x"]), "leads", FileMapping(key_columns=("a", "b")))
    assert leads.columns["lead_id"] == ["1:x"]


def test_rows_that_are_not_kept_are_skipped_and_counted_with_their_numbers():
    raw = chunk(lead_id=["1", "2", "3"], name=["x", "y", "x"], value=["a", "b", "c"], known_at=["t", "t", "t"])
    result = mapped(raw, "attributes", keep={"name": ("x",)})
    assert (result.skipped, result.raw.numbers, result.columns["value"]) == (1, [1, 3], ["a", "c"])


def test_every_further_column_of_leads_is_an_attribute():
    raw = chunk(lead_id=["1"], created_at=["t"], Branche=["x"], dead_letter_row=["9"], ort=["y"])
    result = mapped(raw, "leads", columns={"industry": "Branche"})
    assert set(result.columns) == {"lead_id", "created_at", "industry", "ort"}


def test_further_columns_of_other_kinds_are_left_out():
    raw = chunk(lead_id=["1"], name=["x"], value=["a"], known_at=["t"], other=["z"])
    assert "other" not in mapped(raw, "attributes").columns


def test_a_missing_column_is_named_with_what_is_there_and_the_likely_fix():
    raw = chunk(event_id=["1"], lead_id=["L1"], type=["x"], Occured_At=["t"])
    with pytest.raises(DataError, match="LS-FILE-02") as caught:
        mapped(raw, "events")
    assert caught.value.where == "file.csv"
    assert "no column occurred_at" in caught.value.found
    assert "Occured_At" in caught.value.found
    assert "event_id, lead_id, type, occurred_at" in caught.value.allowed
    assert "`columns: {occurred_at: Occured_At}`" in caught.value.fix


def test_all_missing_columns_are_named_at_once_also_those_of_the_mapping():
    with pytest.raises(DataError) as caught:
        mapped(
            chunk(lead_id=["1"]), "events", columns={"campaign": "utm"}, keep={"kind": ("a",)}, constants={"type": "x"}
        )
    for name in ("event_id", "occurred_at", "utm", "kind"):
        assert name in caught.value.found.split(";")[0]
    assert "key_columns" in caught.value.fix
    assert "type" not in caught.value.found.split(";")[0]


def test_key_columns_replace_the_id_column_among_the_required():
    raw = chunk(lead_id=["L"], type=["x"], occurred_at=["t"])
    assert mapped(raw, "events", key_columns=("lead_id", "type", "occurred_at")).columns["event_id"] == ["L:x:t"]
