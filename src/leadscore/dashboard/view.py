"""What the page of the hottest leads shows, gathered from the store."""

import time
from typing import Any

from leadscore.dashboard.words import lead_view
from leadscore.modeling.artifact import ModelArtifact
from leadscore.store.engine import Store
from leadscore.store.history import counts
from leadscore.store.info import SIMULATED, get_info
from leadscore.store.scored_leads import last_seen
from leadscore.store.scores import hottest

MOST_LEADS = 50


def hottest_view(store: Store, artifact: ModelArtifact | None) -> dict[str, Any]:
    """The leads to work on now, the model behind them, and what to do next where something is missing.

    artifact   the model in use; None if there is none.
    """
    now = time.time_ns() // 1_000
    scored = hottest(store, MOST_LEADS)
    seen = last_seen(store, [score["lead_id"] for score in scored], now)
    leads = [lead_view(score, seen.get(score["lead_id"]), now) for score in scored]
    warmth = [lead["temperature"] for lead in leads]
    return {
        "simulated": get_info(store, SIMULATED),
        "leads": leads,
        "counts": {word: warmth.count(word) for word in ("hot", "warm", "cold")},
        "model": None if artifact is None else _model_view(artifact),
        "next_step": None if leads and artifact else _next_step(store, artifact),
    }


def _model_view(artifact: ModelArtifact) -> dict[str, Any]:
    as_of = artifact.manifest["as_of"]
    return {
        "name": artifact.name,
        "version": artifact.version,
        "as_of": None if as_of is None else str(as_of)[:10],
        "low_confidence": bool(artifact.manifest.get("low_confidence")),
    }


def _next_step(store: Store, artifact: ModelArtifact | None) -> dict[str, str]:
    if not counts(store)["leads"]:
        return {
            "missing": "There are no leads yet.",
            "do": "Import yours, or look at a simulated company first:",
            "type": "leadscore import leads leads.csv\nleadscore demo",
        }
    if artifact is None:
        return {
            "missing": "No model is in use yet.",
            "do": "Learn from what is imported, and promote the model if the evidence allows it:",
            "type": "leadscore train\nleadscore promote",
        }
    return {
        "missing": "No open lead has a stored score yet.",
        "do": "Ask for the score of a lead, and it is kept and appears here:",
        "type": 'curl -H "Authorization: Bearer KEY" ADDRESS/v1/leads/LEAD_ID/score',
    }
