"""How good a registered version has been since it was made: snapshots after all that it learnt from, ripened since."""

from dataclasses import replace
from typing import Any

import numpy as np

from leadscore.config.load import Settings
from leadscore.dataset.snapshot_groups import snapshot_groups
from leadscore.domain.errors import DataError
from leadscore.domain.progress import Progress
from leadscore.domain.time import DAY_US, format_instant, parse_instant
from leadscore.modeling.artifact import ModelArtifact
from leadscore.modeling.calibration_card import calibration_card
from leadscore.modeling.evaluation import evaluate
from leadscore.scoring.grades import ScoreTable
from leadscore.store.engine import open_store
from leadscore.store.extract_time import latest_known_at
from leadscore.store.facts_arrow import load_facts
from leadscore.workflows.build_training_set import EvaluationSnapshots, build_evaluation_set


def evaluate_since(settings: Settings, artifact: ModelArtifact, progress: Progress) -> dict[str, Any] | None:
    """Figures and calibration card of a version on facts that were imported after it was trained, as JSON.

    Returns   None if no snapshot after its instant of knowledge has ripened at its nearest horizon.
    """
    store = open_store(settings.service.store_url)
    latest = latest_known_at(store)
    if latest is None:
        return None
    manifest = artifact.manifest
    asked = {"horizons_days": tuple(manifest["horizons_days"]), "main_horizon_days": manifest["main_horizon_days"]}
    asking = replace(settings, training=settings.training.model_copy(update=asked))
    since = parse_instant(str(manifest["as_of"])).at
    complete_to = latest - settings.training.outcome_lag_days * DAY_US
    until = complete_to - asked["horizons_days"][0] * DAY_US
    if until <= since:
        return None
    facts = load_facts(store, None, progress, properties=artifact.features.reads_properties)
    try:
        later = build_evaluation_set(facts, since, until, complete_to, asking)
    except DataError:
        return None
    return {
        "since": format_instant(since),
        "until": format_instant(until),
        **_judge(later, since, artifact, asking, progress),
    }


def _judge(
    later: EvaluationSnapshots, since: int, artifact: ModelArtifact, settings: Settings, progress: Progress
) -> dict[str, Any]:
    training, promotion = settings.training, settings.promotion
    p = artifact.predictor.curve(later.matrix(artifact.features, progress))
    grades = ScoreTable.from_dict(artifact.score_table).grade_column(p[:, artifact.predictor.main])
    groups = {**snapshot_groups(later.facts, later.table, since), "grade": np.array(grades)}
    accepted = promotion.calibration_low, promotion.calibration_high
    found = evaluate(p, later.rows, artifact.horizon_keys, training.bootstrap_draws, training.seed)
    card = calibration_card(p, later.rows, artifact.horizon_keys, groups, accepted)
    return {"evaluation": found.to_dict(), "calibration_card": card}
