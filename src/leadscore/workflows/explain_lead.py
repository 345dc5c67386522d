"""Explain one stored lead, now or as of a past instant, by the code that serves live."""

import time
from typing import Any

from leadscore.config.load import Settings
from leadscore.domain.errors import DataError
from leadscore.domain.time import SECOND_US
from leadscore.store.engine import open_store
from leadscore.store.history import load_history
from leadscore.workflows.score_batch import load_model
from leadscore.workflows.score_lead import ScoringService, score_document


def explain_lead(settings: Settings, lead_id: str, as_of: int | None, name: str) -> dict[str, Any]:
    """A lead's score with its reasons, as the API answers it; nothing is stored.

    as_of    instant of knowledge; now by default.
    Raises   DataError [LS-LEAD-01] if the lead is unknown or did not exist then; [LS-MODEL-01] without a champion.
    """
    artifact = load_model(settings, name, None, "events")
    history = load_history(open_store(settings.service.store_url), lead_id, as_of)
    instant = int(time.time() * SECOND_US) if as_of is None else as_of
    if history is None or history.created_at > instant:
        found = f"lead {lead_id!r} is unknown" if history is None else f"lead {lead_id!r} was created later"
        raise DataError("LS-LEAD-01", found=found, fix="check the id, or import the lead first")
    return score_document(ScoringService(artifact, settings.routing, None).score(history, instant))
