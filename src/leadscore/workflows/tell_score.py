"""A score as plain values, in the one form that every interface gives."""

from collections.abc import Mapping
from typing import Any

from leadscore.domain.score import Score
from leadscore.domain.time import format_instant


def score_document(score: Score) -> dict[str, Any]:
    """A Score as plain values for JSON, in the form that every interface gives."""
    decision, versions = score.decision, score.versions
    return {
        "lead_id": score.lead_id,
        "as_of": format_instant(score.as_of),
        "p_convert": score.p_convert,
        "interval": list(score.interval),
        "score": score.score,
        "grade": score.grade,
        "temperature": None if score.temperature is None else score.temperature.value,
        "lifecycle": score.lifecycle.value,
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


def stored_document(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A stored score as plain values for JSON, in the same form as `score_document`."""
    return {
        name: format_instant(value) if name == "as_of" else value
        for name, value in stored.items()
        if name not in ("feature_values", "created_at", "source", "cause")
    }
