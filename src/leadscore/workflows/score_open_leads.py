"""Score every open lead as of one instant and store the answers: the list that people work from."""

import time

import numpy as np
import pyarrow as pa

from leadscore.config.load import Settings
from leadscore.config.routing import RoutingConfig
from leadscore.dataset.open_spells import OpenSpells
from leadscore.domain.progress import Progress
from leadscore.domain.score import Score
from leadscore.domain.time import SECOND_US
from leadscore.features.facts import Facts
from leadscore.features.offline import compute_matrix
from leadscore.modeling.artifact import ModelArtifact
from leadscore.routing.qualify import policy_fingerprint
from leadscore.scoring.scorer import Scorer
from leadscore.store.engine import open_store
from leadscore.store.facts_arrow import load_facts
from leadscore.store.scores import ScoreRow, save_scores
from leadscore.workflows.score_batch import deciding_histories, load_model
from leadscore.workflows.score_lead import assemble_score

_TELL_EVERY = 500


def score_open_leads(settings: Settings, name: str, as_of: int | None, progress: Progress) -> list[Score]:
    """Score all open leads with the champion, store scores and decisions, and return them, hottest first.

    as_of    epoch microseconds; now by default.
    Raises   DataError [LS-MODEL-01] without a champion.
    """
    artifact = load_model(settings, name, None, "events")
    store = open_store(settings.service.store_url)
    now = int(time.time() * SECOND_US)
    instant = now if as_of is None else as_of
    facts = load_facts(store, None, progress, properties=artifact.features.reads_properties)
    rows = _score(artifact, facts, instant, settings, progress)
    save_scores(store, rows, now, "list")
    return sorted((row.score for row in rows), key=lambda score: (-score.score, score.lead_id or ""))


def open_leads(facts: Facts, as_of: int, routing: RoutingConfig) -> list[str]:
    """Leads that are open as of an instant, recycled ones too, in the order of their ids."""
    spells = OpenSpells.of(facts.known_before(as_of), routing.qualification.sql_event_types)
    now = (spells.opened_at <= as_of) & (as_of <= spells.ended_at)
    leads: list[str] = spells.lead_id.take(pa.array(np.unique(spells.lead[now]))).to_pylist()
    return leads


def _score(
    artifact: ModelArtifact, facts: Facts, instant: int, settings: Settings, progress: Progress
) -> list[ScoreRow]:
    leads = open_leads(facts, instant, settings.routing)
    snapshots = pa.table(
        {"lead_id": pa.array(leads, pa.string()), "as_of": pa.array([instant] * len(leads), pa.int64())}
    )
    matrix = compute_matrix(facts, snapshots, artifact.features, progress).tolist()
    created = dict(zip(facts.leads["lead_id"].to_pylist(), facts.leads["created_at"].to_pylist(), strict=True))
    histories = deciding_histories(facts, set(leads), created, settings.routing)
    scorer, routing = Scorer(artifact), settings.routing
    policy = policy_fingerprint(routing)
    rows = []
    for number, (lead, values) in enumerate(zip(leads, matrix, strict=True), start=1):
        score = assemble_score(artifact, histories[lead], instant, scorer.score_row(values), routing, policy)
        rows.append(ScoreRow(score, dict(zip(artifact.features.names, values, strict=True))))
        if number % _TELL_EVERY == 0 or number == len(leads):
            progress("scoring open leads", number, len(leads))
    return rows
