"""Connecting to MLflow leaves the process as it was."""

import os
from pathlib import Path

import pytest

from leadscore.registry.connection import open_registry


@pytest.mark.parametrize("given", [None, "http://127.0.0.1:1"])
def test_opening_a_registry_leaves_the_environment_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str | None
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    if given is not None:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", given)
    registry = open_registry(f"sqlite:///{tmp_path / 'mlflow.db'}", tmp_path)
    assert registry.client.get_experiment(registry.experiment_id).name == "leadscore"
    assert os.environ.get("MLFLOW_TRACKING_URI") == given
