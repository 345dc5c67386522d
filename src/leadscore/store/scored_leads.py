"""Lists of stored scores: those of one lead, and the latest ones of many leads."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from leadscore.store.engine import Store, reading
from leadscore.store.scores import find_decision
from leadscore.store.tables import EVENTS, PEOPLE, SCORES

ORDERS: dict[str, Any] = {"score": SCORES.c.score.desc(), "as_of": SCORES.c.as_of.desc()}
"""Name of an order -> what comes first in it: the hottest lead, or the one scored last."""


def scores_of(store: Store, lead_id: str, limit: int) -> list[dict[str, Any]]:
    """Stored scores of one lead with their decisions, the latest first, in the form of `latest_score`."""
    latest_first = (SCORES.c.as_of.desc(), SCORES.c.saved_at.desc(), SCORES.c.decision_id.desc())
    query = sa.select(SCORES.c.decision_id).where(SCORES.c.lead_id == lead_id).order_by(*latest_first).limit(limit)
    return _found(store, query)


def latest_scores(
    store: Store, *, lifecycle: str | None, grade: str | None, order: str, limit: int
) -> list[dict[str, Any]]:
    """The latest stored score of each lead, in the form of `latest_score`; one that is a person known by another id is
    not listed.

    lifecycle, grade   only leads whose latest score has them; None for all.
    order              a key of ORDERS.
    """
    later = SCORES.alias("later")
    superseded = sa.exists().where(
        later.c.lead_id == SCORES.c.lead_id,
        sa.tuple_(later.c.as_of, later.c.saved_at, later.c.decision_id)
        > sa.tuple_(SCORES.c.as_of, SCORES.c.saved_at, SCORES.c.decision_id),
    )
    elsewhere = sa.exists().where(PEOPLE.c.lead_id == SCORES.c.lead_id)
    wanted = [~superseded, ~elsewhere]
    wanted += [] if lifecycle is None else [SCORES.c.lifecycle == lifecycle]
    wanted += [] if grade is None else [SCORES.c.grade == grade]
    query = sa.select(SCORES.c.decision_id).where(*wanted).order_by(ORDERS[order], SCORES.c.lead_id).limit(limit)
    return _found(store, query)


def scored_between(
    store: Store, features: str, since: int, until: int
) -> Iterator[tuple[float, str, dict[str, float | None]]]:
    """The last score of each lead within a period that a feature fingerprint gave: score, grade, feature values.

    since, until   epoch microseconds of as_of, the first one included.
    """
    within = (SCORES.c.feature_fingerprint == features, SCORES.c.as_of >= since, SCORES.c.as_of < until)
    order = (SCORES.c.as_of.desc(), SCORES.c.saved_at.desc(), SCORES.c.decision_id.desc())
    turn = sa.func.row_number().over(partition_by=SCORES.c.lead_id, order_by=order).label("turn")
    ranked = sa.select(SCORES.c.decision_id, turn).where(*within).subquery()
    last = sa.select(ranked.c.decision_id).where(ranked.c.turn == 1)
    told = (SCORES.c.score, SCORES.c.grade, SCORES.c.feature_values)
    query = sa.select(*told).where(SCORES.c.decision_id.in_(last)).order_by(SCORES.c.lead_id)
    with reading(store) as connection:
        for score, grade, values in connection.execute(query):
            yield score, grade, json.loads(values)


def last_seen(store: Store, lead_ids: Sequence[str], now: int) -> dict[str, int]:
    """When the latest event of each lead happened that was known by now; leads without one are left out."""
    seen = sa.and_(EVENTS.c.lead_id.in_(lead_ids), EVENTS.c.known_at < now, EVENTS.c.occurred_at < now)
    query = sa.select(EVENTS.c.lead_id, sa.func.max(EVENTS.c.occurred_at)).where(seen).group_by(EVENTS.c.lead_id)
    with reading(store) as connection:
        return {lead_id: occurred_at for lead_id, occurred_at in connection.execute(query)}


def _found(store: Store, query: sa.Select[str]) -> list[dict[str, Any]]:
    with reading(store) as connection:
        ids = connection.execute(query).scalars().all()
    found = (find_decision(store, decision_id) for decision_id in ids)
    return [score for score in found if score is not None]
