"""Explain one stored lead, now or as of a past instant, by the code that serves live."""

import time
from typing import Any

from leadscore.config.load import Settings
from leadscore.domain.errors import UsageError
from leadscore.domain.time import SECOND_US, format_instant
from leadscore.scoring.explanation import explain
from leadscore.scoring.scorer import Scorer
from leadscore.store.engine import Store, open_store
from leadscore.store.scored_leads import scores_of
from leadscore.workflows.compare_scores import Told, compare, told_before, told_now
from leadscore.workflows.score_batch import load_model
from leadscore.workflows.score_lead import ScoringService
from leadscore.workflows.tell_score import score_document

_MOST_SCORES = 200


def explain_lead(
    settings: Settings, lead_id: str, as_of: int | None, name: str, since: int | None = None
) -> dict[str, Any]:
    """A lead's score with its reasons, as the API answers it; nothing is stored.

    as_of    instant of knowledge; now by default.
    since    an earlier instant to compare with; the latest stored score before as_of by default.
    Returns  further `explanation`: `base`, the effects of all groups and `rest`, which add up to `log_odds`; and
             `changes` as `compare` gives them, None if there is no earlier score.
    Raises   DataError [LS-LEAD-01] if the lead is unknown or did not exist then; [LS-MODEL-01] without a champion;
             UsageError [LS-USAGE-01] if `since` is not before as_of.
    """
    instant = int(time.time() * SECOND_US) if as_of is None else as_of
    if since is not None and since >= instant:
        found = f"--since {format_instant(since)} is not before {format_instant(instant)}"
        raise UsageError("LS-USAGE-01", found=found, fix="name an earlier instant")
    artifact = load_model(settings, name, None, "events")
    store = open_store(settings.service.store_url)
    scoring, scorer = ScoringService(artifact, settings.routing, store), Scorer(artifact)
    scored = scoring.scored_row(lead_id, instant)
    now = told_now(scored)
    older = (
        _predecessor(scoring, store, str(scored.score.lead_id), instant)
        if since is None
        else _told_at(scoring, lead_id, since)
    )
    why = explain(scorer, now.row)
    return {
        **score_document(scored.score),
        "explanation": {
            "base": why.base,
            "effects": [{"feature": r.feature, "text": r.text, "effect": r.effect} for r in why.effects],
            "rest": why.rest,
            "log_odds": why.log_odds,
        },
        "changes": None if older is None else compare(scorer, older, now),
    }


def _told_at(scoring: ScoringService, lead_id: str, instant: int) -> Told:
    return told_now(scoring.scored_row(lead_id, instant))


def _predecessor(scoring: ScoringService, store: Store, lead_id: str, instant: int) -> Told | None:
    stored = (score for score in scores_of(store, lead_id, _MOST_SCORES) if score["as_of"] < instant)
    latest = next(stored, None)
    return None if latest is None else told_before(scoring, latest)
