"""What callers get: a Score as JSON."""

from typing import Any, Literal

from fastapi import Response
from pydantic import BaseModel, ConfigDict
from pydantic_core import to_json

from leadscore.domain.score import Score
from leadscore.domain.time import format_instant


class ReasonAnswer(BaseModel):
    """Why a score is what it is."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    feature: str
    text: str
    """In words a salesperson understands."""
    effect: float
    """Change of the log-odds of converting within the main horizon, by path attribution; above 0 raises the score."""


class DecisionAnswer(BaseModel):
    """What to do with the lead; without an id it is advice and is not stored."""

    id: str | None
    route: Literal["sales", "nurture", "educate", "drop", "return_later", "none"]
    queue: str
    owner: str | None
    respond_by: str | None
    reason: str


class VersionsAnswer(BaseModel):
    """What made the score."""

    model: str
    features: str
    policy: str


class ScoreAnswer(BaseModel):
    """How likely, when, why, and what now, as of an instant."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    lead_id: str | None
    as_of: str
    p_convert: dict[str, float]
    """Probability of becoming a customer within each horizon."""
    interval: tuple[float, float]
    """How uncertain the conversion rate of leads like this one is, at the main horizon (90 %)."""
    score: float
    """0-100, rises strictly with the probability at the main horizon."""
    grade: Literal["A", "B", "C", "D"]
    temperature: Literal["hot", "warm", "cold"] | None
    lifecycle: Literal["suspect", "mql", "sql", "set_aside", "discarded", "customer"]
    reasons: list[ReasonAnswer]
    decision: DecisionAnswer
    versions: VersionsAnswer


class ScoresAnswer(BaseModel):
    """One entry per lead asked for, in their order."""

    scores: list[ScoreAnswer]


def score_json(score: Score) -> dict[str, Any]:
    """A Score in the form of `ScoreAnswer`."""
    decision, versions = score.decision, score.versions
    return {
        "lead_id": score.lead_id,
        "as_of": format_instant(score.as_of),
        "p_convert": score.p_convert,
        "interval": score.interval,
        "score": score.score,
        "grade": score.grade,
        "temperature": score.temperature,
        "lifecycle": score.lifecycle,
        "reasons": [{"feature": r.feature, "text": r.text, "effect": r.effect} for r in score.reasons],
        "decision": {
            "id": decision.id,
            "route": decision.route,
            "queue": decision.queue,
            "owner": decision.owner,
            "respond_by": decision.respond_by,
            "reason": decision.reason,
        },
        "versions": {"model": versions.model, "features": versions.features, "policy": versions.policy},
    }


def json_answer(content: Any, status: int = 200) -> Response:
    """A JSON answer from plain values, without the framework's detour through models."""
    return Response(to_json(content), status, media_type="application/json")
