"""Put together all that is known and was decided about one lead."""

from typing import Any

from leadscore.domain.errors import DataError
from leadscore.domain.event import VALUE_SCALE
from leadscore.domain.time import format_instant
from leadscore.features.online import LeadHistory
from leadscore.routing.qualify import attributes_as_of
from leadscore.store.engine import Store
from leadscore.store.history import load_history
from leadscore.store.links import other_ids
from leadscore.store.scored_leads import scores_of
from leadscore.workflows.compare_scores import compare_latest
from leadscore.workflows.score_lead import ScoringService
from leadscore.workflows.tell_score import stored_document

_MOST_ENTRIES = 1_000
_MOST_SCORES = 50


def show_lead(store: Store, lead_id: str, now: int, scoring: ScoringService) -> dict[str, Any]:
    """A stored lead: current attributes, timeline, scores and decisions, the latest first, and what changed last.

    lead_id   any id of a person; the answer is about the person, with all of its ids.
    now       epoch microseconds.
    scoring   whose model tells what changed between the two latest scores.
    Returns   plain values for JSON; the latest 1,000 entries of the timeline and 50 scores; `changes` as `compare`
              gives them, None where there is nothing to compare.
    Raises    DataError [LS-LEAD-01] if the lead is unknown.
    """
    history = load_history(store, lead_id, now)
    if history is None:
        raise DataError("LS-LEAD-01", found=f"lead {lead_id!r} is unknown", fix="check the id, or import the lead")
    person = str(history.lead_id)
    stored = scores_of(store, person, _MOST_SCORES)
    scores = [stored_document(score) for score in stored]
    return {
        "lead_id": person,
        "also_known_as": other_ids(store, person),
        "created_at": format_instant(history.created_at),
        "attributes": attributes_as_of(history, now),
        "timeline": timeline(history)[:_MOST_ENTRIES],
        "scores": scores,
        "decisions": [score["decision"] for score in scores],
        "changes": compare_latest(scoring, stored),
    }


def timeline(history: LeadHistory) -> list[dict[str, Any]]:
    """What happened to a lead, the latest first; attribute values appear from when they were known."""
    entries: list[tuple[int, int, str, str, Any]] = [(history.created_at, history.created_at, "created", "", None)]
    entries += [(item.known_at, item.known_at, "attribute", item.name, item.value) for item in history.attributes]
    entries += [
        (event.occurred_at, event.known_at, "event", event.type, _decimal(event.value)) for event in history.events
    ]
    entries += [(end.occurred_at, end.known_at, "outcome", end.outcome, end.reason) for end in history.outcomes]
    entries.sort(key=lambda entry: entry[:2], reverse=True)
    return [
        {"at": format_instant(at), "known_at": format_instant(known_at), "kind": kind, "name": name, "value": value}
        for at, known_at, kind, name, value in entries
    ]


def _decimal(value: int | None) -> float | None:
    return None if value is None else value / VALUE_SCALE
