"""Accepted messages: each id once."""

from leadscore.domain.event import Event
from leadscore.domain.lead import Lead
from leadscore.store.engine import reading, writing
from leadscore.store.facts import insert_events
from leadscore.store.history import load_history
from leadscore.store.leads import add_first_seen
from leadscore.store.messages import (
    MessageRecord,
    add_messages,
    add_tracked_events,
    count_messages,
    each_message,
    unseen_messages,
)


def message(number, received_at=10):
    return MessageRecord(f"m{number}", "track", "L1", received_at, "2026-01-01T00:00:00Z", None)


def test_new_messages_are_told_from_repeats_within_and_across_requests(store):
    with writing(store) as connection:
        assert unseen_messages(connection, ["m1", "m2", "m1"]) == [0, 1]
        add_messages(connection, [message(1), message(2)])
    with writing(store) as connection:
        assert unseen_messages(connection, ["m2", "m3"]) == [1]
        assert unseen_messages(connection, []) == []
        add_messages(connection, [message(2, 99), message(3, 99)])
    assert list(each_message(store)) == [message(1), message(2), message(3, 99)]


def test_messages_come_in_the_order_they_were_received(store):
    with writing(store) as connection:
        add_messages(connection, [message(1, 30), message(3, 10), message(2, 10)])
    assert [found.message_id for found in each_message(store)] == ["m2", "m3", "m1"]


def event(number, known_at=10, **changes):
    fields = {"type": "demo", "occurred_at": 5, "value": 1_500, "properties": '{"a":"\\"é"}'}
    return Event(f"m{number}", "L1", known_at=known_at, **(fields | changes))


def add(store, *tracked):
    with writing(store) as connection:
        return add_tracked_events(connection, tracked)


def events_of(store):
    with writing(store) as connection:
        add_first_seen(connection, [Lead("L1", 1, "web")])
    return load_history(store, "L1").events


def test_a_message_that_tells_of_an_event_is_kept_with_it_and_each_id_once(store):
    with writing(store) as connection:
        add_messages(connection, [message(1, 20)._replace(type="identify")])
    assert add(store, (event(2), message(2)), (event(3), message(3, 30))) == {}
    assert [found.message_id for found in each_message(store)] == ["m2", "m1", "m3"]
    first, *_ = each_message(store)
    assert first == message(2)
    assert events_of(store) == (event(2), event(3))
    with reading(store) as connection:
        assert count_messages(connection) == 3
        assert unseen_messages(connection, ["m3", "m4", "m1", "m2"]) == [1]


def test_an_event_that_was_imported_before_becomes_that_of_the_message(store):
    insert_events(store, [event(1, 10), event(2, 40), event(4)])
    with reading(store) as connection:
        assert unseen_messages(connection, ["m1", "m2"]) == [0, 1]
        assert count_messages(connection) == 0
    assert add(store, (event(1, 30), message(1, 30)), (event(2, 30), message(2, 30)), (event(3), message(3))) == {}
    assert list(each_message(store)) == [message(3), message(1, 30), message(2, 30)]
    assert events_of(store) == (event(1, 10), event(2, 30), event(3), event(4))


def test_a_message_that_contradicts_an_imported_event_is_not_stored(store):
    insert_events(store, [event(1)])
    refused = add(store, (event(1, value=7), message(1)), (event(2), message(2)))
    assert refused == {"m1": "value is stored as 1500, the row says 7"}
    assert list(each_message(store)) == [message(2)]
    assert events_of(store) == (event(1), event(2))


def test_an_import_of_an_event_that_tracking_told_of_changes_no_message(store):
    add(store, (event(1, 10), message(1)))
    assert insert_events(store, [event(1, 3)]).unchanged == 1
    assert insert_events(store, [event(1, value=None)]).rejected
    assert list(each_message(store)) == [message(1)]
    assert events_of(store) == (event(1, 3),)
