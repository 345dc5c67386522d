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


def test_what_tuning_changed_is_shown_with_its_evidence() -> None:
    gain = {"value": 0.02, "low": 0.01, "high": 0.03, "rows": 9, "leads": 5, "converting_leads": 2}
    shown = params({"changed": {"leaves": 12}, "adopted": True, "tried": 7, "gain": gain})
    assert (shown["tuned.leaves"], shown["tuned.adopted"], shown["tuned.trials"]) == (12, True, 7)
    assert (shown["tuned.gain_value"], shown["tuned.gain_low"], shown["tuned.gain_high"]) == (0.02, 0.01, 0.03)
    kept = params({"changed": {}, "adopted": False, "tried": 7, "gain": None})
    assert {name for name in kept if name.startswith("tuned")} == {"tuned.adopted", "tuned.trials"}
