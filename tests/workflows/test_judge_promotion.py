"""The gate holds a model against the champion, the base rate and the simplest baseline on the very same rows."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from leadscore.config.load import Settings, load_settings
from leadscore.modeling.rows import LabelledRows
from leadscore.workflows.judge_promotion import Contest, verdict

LEADS = 4_000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(tmp_path)


def ruling(settings: Settings, baselines: dict[str, np.ndarray], champion_p: np.ndarray | None = None):
    """What is said of a model that sees half of what can be known, where baselines see all of it or nothing."""
    rng = np.random.default_rng(3)
    signal = rng.normal(size=(LEADS, 1))
    converted = rng.random((LEADS, 1)) < 1 / (1 + np.exp(2 - signal))
    later = LabelledRows(
        known=np.ones_like(converted), converted=converted, weight=np.ones(LEADS), cluster=np.arange(LEADS)
    )
    p = {"all": 1 / (1 + np.exp(2 - signal)), "half": 1 / (1 + np.exp(2 - 0.5 * signal))}
    p["nothing"] = np.full_like(signal, converted.mean())
    judged = SimpleNamespace(
        p=p["half"],
        base_rates=np.array([converted.mean()]),
        baseline_p={name: p[sees] for name, sees in baselines.items()},
    )
    whole = SimpleNamespace(bands=SimpleNamespace(converting_leads=lambda: 500))
    return verdict(judged, Contest(later, None, champion_p), whole, settings, "table")


@pytest.mark.parametrize("champion", [None, np.full((LEADS, 1), 0.5)])
@pytest.mark.parametrize("better", ["points", "naive_bayes"])
def test_a_model_no_better_than_the_simplest_baseline_is_refused_with_a_champion_and_without(
    settings: Settings, better: str, champion: np.ndarray | None
) -> None:
    found = ruling(settings, {"base_rate": "nothing", better: "all"}, champion)
    assert not found.passed
    assert any(reason.startswith(f"no better than {better}, the simplest baseline") for reason in found.reasons)


def test_where_there_are_points_they_are_the_simplest_baseline(settings: Settings) -> None:
    assert ruling(settings, {"base_rate": "nothing", "points": "nothing", "naive_bayes": "all"}).passed


def test_a_model_better_than_all_that_is_simple_passes(settings: Settings) -> None:
    assert ruling(settings, {"base_rate": "nothing", "naive_bayes": "nothing"}).passed
