"""Facts as Arrow tables: complete, cut at an instant, and the same whatever the order of imports."""

import time

import pytest

from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue, Lead, LeadRow
from leadscore.domain.outcome import Outcome
from leadscore.features.facts import SCHEMAS
from leadscore.store.facts import insert_attributes, insert_events, insert_outcomes
from leadscore.store.facts_arrow import load_facts
from leadscore.store.leads import insert_leads

EVENTS = [
    Event("e3", "L2", "page_viewed", 300, 310, 1_500, "web", "spring", '{"a":1}'),
    Event("e1", "L1", "demo_requested", 200, 400),
    Event("e2", "L1", "page_viewed", 150, 150),
]


def fill(store, events):
    insert_leads(
        store, [LeadRow(Lead(lead, at, "web"), ("source",), ("web",)) for lead, at in (("L2", 250), ("L1", 100))], 1_000
    )
    insert_attributes(
        store, [AttributeValue("L1", "industry", "retail", 250), AttributeValue("L1", "industry", None, 300)]
    )
    insert_events(store, events)
    insert_outcomes(store, [Outcome("L2", "won", 500, 600, 1, "x")])


def test_all_facts_are_loaded_with_the_declared_schemas(store):
    fill(store, EVENTS)
    facts = load_facts(store)
    for name, schema in SCHEMAS.items():
        assert getattr(facts, name).schema == schema
    assert facts.leads.to_pylist() == [{"lead_id": "L1", "created_at": 100}, {"lead_id": "L2", "created_at": 250}]
    assert facts.attributes["value"].to_pylist() == ["retail", None, "web", "web"]
    assert facts.events["event_id"].to_pylist() == ["e2", "e1", "e3"]
    assert facts.events["value"].to_pylist() == [None, None, 1_500]
    assert facts.outcomes.to_pylist() == [{"lead_id": "L2", "outcome": "won", "occurred_at": 500, "known_at": 600}]


def test_loading_as_of_an_instant_equals_cutting_all_facts_there(store):
    fill(store, EVENTS)
    everything = load_facts(store)
    for as_of in (100, 101, 150, 250, 251, 300, 310, 311, 400, 401, 600, 601):
        assert load_facts(store, as_of) == everything.known_before(as_of)


def test_the_order_of_imports_does_not_change_the_tables(store_factory):
    one, other = store_factory(), store_factory()
    fill(one, EVENTS)
    fill(other, EVENTS[::-1])
    assert load_facts(one) == load_facts(other)


def test_an_empty_store_gives_empty_tables(store):
    facts = load_facts(store)
    assert [getattr(facts, name).num_rows for name in SCHEMAS] == [0, 0, 0, 0]


def test_progress_is_told_by_table(store):
    fill(store, EVENTS)
    told = []
    load_facts(store, progress=lambda *step: told.append(step))
    assert ("reading events", 3, 3) in told


@pytest.mark.slow
def test_a_hundred_thousand_events_load_fast(store):
    events = [Event(f"e{n}", f"L{n % 999}", "page_viewed", n, n, n, "web") for n in range(100_000)]
    insert_events(store, events)
    began = time.process_time()
    assert load_facts(store).events.num_rows == 100_000
    assert time.process_time() - began < 2.0
