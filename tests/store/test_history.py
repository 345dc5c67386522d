"""Reading one lead and the store as a whole."""

import sqlalchemy as sa

from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue, Lead, LeadRow
from leadscore.domain.outcome import Outcome
from leadscore.store.engine import reading
from leadscore.store.facts import insert_attributes, insert_events, insert_outcomes
from leadscore.store.history import counts, load_history, outcomes_before_creation
from leadscore.store.leads import insert_leads


def fill(store):
    insert_leads(store, [LeadRow(Lead("L1", 100, "web"), ("source",), ("web",))], 1_000)
    insert_attributes(store, [AttributeValue("L1", "industry", None, 300), AttributeValue("L2", "industry", "x", 10)])
    insert_events(
        store, [Event("e2", "L1", "a", 220, 230), Event("e1", "L1", "b", 220, 221, 5), Event("e0", "L2", "a", 1, 1)]
    )
    insert_outcomes(store, [Outcome("L1", "won", 900, 950, 100, "price")])


def test_a_history_holds_everything_of_one_lead_in_order_of_time(store):
    fill(store)
    history = load_history(store, "L1")
    assert (history.lead_id, history.created_at) == ("L1", 100)
    assert history.attributes == (
        AttributeValue("L1", "source", "web", 100),
        AttributeValue("L1", "industry", None, 300),
    )
    assert history.events == (Event("e1", "L1", "b", 220, 221, 5), Event("e2", "L1", "a", 220, 230))
    assert history.outcomes == (Outcome("L1", "won", 900, 950, 100, "price"),)


def test_an_unknown_lead_has_no_history(store):
    fill(store)
    assert load_history(store, "L2") is None


def test_rows_are_counted_by_table(store):
    fill(store)
    expected = {"leads": 1, "attributes": 3, "events": 3, "outcomes": 1, "messages": 0, "dead_letters": 0}
    assert counts(store) == expected


def test_reading_one_lead_uses_an_index(sqlite_store):
    with reading(sqlite_store) as connection:
        for table in ("leads", "attributes", "events", "outcomes", "scores"):
            query = sa.text(f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE lead_id = 'L1'")
            assert all("SEARCH" in row[-1] for row in connection.execute(query))


def test_an_outcome_before_its_lead_was_created_is_found_and_one_at_its_creation_is_not(store):
    fill(store)
    early = [Outcome("L1", "lost", 99, 99), Outcome("L1", "lost", 100, 100), Outcome("L9", "lost", 1, 1)]
    insert_outcomes(store, early)
    assert outcomes_before_creation(store) == [("L1", 99, 100)]
