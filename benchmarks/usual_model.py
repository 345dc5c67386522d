"""An installation with a champion of usual size, trained on random rows within seconds."""

from collections.abc import Iterator
from pathlib import Path

import lightgbm as lgb
import numpy as np

from leadscore.features.definitions import Feature, named
from leadscore.features.feature_set import Encoder, FeatureSet
from leadscore.modeling.artifact import ArtifactParts, write_artifact
from leadscore.modeling.band_model import of_trees
from leadscore.modeling.intervals import IntervalTable
from leadscore.scoring.grades import build_score_table
from leadscore.store.engine import open_store
from leadscore.store.keys import create_key

TYPES = [f"event_type_{number}" for number in range(12)]


def prepare(home: Path) -> str:
    """An installation with a champion of usual size; returns a key that may score."""
    features = FeatureSet(named(list(feature_list())), {"industry": Encoder("category", {"software": 0})}, {})
    width = len(features.names)
    rng = np.random.default_rng(0)
    matrix = rng.poisson(0.8, (20_000, width)).astype(float)
    matrix[rng.random(matrix.shape) < 0.2] = np.nan
    odds = np.nan_to_num(matrix[:, :40:4]).sum(axis=1) - 9
    settings = {"objective": "binary", "num_leaves": 8, "feature_fraction": 0.3, "verbose": -1, "num_threads": 1}
    texts = []
    for seed in range(3):
        target = (rng.random(len(odds)) < 1 / (1 + np.exp(-odds))).astype(int)
        data = lgb.Dataset(matrix, target, params={"verbose": -1})
        texts.append(lgb.train({**settings, "seed": seed}, data, 300).model_to_string())
    manifest = {"name": "leadscore", "version": "1", "kind": "events", "as_of": "2026-01-01T00:00:00Z"}
    manifest |= {"horizons_days": [14, 60, 180], "main_horizon_days": 60}
    intervals = IntervalTable((0.0, 0.5, 1.0), (0.0, 0.4, 0.9), (0.1, 0.6, 1.0))
    scores = build_score_table(0.05, (4.0, 1.5, 0.5)).to_dict()
    parts = ArtifactParts(features, of_trees(texts), (intervals,) * 3, scores, matrix[:5], manifest)
    write_artifact(home / "models" / "leadscore" / "champion", parts)
    return create_key(open_store(f"sqlite:///{home}/data/leadscore.db"), "read")[1]


def feature_list() -> Iterator[Feature]:
    """The default aggregations of every event type, lead age and one attribute: 98 features."""
    for name in TYPES:
        group = f"event:{name}"
        yield from (Feature("", "count", name, days, group=group) for days in (7, 30, 90))
        yield Feature("", "count", name, group=group)
        yield from (Feature("", "decayed", name, half_life_days=days, group=group) for days in (7, 30, 90))
        yield Feature("", "days_since_last", name, group=group)
    yield Feature("", "lead_age", group="age")
    yield Feature("", "attribute", attribute="industry", group="attribute:industry")
