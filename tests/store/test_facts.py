"""Writing facts: a repeat changes nothing, a contradiction is refused, the order of imports does not matter."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue, Lead
from leadscore.domain.outcome import Outcome
from leadscore.store.engine import writing
from leadscore.store.facts import (
    InsertResult,
    add_current_attributes,
    insert_attributes,
    insert_events,
    insert_outcomes,
)
from leadscore.store.history import counts, each_event, load_history
from leadscore.store.leads import add_first_seen

EVENT = Event("e1", "L1", "page_viewed", 100, 150, 2_500, "web", "spring", '{"a":1}')
OUTCOME = Outcome("L1", "won", 500, 600, 12_345, "price")


def stored_events(store):
    columns = ("event_id", "lead_id", "type", "occurred_at", "known_at", "value", "channel", "campaign", "properties")
    return [Event(*row) for row in each_event(store, columns)]


def make_lead(store, lead_id="L1", created_at=1):
    with writing(store) as connection:
        add_first_seen(connection, [Lead(lead_id, created_at, "web")])


def test_an_event_is_stored_with_every_field(store):
    assert insert_events(store, [EVENT]) == InsertResult(inserted=1)
    assert stored_events(store) == [EVENT]


def test_the_same_event_twice_changes_nothing(store):
    insert_events(store, [EVENT])
    assert insert_events(store, [EVENT, EVENT]) == InsertResult(unchanged=2)
    assert stored_events(store) == [EVENT]


def test_an_event_repeated_within_one_batch_counts_once(store):
    assert insert_events(store, [EVENT, EVENT, replace(EVENT, event_id="e2")]) == InsertResult(inserted=2, unchanged=1)


def test_the_earliest_known_at_stands_whatever_comes_first(store):
    early, late = replace(EVENT, known_at=140), replace(EVENT, known_at=160)
    assert insert_events(store, [late, EVENT, early, EVENT]) == InsertResult(inserted=1, unchanged=3)
    assert stored_events(store) == [early]
    assert insert_events(store, [replace(EVENT, known_at=130), late]) == InsertResult(unchanged=2)
    assert stored_events(store)[0].known_at == 130


def test_an_event_id_with_other_content_is_rejected_and_says_what_differs(store):
    insert_events(store, [EVENT])
    result = insert_events(store, [replace(EVENT, event_id="e2"), replace(EVENT, type="demo_requested", value=None)])
    assert (result.inserted, result.unchanged) == (1, 0)
    (rejected,) = result.rejected
    assert rejected.position == 1
    assert rejected.column == "type, value"
    assert "'page_viewed'" in rejected.reason
    assert "'demo_requested'" in rejected.reason
    assert stored_events(store)[0] == EVENT


def test_positions_of_rejected_rows_count_over_batches(store):
    events = [replace(EVENT, event_id=f"e{number}") for number in range(2_500)]
    assert insert_events(store, events).inserted == 2_500
    events[2_300] = replace(events[2_300], type="other")
    result = insert_events(store, events)
    assert result.unchanged == 2_499
    assert [row.position for row in result.rejected] == [2_300]


def test_events_of_unknown_leads_and_before_creation_are_kept(store):
    insert_events(store, [EVENT])
    assert load_history(store, "L1") is None
    make_lead(store, created_at=10_000)
    assert load_history(store, "L1").events == (EVENT,)


def test_outcomes_are_unique_by_lead_outcome_and_time(store):
    other = replace(OUTCOME, occurred_at=501)
    assert insert_outcomes(store, [OUTCOME, other, replace(OUTCOME, known_at=550)]).inserted == 2
    rejected = insert_outcomes(store, [replace(OUTCOME, amount=1)]).rejected
    assert [row.column for row in rejected] == ["amount"]
    make_lead(store)
    assert load_history(store, "L1").outcomes == (replace(OUTCOME, known_at=550), other)


def test_attributes_are_unique_by_lead_name_and_known_at(store):
    first = AttributeValue("L1", "industry", "software", 10)
    rows = [first, replace(first, known_at=20), replace(first, value=None), first]
    result = insert_attributes(store, rows)
    assert (result.inserted, result.unchanged, [row.position for row in result.rejected]) == (2, 1, [2])


def test_a_value_that_holds_already_is_not_stored_again(store):
    value = AttributeValue("L1", "industry", "software", 10)
    with writing(store) as connection:
        assert add_current_attributes(connection, [value]) == 1
        assert add_current_attributes(connection, [replace(value, known_at=20)]) == 0
        assert add_current_attributes(connection, [replace(value, known_at=30, value="retail")]) == 1
        assert add_current_attributes(connection, [replace(value, known_at=30, value="steel")]) == 1
    make_lead(store)
    history = [(found.value, found.known_at) for found in load_history(store, "L1").attributes[1:]]
    assert history == [("software", 10), ("retail", 30), ("steel", 31)]


def test_large_integers_and_odd_texts_come_back_exactly(store):
    odd = replace(
        EVENT, value=-(2**63), occurred_at=2**62, properties='{"é":"☃\\n\\""}', channel="'; DROP TABLE events;--"
    )
    insert_events(store, [odd])
    assert stored_events(store) == [odd]


def test_inserting_nothing_is_fine(store):
    assert insert_events(store, []) == InsertResult()


events = st.builds(
    lambda key, known_at: Event(f"e{key}", "L1", f"type{key}", 100, 100 + known_at),
    st.integers(0, 3),
    st.integers(0, 5),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(events, max_size=12), data=st.data())
def test_any_order_and_split_of_the_same_events_gives_the_same_store(store_factory, rows, data):
    order = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    one, other = store_factory(), store_factory()
    insert_events(one, rows)
    first, second = insert_events(other, order[:cut]), insert_events(other, order[cut:])
    assert stored_events(one) == stored_events(other)
    assert first.inserted + second.inserted == counts(one)["events"] == len({row.event_id for row in rows})
    assert first.unchanged + second.unchanged == len(rows) - counts(one)["events"]
