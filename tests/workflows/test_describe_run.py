"""The parameters of a run name what really learnt."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from leadscore.config.load import load_settings
from leadscore.workflows.describe_run import run_params


def params(tuning: dict[str, Any] | None = None, **training: object) -> dict[str, Any]:
    found = load_settings(Path("/nonexistent"))
    settings = replace(found, training=found.training.model_copy(update=training))
    told = {"kind": "events", "learner": "x", "as_of": None, "horizons_days": [60], "training_window": {}}
    fitted = SimpleNamespace(final=SimpleNamespace(manifest=told), choice=None, tuning=tuning)
    return run_params(fitted, settings)  # type: ignore[arg-type]


def test_settings_of_lightgbm_are_shown_where_lightgbm_learns() -> None:
    shown = params()
    assert shown["estimator"] == "lightgbm"
    assert shown["lightgbm.lambda_l2"] == 60
    assert not [name for name in shown if name.startswith(("tuned", "estimator_settings"))]


def test_another_classifier_is_shown_with_its_settings_and_not_those_of_lightgbm() -> None:
    name = "sklearn.ensemble.RandomForestClassifier"
    shown = params(estimator=name, estimator_settings={"n_estimators": 40})
    assert (shown["estimator"], shown["estimator_settings.n_estimators"]) == (name, 40)
    assert not [key for key in shown if key.startswith("lightgbm")]


def test_what_tuning_changed_is_shown() -> None:
    assert params({"changed": {"leaves": 12}})["tuned.leaves"] == 12
