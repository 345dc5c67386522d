"""Which open leads would change grade if another version became champion: shown before anyone says yes."""

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from leadscore.config.load import Settings
from leadscore.domain.progress import Progress
from leadscore.domain.time import SECOND_US
from leadscore.features.facts import Facts
from leadscore.features.offline import compute_matrix
from leadscore.modeling.artifact import ModelArtifact
from leadscore.registry.connection import open_registry
from leadscore.registry.versions import version_tags
from leadscore.scoring.grades import GRADES, ScoreTable
from leadscore.store.engine import open_store
from leadscore.store.facts_arrow import load_facts
from leadscore.workflows.learn_events import KIND
from leadscore.workflows.score_batch import load_model
from leadscore.workflows.score_open_leads import open_leads
from leadscore.workflows.write_scores import write_scores

_SHOWN = 10


@dataclass(frozen=True)
class GradeChanges:
    """Open leads by what the version of today and the next one grade them.

    counts   "B to A" -> leads, the most frequent change first; leads that keep their grade are not in it.
    top      the leads that move farthest, the surest of them first: lead_id, before, after, score_before, score_after.
    file     CSV with every lead that changes.
    """

    open_leads: int
    changed: int
    counts: dict[str, int]
    top: list[dict[str, Any]]
    file: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON for the command line's answer."""
        return vars(self).copy()


def compare_grades(settings: Settings, name: str, before: str, after: str, progress: Progress) -> GradeChanges | None:
    """Score all open leads as of now with two versions, and list those whose grade differs; nothing is stored.

    Returns   None for models of a table, which keep no open leads.
    """
    registry = open_registry(settings.service.tracking_uri, settings.service.models_folder)
    if any(version_tags(registry, name, version)["kind"] != KIND for version in (before, after)):
        return None
    old, new = (load_model(settings, name, version, KIND) for version in (before, after))
    properties = old.features.reads_properties or new.features.reads_properties
    facts = load_facts(open_store(settings.service.store_url), None, progress, properties=properties)
    instant = int(time.time() * SECOND_US)
    leads = open_leads(facts, instant, settings.routing)
    frame = pd.DataFrame({"lead_id": leads})
    for artifact, when in ((old, "before"), (new, "after")):
        table = ScoreTable.from_dict(artifact.score_table)
        p = _chances(artifact, facts, leads, instant, progress)
        frame[when], frame[f"score_{when}"] = table.grade_column(p), table.score_column(p).round(1)
    return _changes(frame, settings, name, after)


def _chances(artifact: ModelArtifact, facts: Facts, leads: list[str], instant: int, progress: Progress) -> np.ndarray:
    """Probability at the main horizon, shape (leads,)."""
    at = pa.array([instant] * len(leads), pa.int64())
    asked = pa.table({"lead_id": pa.array(leads, pa.string()), "as_of": at})
    matrix = compute_matrix(facts, asked, artifact.features, progress)
    return np.asarray(artifact.predictor.curve(matrix)[:, artifact.predictor.main])


def _changes(frame: pd.DataFrame, settings: Settings, name: str, after: str) -> GradeChanges:
    steps = frame["after"].map(GRADES.index) - frame["before"].map(GRADES.index)
    moved = frame.assign(steps=steps.abs(), apart=(frame["score_after"] - frame["score_before"]).abs())
    moved = moved[steps != 0].sort_values(["steps", "apart", "lead_id"], ascending=[False, False, True])
    changes = moved[["lead_id", "before", "after", "score_before", "score_after"]]
    out = settings.service.home / "reports" / f"{name}-{after}-grades.csv"
    write_scores(changes, out)
    counts = Counter(f"{was} to {will}" for was, will in zip(changes["before"], changes["after"], strict=True))
    top = [{str(key): value for key, value in lead.items()} for lead in changes.head(_SHOWN).to_dict("records")]
    return GradeChanges(len(frame), len(changes), dict(counts.most_common()), top, str(out))
