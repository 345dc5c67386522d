"""When a lead had refused."""

import pytest

from leadscore.domain.consent import consented_events, refused_events, refuses
from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue


def counted(*told, at=range(10)):
    """The instants at which events count, given (known_at, consent)."""
    values = [AttributeValue("a", "consent", text, known_at) for known_at, text in told]
    values.append(AttributeValue("a", "source", "no", 0))
    events = [Event(f"e{instant}", "a", "page", instant, 99) for instant in at]
    kept = [event.occurred_at for event in consented_events(events, values)]
    assert sorted([*kept, *(event.occurred_at for event in refused_events(events, values))]) == list(at)
    return kept


@pytest.mark.parametrize("text", ["no", " NO ", "false", "0", "Opted-out", "opt_out", "withdrawn"])
def test_a_word_for_no_is_a_refusal(text):
    assert refuses(text)


@pytest.mark.parametrize("text", ["yes", "true", "", None, "unknown", "none", "1"])
def test_all_else_is_none(text):
    assert not refuses(text)


def test_a_refusal_holds_from_its_own_instant_until_the_next_value_is_known():
    assert counted((7, "yes"), (4, "no"), (0, "yes")) == [0, 1, 2, 3, 7, 8, 9]
    assert counted((4, "no")) == [0, 1, 2, 3]
    assert counted((2, "no"), (5, None)) == [0, 1, 5, 6, 7, 8, 9]


def test_of_two_values_known_at_one_instant_the_refusal_counts():
    assert (
        counted((4, "yes"), (4, "no"), (8, "yes")) == counted((4, "no"), (4, "yes"), (8, "yes")) == [0, 1, 2, 3, 8, 9]
    )


def test_without_a_refusal_every_event_counts():
    assert counted() == counted((3, "yes")) == list(range(10))
