"""What a challenger would have answered, beside the scores that were given; never shown to those who ask for scores."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from leadscore.store.bulk import fetch_rows, insert_rows
from leadscore.store.engine import Store, reading, writing
from leadscore.store.tables import SCORES, SHADOW_SCORES


@dataclass(frozen=True)
class GivenScore:
    """A stored score, as far as a challenger needs it; a missing feature value is None."""

    decision_id: str
    lead_id: str
    as_of: int
    saved_at: int
    features: str
    feature_values: Mapping[str, float | None]


@dataclass(frozen=True)
class ShadowScore:
    """What a challenger answers where `given` was answered, or the code of the error why it cannot."""

    given: GivenScore
    p_convert: Mapping[str, float] | None = None
    score: float | None = None
    grade: str | None = None
    problem: str | None = None


def scores_without_shadow(store: Store, version: str, since: int, limit: int) -> list[GivenScore]:
    """Stored scores that a model version has not answered in shadow, those saved first first.

    since    epoch microseconds; only scores saved then or later.
    """
    answered = sa.exists().where(
        SHADOW_SCORES.c.decision_id == SCORES.c.decision_id, SHADOW_SCORES.c.model_version == version
    )
    wanted = (SCORES.c.saved_at >= since, SCORES.c.model_version != version, ~answered)
    query = sa.select(SCORES).where(*wanted).order_by(SCORES.c.saved_at, SCORES.c.decision_id).limit(limit)
    with reading(store) as connection:
        return [_given(row) for row in connection.execute(query)]


def answered_until(store: Store, version: str) -> int | None:
    """When the score was saved that a model version answered last in shadow, in epoch microseconds; None before."""
    query = sa.select(sa.func.max(SCORES.c.saved_at)).join(
        SHADOW_SCORES, SHADOW_SCORES.c.decision_id == SCORES.c.decision_id
    )
    with reading(store) as connection:
        until: int | None = connection.execute(query.where(SHADOW_SCORES.c.model_version == version)).scalar()
    return until


def save_shadow_scores(store: Store, version: str, shadows: Sequence[ShadowScore], now: int) -> None:
    """Keep what a model version answered, but nothing for scores that were deleted meanwhile."""
    with writing(store) as connection:
        keys = [(shadow.given.decision_id,) for shadow in shadows]
        there = {row[0] for row in fetch_rows(connection, SCORES, ("decision_id",), keys)}
        rows = [_row(version, shadow, now) for shadow in shadows if shadow.given.decision_id in there]
        insert_rows(connection, SHADOW_SCORES, rows)


def _given(row: Any) -> GivenScore:
    values = json.loads(row.feature_values)
    return GivenScore(row.decision_id, row.lead_id, row.as_of, row.saved_at, row.feature_fingerprint, values)


def _row(version: str, shadow: ShadowScore, now: int) -> tuple[Any, ...]:
    given = shadow.given
    chances = None if shadow.p_convert is None else json.dumps(shadow.p_convert, separators=(",", ":"))
    told = (chances, shadow.score, shadow.grade, shadow.problem)
    return (given.decision_id, version, given.lead_id, given.as_of, now, *told)
