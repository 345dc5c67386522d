"""Accepted messages: each id once."""

from leadscore.store.engine import writing
from leadscore.store.messages import MessageRecord, add_messages, each_message, unseen_messages


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
