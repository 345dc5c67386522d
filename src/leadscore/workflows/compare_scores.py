"""What changed between two scores of a lead, told by the model in use."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadscore.domain.errors import DataError
from leadscore.domain.time import DAY_US, format_instant
from leadscore.scoring.explanation import changes, log_odds
from leadscore.scoring.scorer import Scorer
from leadscore.store.scores import ScoreRow
from leadscore.workflows.score_lead import ScoringService

_TELLABLE = 1e-3


@dataclass(frozen=True)
class Told:
    """A score as it was given, and the lead's feature values then, by the features of the model in use."""

    as_of: int
    p_convert: Mapping[str, float]
    score: float
    version: str
    row: tuple[float, ...]


def told_now(scored: ScoreRow) -> Told:
    """A score that the model in use has just given."""
    score = scored.score
    return Told(score.as_of, score.p_convert, score.score, score.versions.model, tuple(scored.feature_values.values()))


def told_before(scoring: ScoringService, stored: Mapping[str, Any]) -> Told:
    """A stored score, as `latest_score` gives it; values of other features are computed anew as of its instant.

    Raises   DataError [LS-MODEL-01] without a model; [LS-LEAD-01] if the lead is not there any more.
    """
    values: Mapping[str, float | None] = stored["feature_values"]
    if scoring.artifact is None or stored["versions"]["features"] != scoring.artifact.features.fingerprint:
        values = scoring.scored_row(stored["lead_id"], stored["as_of"]).feature_values
    found = (values[name] for name in (scoring.artifact.features.names if scoring.artifact else values))
    row = tuple(math.nan if value is None else value for value in found)
    return Told(stored["as_of"], stored["p_convert"], stored["score"], stored["versions"]["model"], row)


def compare(scorer: Scorer, older: Told, newer: Told) -> dict[str, Any]:
    """What moved the log-odds at the main horizon from one score of a lead to a later one.

    Returns   plain values for JSON: `since`, `score`, `p_convert` and `model` of the older score; `log_odds`, by how
              much they moved; `effects`, what moved them, which add up to it together with `rest`. If another model
              gave one of the scores, that is one of the effects, of cause "model".
    """
    moves = changes(scorer, older.row, newer.row, (newer.as_of - older.as_of) / DAY_US)
    effects: list[dict[str, Any]] = [
        {name: getattr(move, name) for name in ("feature", "text", "cause", "effect", "before", "after")}
        for move in moves
    ]
    total = _at_main(scorer, newer) - _at_main(scorer, older)
    rest = total - sum(move.effect for move in moves)
    if abs(rest) > _TELLABLE and {older.version, newer.version} != {scorer.artifact.version}:
        text = f"another model: version {newer.version} instead of {older.version}"
        if older.version == newer.version:
            text = f"another model: told by version {scorer.artifact.version}, given by version {newer.version}"
        effects.append({"feature": "", "text": text, "cause": "model", "effect": rest, "before": None, "after": None})
        rest = 0.0
    return {
        "since": format_instant(older.as_of),
        "score": older.score,
        "p_convert": dict(older.p_convert),
        "model": older.version,
        "log_odds": total,
        "effects": sorted(effects, key=lambda each: -abs(each["effect"])),
        "rest": rest,
    }


def compare_latest(scoring: ScoringService, scores: list[dict[str, Any]]) -> dict[str, Any] | None:
    """`compare` of the two latest stored scores of a lead, the latest first.

    Returns   None for fewer than two, without a model, or if what the model reads cannot be had for them any more.
    """
    if len(scores) < 2 or scoring.scorer is None:
        return None
    try:
        newer, older = (told_before(scoring, stored) for stored in scores[:2])
    except DataError:
        return None
    return compare(scoring.scorer, older, newer)


def _at_main(scorer: Scorer, told: Told) -> float:
    key = scorer.artifact.horizon_keys[scorer.artifact.predictor.main]
    # A version with other horizons gave no chance at this one; then the model in use is asked what it was.
    return log_odds(told.p_convert[key] if key in told.p_convert else scorer.score_row(told.row).p_main)
