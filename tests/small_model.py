"""A small model of events, trained on the spot."""

from collections.abc import Sequence
from pathlib import Path

import lightgbm as lgb
import numpy as np

from leadscore.features.definitions import Feature, named
from leadscore.features.feature_set import Encoder, FeatureSet
from leadscore.modeling.artifact import ArtifactParts, write_artifact
from leadscore.modeling.band_model import of_trees
from leadscore.modeling.intervals import IntervalTable
from leadscore.scoring.grades import build_score_table

FEATURES = FeatureSet(
    named(
        [
            Feature("", "count", "demo_requested", 30, group="event:demo_requested"),
            Feature("", "days_since_last", "demo_requested", group="event:demo_requested"),
            Feature("", "count", "page_viewed", 30, group="event:page_viewed"),
            Feature("", "attribute", attribute="industry", group="attribute:industry"),
        ]
    ),
    {"industry": Encoder("category", {"software": 0, "mining": 1})},
    {"demo_requested": "demo request", "page_viewed": "page view", "attribute:industry=0": "software"},
)


def _band_text(seed: int) -> str:
    rng = np.random.default_rng(seed)
    demos = rng.poisson(0.4, 3000).astype(float)
    since = np.where(demos > 0, rng.uniform(0, 30, len(demos)), np.nan)
    rows = np.column_stack([demos, since, rng.poisson(2, len(demos)), rng.integers(0, 3, len(demos))]).astype(float)
    target = rng.random(len(rows)) < 1 / (1 + np.exp(4 - rows[:, 0] - 0.3 * rows[:, 2] - (rows[:, 3] == 0)))
    params = {"objective": "binary", "num_leaves": 6, "verbose": -1, "num_threads": 1}
    dataset = lgb.Dataset(rows, target.astype(int), categorical_feature=[3], params={"verbose": -1})
    return lgb.train(params, dataset, 15).model_to_string()


def trained_texts() -> tuple[str, ...]:
    """Trees of three horizon bands, as text."""
    return tuple(_band_text(seed) for seed in range(3))


def write_small_model(
    folder: Path, texts: Sequence[str], version: str = "1", features: FeatureSet = FEATURES, **changes: object
) -> None:
    """Write a model version into a folder."""
    manifest = {
        "name": "leadscore",
        "version": version,
        "kind": "events",
        "learner": "bands",
        "as_of": "2026-01-05T00:00:00Z",
        "horizons_days": [14, 60, 180],
        "main_horizon_days": 60,
        "metrics": {"60d": {"log_loss": 0.1}},
        "low_confidence": False,
        **changes,
    }
    intervals = IntervalTable((0.0, 0.5, 1.0), (0.0, 0.4, 0.9), (0.1, 0.6, 1.0))
    table = build_score_table(0.05, (4.0, 1.5, 0.5)).to_dict()
    golden = np.array([[0.0, np.nan, 1.0, 0.0], [2.0, 3.0, 4.0, 1.0]])
    write_artifact(folder, ArtifactParts(features, of_trees(texts), (intervals,) * 3, table, golden, manifest))
