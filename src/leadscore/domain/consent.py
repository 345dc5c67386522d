"""Whether a lead had refused to be followed at an instant, read from the history of its attribute `consent`."""

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue

CONSENT = "consent"
"""The attribute that says whether a lead agrees to be followed."""
_REFUSALS = frozenset(
    {"no", "n", "false", "f", "0", "refused", "rejected", "denied", "declined", "withdrawn", "revoked"}
    | {"opt out", "opted out", "optout"}
)
_FOR_EVER = 2**63 - 1

Span = tuple[int, int]
"""From when on, and until before when, in epoch microseconds."""


def refuses(text: str | None) -> bool:
    """Whether a value of `consent` is an explicit no; an unknown word, an empty value and none at all are not.

    >>> refuses(" Opted-Out "), refuses("false"), refuses("yes"), refuses(None)
    (True, True, False, False)
    """
    return text is not None and text.strip().casefold().replace("-", " ").replace("_", " ") in _REFUSALS


def refused_spans(values: Iterable[tuple[int, str | None]]) -> list[Span]:
    """When the latest known value was a refusal; of values known at the same instant, a refusal counts as the latest.

    values   (known_at, text) of the `consent` of one lead, any order.
    """
    turns = sorted((known_at, refuses(text)) for known_at, text in values)
    following = pairwise([*turns, (_FOR_EVER, False)])
    return [(since, until) for (since, refused), (until, _) in following if refused]


def refused_events(events: Iterable[Event], attributes: Iterable[AttributeValue]) -> list[Event]:
    """Those of a lead's events that occurred when it had refused, as far as its attributes say."""
    spans = _spans(attributes)
    return [event for event in events if _within(event, spans)] if spans else []


def consented_events(
    events: Sequence[Event], attributes: Iterable[AttributeValue], refused: Collection[str] = ()
) -> Sequence[Event]:
    """A lead's other events.

    refused   event_ids of further events that do not count.
    """
    spans = _spans(attributes)
    if not spans and not refused:
        return events
    return [event for event in events if event.event_id not in refused and not _within(event, spans)]


def _spans(attributes: Iterable[AttributeValue]) -> list[Span]:
    return refused_spans([(value.known_at, value.value) for value in attributes if value.name == CONSENT])


def _within(event: Event, spans: list[Span]) -> bool:
    return any(since <= event.occurred_at < until for since, until in spans)
