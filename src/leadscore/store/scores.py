"""Scores and decisions as they were given, with everything needed to derive them again."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from leadscore.domain.lifecycle import OPEN_STATES
from leadscore.domain.score import Score
from leadscore.ingest.mentions import id_word
from leadscore.store.bulk import Row, batches, fetch_rows, insert_rows
from leadscore.store.engine import Connection, Store, reading, writing
from leadscore.store.freshness import Looked, mark_looked
from leadscore.store.suppression import nobody_suppressed, suppressed_places
from leadscore.store.tables import ATTRIBUTES, DECISIONS, LEADS, OUTCOMES, SCORES

CAUSES = ("given", "request", "list", "event", "ageing")
"""Why a lead was scored: facts were given with the question, somebody asked for it, all open leads were scored at once,
something happened, or nothing happened for long. All but the first rest on the stored facts."""

_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_LATEST_FIRST = (SCORES.c.as_of.desc(), SCORES.c.saved_at.desc(), SCORES.c.decision_id.desc())


@dataclass(frozen=True)
class ScoreRow:
    """A score of a stored lead and the feature values it was computed from; a missing value is NaN."""

    score: Score
    feature_values: Mapping[str, float]


def save_scores(store: Store, rows: Sequence[ScoreRow], now: int, cause: str = "given") -> list[str | None]:
    """Store scores and their decisions.

    rows     scores of leads that have an id.
    now      epoch microseconds; of two scores as of one instant the one saved later counts.
    cause    one of CAUSES.
    Returns  decision ids, `dec_` and 32 hex digits, in the order of the rows; the same score of the same feature
             values has the same id, so saving it again only makes it the one saved last. None for an erased lead,
             of which nothing is stored.
    """
    with writing(store) as connection:
        return store_scores(connection, rows, now, cause)


def store_scores(connection: Connection, rows: Sequence[ScoreRow], now: int, cause: str) -> list[str | None]:
    """`save_scores` within a transaction of the caller."""
    saved = [_to_rows(row, now, cause) for row in rows]
    erased: set[int] = set()
    if not nobody_suppressed(connection):
        erased = suppressed_places(connection, [(id_word(str(row.score.lead_id)),) for row in rows])
        saved = [pair for place, pair in enumerate(saved) if place not in erased]
    for start, end in batches(len(saved)):
        part = {score[0]: (score, decision) for score, decision in saved[start:end]}
        known = {row[0] for row in fetch_rows(connection, SCORES, ("decision_id",), [(key,) for key in part])}
        new = [pair for key, pair in part.items() if key not in known]
        insert_rows(connection, SCORES, [score for score, _ in new])
        insert_rows(connection, DECISIONS, [decision for _, decision in new])
        again = sa.update(SCORES).where(SCORES.c.decision_id.in_(known)).values(saved_at=now)
        connection.execute(again)
    if cause != "given":
        mark_looked(connection, [looked(row, now) for place, row in enumerate(rows) if place not in erased])
    ids = iter(saved)
    return [None if place in erased else next(ids)[0][0] for place in range(len(rows))]


def looked(row: ScoreRow, now: int) -> Looked:
    """What having scored a lead from its stored facts says about its freshness."""
    return Looked(str(row.score.lead_id), min(row.score.as_of, now), row.score.lifecycle in OPEN_STATES)


def latest_score(store: Store, lead_id: str) -> dict[str, Any] | None:
    """The latest stored score of a lead, with its decision and feature values; None if it was never scored.

    Keys are those of a Score; `as_of` in epoch microseconds; `feature_values` has null for a missing value; `cause` is
    one of CAUSES, or None if it was not noted.
    """
    with reading(store) as connection:
        row = connection.execute(_scored().where(SCORES.c.lead_id == lead_id).order_by(*_LATEST_FIRST).limit(1)).first()
    return _to_dict(row) if row else None


def find_decision(store: Store, decision_id: str) -> dict[str, Any] | None:
    """The score and decision with an id, as `latest_score` gives them; None if there is none."""
    with reading(store) as connection:
        row = connection.execute(_scored().where(SCORES.c.decision_id == decision_id)).first()
    return _to_dict(row) if row else None


def newest_scores(store: Store, features: str, limit: int) -> list[dict[str, Any]]:
    """The scores of a feature fingerprint that were saved last, as `latest_score` gives them."""
    query = _scored().where(SCORES.c.feature_fingerprint == features)
    with reading(store) as connection:
        newest = query.order_by(SCORES.c.saved_at.desc(), SCORES.c.decision_id).limit(limit)
        return [_to_dict(row) for row in connection.execute(newest)]


def hottest(store: Store, limit: int) -> list[dict[str, Any]]:
    """The latest scores of the open leads with the highest score, as `latest_score` gives them.

    Each also has `created_at` (epoch microseconds) and the lead's latest `source`.
    """
    later = SCORES.alias("later")
    superseded = sa.exists().where(
        later.c.lead_id == SCORES.c.lead_id,
        sa.tuple_(later.c.as_of, later.c.saved_at, later.c.decision_id)
        > sa.tuple_(SCORES.c.as_of, SCORES.c.saved_at, SCORES.c.decision_id),
    )
    ended = sa.exists().where(OUTCOMES.c.lead_id == SCORES.c.lead_id)
    source = (
        sa.select(ATTRIBUTES.c.value)
        .where(ATTRIBUTES.c.lead_id == SCORES.c.lead_id, ATTRIBUTES.c.name == "source")
        .order_by(ATTRIBUTES.c.known_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    order = (SCORES.c.score.desc(), SCORES.c.lead_id)
    # Chosen by id first: rows are wide, and only those that are shown should be read whole.
    chosen = (
        sa.select(SCORES.c.decision_id)
        .where(SCORES.c.lifecycle.in_([str(state) for state in OPEN_STATES]), ~superseded, ~ended)
        .order_by(*order)
        .limit(limit)
    )
    query = (
        _scored(LEADS.c.created_at, source.label("source"))
        .outerjoin(LEADS, LEADS.c.lead_id == SCORES.c.lead_id)
        .where(SCORES.c.decision_id.in_(chosen))
        .order_by(*order)
    )
    with reading(store) as connection:
        rows = connection.execute(query).all()
    return [{**_to_dict(row), "created_at": row.created_at, "source": row.source} for row in rows]


def _scored(*further: Any) -> sa.Select[Any]:
    decision = DECISIONS.c
    columns = (decision.route, decision.queue, decision.owner, decision.respond_by, decision.reason)
    return sa.select(SCORES, *columns, *further).join_from(
        SCORES, DECISIONS, decision.decision_id == SCORES.c.decision_id
    )


def _to_rows(row: ScoreRow, now: int, cause: str) -> tuple[Row, Row]:
    score, decision = row.score, row.score.decision
    if score.lead_id is None:
        raise ValueError("a score without a lead cannot be stored")
    values = _json({name: None if math.isnan(value) else value for name, value in row.feature_values.items()})
    reasons = _json([{"feature": each.feature, "text": each.text, "effect": each.effect} for each in score.reasons])
    told = (
        _json(score.p_convert),
        *score.interval,
        score.score,
        score.grade,
        score.temperature if score.temperature is None else str(score.temperature),
        str(score.lifecycle),
        reasons,
        values,
        score.versions.model,
        score.versions.features,
        score.versions.policy,
    )
    action = (decision.route, decision.queue, decision.owner, decision.respond_by, decision.reason)
    digest = hashlib.sha256(repr((score.lead_id, score.as_of, told, action)).encode()).hexdigest()
    key = (f"dec_{digest[:32]}", score.lead_id, score.as_of)
    return (*key, now, *told, cause), (*key, *action)


def _json(value: object) -> str:
    return _JSON.encode(value)


def _to_dict(row: Any) -> dict[str, Any]:
    return {
        "lead_id": row.lead_id,
        "as_of": row.as_of,
        "p_convert": json.loads(row.p_convert),
        "interval": [row.p_low, row.p_high],
        "score": row.score,
        "grade": row.grade,
        "temperature": row.temperature,
        "lifecycle": row.lifecycle,
        "reasons": json.loads(row.reasons),
        "decision": {
            "id": row.decision_id,
            "route": row.route,
            "queue": row.queue,
            "owner": row.owner,
            "respond_by": row.respond_by,
            "reason": row.reason,
        },
        "versions": {
            "model": row.model_version,
            "features": row.feature_fingerprint,
            "policy": row.policy_fingerprint,
        },
        "feature_values": json.loads(row.feature_values),
        "cause": row.cause,
    }
