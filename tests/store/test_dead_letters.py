"""Refused messages: kept with the reason, each once."""

from leadscore.store.dead_letters import DeadLetter, add_dead_letters, list_dead_letters
from leadscore.store.engine import writing


def test_a_refused_message_that_is_sent_again_is_kept_once(store):
    first = DeadLetter(10, "LS-EVENT-04", "the type is 'x'", '{"type":"x"}')
    again = DeadLetter(20, "LS-EVENT-04", "the type is 'x'", '{"type":"x"}')
    other = DeadLetter(20, "LS-EVENT-02", "no id", '{"type":"x"}')
    with writing(store) as connection:
        add_dead_letters(connection, [first, again])
        add_dead_letters(connection, [again, other])
        add_dead_letters(connection, [])
    assert list_dead_letters(store) == [other, first]
    assert list_dead_letters(store, limit=1) == [other]
