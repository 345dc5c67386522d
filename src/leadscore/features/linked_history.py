"""The history of one person who was known under several ids, in plain Python."""

from collections.abc import Sequence
from dataclasses import replace

from leadscore.domain.consent import refused_events
from leadscore.domain.event import Event
from leadscore.domain.identity import Membership
from leadscore.domain.lead import FIRST_SEEN_SOURCE, AttributeValue
from leadscore.domain.outcome import Outcome
from leadscore.features.online import LeadHistory


def linked_history(person: LeadHistory, members: Sequence[tuple[Membership, LeadHistory]]) -> LeadHistory:
    """A person's own history together with those of its other ids; the same facts as `linked_facts.linked` gives it.

    members   other ids, each with since when it is known to belong to the person, and what is stored under it.
    """
    attributes, events, outcomes = list(person.attributes), list(person.events), list(person.outcomes)
    lead_id, refused = person.lead_id or "", set[str]()
    for membership, history in members:
        since = membership.since
        had = {value.name for value in person.attributes if value.known_at <= since and not _only_seen(value)}
        attributes += [
            replace(value, lead_id=lead_id, known_at=max(value.known_at, since))
            for value in history.attributes
            if value.name not in had
        ]
        refused |= {e.event_id for e in refused_events(history.events, history.attributes) if e.occurred_at < since}
        events += [replace(event, lead_id=lead_id, known_at=max(event.known_at, since)) for event in history.events]
        outcomes += [replace(end, lead_id=lead_id, known_at=max(end.known_at, since)) for end in history.outcomes]
    return replace(
        person,
        attributes=tuple(sorted(attributes, key=_in_time)),
        events=tuple(sorted(events, key=_when_it_happened)),
        outcomes=tuple(sorted(outcomes, key=_when_it_ended)),
        refused_before=frozenset(refused),
    )


def _in_time(value: AttributeValue) -> tuple[int, str, str]:
    return value.known_at, value.name, value.value or ""


def _when_it_happened(event: Event) -> tuple[int, str]:
    return event.occurred_at, event.event_id


def _when_it_ended(end: Outcome) -> tuple[int, str]:
    return end.occurred_at, end.outcome


def _only_seen(value: AttributeValue) -> bool:
    return value.name == "source" and value.value == FIRST_SEEN_SOURCE
