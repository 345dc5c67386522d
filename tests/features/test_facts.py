"""Cutting facts at an instant hides what was not known by then."""

import pyarrow as pa

from leadscore.features.facts import SCHEMAS, Facts


def test_what_becomes_known_at_the_instant_itself_is_cut_off():
    facts = Facts(
        leads=pa.Table.from_pylist(
            [{"lead_id": "a", "created_at": 5}, {"lead_id": "b", "created_at": 6}], SCHEMAS["leads"]
        ),
        attributes=pa.Table.from_pylist(
            [
                {"lead_id": "a", "name": "source", "value": "comes with the lead", "known_at": 5},
                {"lead_id": "a", "name": "source", "value": "earlier", "known_at": 4},
                {"lead_id": "b", "name": "source", "value": "filled at the instant", "known_at": 5},
                {"lead_id": "b", "name": "source", "value": "comes with a later lead", "known_at": 6},
            ],
            SCHEMAS["attributes"],
        ),
        events=pa.Table.from_pylist(
            [{"event_id": "e", "known_at": 4}, {"event_id": "f", "known_at": 5}], SCHEMAS["events"]
        ),
        outcomes=pa.Table.from_pylist(
            [{"lead_id": "a", "known_at": 4}, {"lead_id": "b", "known_at": 5}], SCHEMAS["outcomes"]
        ),
    )
    cut = facts.known_before(5)
    assert cut.leads["lead_id"].to_pylist() == ["a"]
    assert cut.attributes["value"].to_pylist() == ["comes with the lead", "earlier"]
    assert cut.events["event_id"].to_pylist() == ["e"]
    assert cut.outcomes["lead_id"].to_pylist() == ["a"]


def test_cutting_empty_facts_gives_empty_facts_of_the_same_form():
    empty = Facts(**{kind: schema.empty_table() for kind, schema in SCHEMAS.items()})
    cut = empty.known_before(5)
    assert all(getattr(cut, kind).schema == schema for kind, schema in SCHEMAS.items())


def test_facts_without_properties_differ_in_nothing_else():
    events = pa.Table.from_pylist([{"event_id": "e", "known_at": 4, "properties": "{}"}], SCHEMAS["events"])
    facts = Facts(**{kind: schema.empty_table() for kind, schema in SCHEMAS.items()} | {"events": events})
    without = facts.without_properties()
    assert without.events.schema == SCHEMAS["events"]
    assert without.events.to_pylist() == [{**events.to_pylist()[0], "properties": None}]
    assert without.digest() != facts.digest()
