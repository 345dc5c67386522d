"""Which searches for settings go on from each other: those whose trials have the same losses."""

import hashlib
import json
from importlib.metadata import version
from typing import Any

from leadscore.config.load import Settings
from leadscore.workflows.tuning_folds import FactsBefore

_IDLE: dict[str, Any] = {
    "backtest_origins": True,
    "bootstrap_draws": True,
    "capacity_per_week": True,
    "grade_lifts": True,
    "learning_curve": True,
    "max_columns": True,
    "table_test_share": True,
    "lightgbm": {"threads"},
}
"""Settings of training that no loss of a trial depends on."""


def study_name(past: FactsBefore, settings: Settings) -> str:
    """A name that holds all that the losses depend on but the settings that are searched."""
    recipe = {
        "training": settings.training.model_dump(mode="json", exclude=_IDLE),
        "features": settings.features.model_dump(mode="json"),
        "sql_event_types": sorted(settings.routing.qualification.sql_event_types),
        "leadscore": version("leadscore"),
        "cut": past.split.cut,
        "left_out": sorted(past.left_out),
    }
    text = json.dumps(recipe, sort_keys=True)
    return f"{past.facts.digest().removeprefix('sha256:')[:16]}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
