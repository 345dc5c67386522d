"""Rows become facts; every fault of a row is named."""

from hypothesis import given
from hypothesis import strategies as st

from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue
from leadscore.domain.outcome import Outcome
from leadscore.domain.time import parse_instant
from leadscore.ingest.column_reader import TimeReading
from leadscore.ingest.mapping import MappedChunk
from leadscore.ingest.normalize import to_attributes, to_events, to_leads, to_outcomes
from leadscore.ingest.rows import RawChunk

UTC = TimeReading()
NOON = parse_instant("2026-03-01T12:00:00Z").at


def chunk(**columns):
    rows = len(next(iter(columns.values())))
    return MappedChunk(RawChunk(list(range(1, rows + 1)), dict(columns)), dict(columns))


def event_chunk(**changes):
    columns = {"event_id": ["e1"], "lead_id": ["L1"], "type": ["view"], "occurred_at": ["2026-03-01T12:00:00Z"]}
    return chunk(**(columns | {name: [value] for name, value in changes.items()}))


def test_an_event_with_only_required_columns_is_known_when_it_occurred():
    result = to_events(event_chunk(), UTC)
    assert result.facts == [Event("e1", "L1", "view", NOON, NOON)]
    assert (result.faults, result.zoneless) == ({}, set())


def test_an_event_with_every_column():
    result = to_events(
        event_chunk(
            known_at="2026-03-01T14:00:00+02:00",
            value="2.0005",
            channel="web",
            campaign="x",
            properties='{"b":1, "a":2}',
        ),
        UTC,
    )
    assert result.facts == [Event("e1", "L1", "view", NOON, NOON, 2_000, "web", "x", '{"a":2,"b":1}')]


def test_every_fault_of_a_row_is_named_and_the_good_rows_stay():
    result = to_events(
        chunk(
            event_id=["e1", None, "e3"],
            lead_id=["L1", " ", "L3"],
            type=["view", "view", "view"],
            occurred_at=["2026-03-01T12:00:00Z", "yesterday", "2026-03-01T12:00:00Z"],
            value=["1", "many", None],
            properties=[None, "[1]", "{"],
        ),
        UTC,
    )
    assert [event.event_id for event in result.facts] == ["e1"]
    assert result.places == [0]
    assert {(fault.code, fault.column) for fault in result.faults[1]} == {
        ("LS-ROW-01", "event_id"),
        ("LS-ROW-01", "lead_id"),
        ("LS-ROW-02", "occurred_at"),
        ("LS-ROW-02", "value"),
        ("LS-ROW-02", "properties"),
    }
    assert [fault.column for fault in result.faults[2]] == ["properties"]


def test_texts_are_kept_as_they_are_but_blank_ones_are_none():
    result = to_events(event_chunk(type=" Demo  Requested ", channel="  ", campaign=" x "), UTC)
    assert (result.facts[0].type, result.facts[0].channel, result.facts[0].campaign) == (
        " Demo  Requested ",
        None,
        " x ",
    )


def test_an_id_that_is_too_long_for_an_index_is_a_fault():
    result = to_events(event_chunk(event_id="x" * 256), UTC)
    assert result.faults[0][0].column == "event_id"
    assert to_events(event_chunk(event_id="x" * 255), UTC).faults == {}


def test_outcomes_know_their_four_words_and_amounts_are_minor_units():
    result = to_outcomes(
        chunk(
            lead_id=["L1", "L2", "L3"],
            outcome=["Won ", "sold", "lost"],
            occurred_at=["2026-03-01T12:00:00Z"] * 3,
            amount=["99.995", None, "x"],
            reason=["price", None, None],
        ),
        UTC,
    )
    assert result.facts == [Outcome("L1", "won", NOON, NOON, 10_000, "price")]
    assert [fault.allowed for fault in result.faults[1]] == ["won, lost, disqualified, competitor"]
    assert [fault.column for fault in result.faults[2]] == ["amount"]


def test_attribute_values_may_be_empty_but_not_their_time():
    result = to_attributes(
        chunk(lead_id=["L1", "L1"], name=["a", "a"], value=[None, "x"], known_at=["2026-03-01T12:00:00Z", None]), UTC
    )
    assert result.facts == [AttributeValue("L1", "a", None, NOON)]
    assert [fault.code for fault in result.faults[1]] == ["LS-ROW-01"]


def test_leads_carry_source_and_every_other_column():
    result = to_leads(
        chunk(lead_id=["L1"], created_at=["2026-03-01T12:00:00Z"], industry=["x"], consent=[None], source=[None]), UTC
    )
    (row,) = result.facts
    assert (row.lead.lead_id, row.lead.created_at, row.lead.source) == ("L1", NOON, "unknown")
    assert dict(zip(row.names, row.values, strict=True)) == {"source": "unknown", "consent": None, "industry": "x"}
    assert row.updated_at is None


def test_updated_at_is_no_attribute():
    result = to_leads(
        chunk(lead_id=["L1"], created_at=["2026-03-01T12:00:00Z"], updated_at=["2026-03-01T12:00:01Z"]), UTC
    )
    assert (result.facts[0].names, result.facts[0].updated_at) == (("source",), NOON + 1_000_000)


def test_leads_need_a_creation_time():
    result = to_leads(chunk(lead_id=["L1"], created_at=[None], source=["web"]), UTC)
    assert [(fault.code, fault.column) for fault in result.faults[0]] == [("LS-ROW-01", "created_at")]


cells = st.none() | st.text(max_size=12) | st.sampled_from(["2026-03-01", "1.5", "won", "{}", "L1"])


@given(st.lists(st.tuples(*[cells] * 9), min_size=1, max_size=8))
def test_whatever_the_cells_hold_each_row_is_either_a_fact_or_has_faults(rows):
    names = ("event_id", "lead_id", "type", "occurred_at", "known_at", "value", "channel", "campaign", "properties")
    result = to_events(
        chunk(**{name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}), UTC
    )
    assert sorted([*result.places, *result.faults]) == list(range(len(rows)))
    assert len(result.facts) == len(result.places)
