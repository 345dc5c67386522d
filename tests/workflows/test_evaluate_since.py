"""A version is judged anew on what has ripened since it was made, and on nothing that it learnt from."""

from dataclasses import replace
from pathlib import Path

import pytest

from leadscore.config.load import Settings, load_settings
from leadscore.domain.progress import silent
from leadscore.domain.time import DAY_US, format_instant, parse_instant
from leadscore.modeling.artifact import ModelArtifact, load_artifact
from leadscore.registry.connection import open_registry
from leadscore.registry.export import fetch_run_file
from leadscore.workflows.evaluate_since import evaluate_since

from ..company import Company


@pytest.fixture(scope="module")
def settings(company: Company) -> Settings:
    return load_settings(company.home)


@pytest.fixture(scope="module")
def early(company: Company, tmp_path_factory: pytest.TempPathFactory) -> ModelArtifact:
    """The evaluation fit of the company's model: it has seen nothing after its cut."""
    registry = open_registry(f"sqlite:///{company.home / 'models/mlflow.db'}", company.home / "models")
    return load_artifact(fetch_run_file(registry, "leadscore", "1", "evaluation_fit", tmp_path_factory.mktemp("early")))


def test_a_version_that_knows_everything_has_nothing_ripe_after_it(company: Company) -> None:
    answer = company.run("evaluate", "1", "--json")
    assert answer.json()["since"] is None
    assert "Since it was made" not in Path(answer.json()["report"]).read_text()


def test_an_older_version_is_judged_on_everything_ripe_after_its_own_instant(
    company: Company, settings: Settings, early: ModelArtifact
) -> None:
    found = evaluate_since(settings, early, silent)
    assert found["since"] == early.manifest["as_of"]
    latest = parse_instant(company.demo["training"]["as_of"]).at
    assert found["until"] == format_instant(latest - 14 * DAY_US)
    horizons = found["evaluation"]["horizons"]
    assert horizons["14d"]["rows"] > horizons["60d"]["rows"] > horizons["180d"]["rows"] > 0
    trained = company.run("evaluate", "1", "--json").json()["model"]["horizons"]["180d"]
    # The farthest horizon is ripe on the weeks that training judged by; which of them are drawn may differ.
    assert horizons["180d"]["metrics"]["roc_auc"]["value"] == pytest.approx(
        trained["metrics"]["roc_auc"]["value"], abs=0.05
    )
    assert {cell["grouping"] for cell in found["calibration_card"]["cells"]} >= {"overall", "source", "age", "grade"}


def test_nothing_before_its_instant_is_judged(settings: Settings, early: ModelArtifact) -> None:
    young = parse_instant(early.manifest["as_of"]).at + 200 * DAY_US
    later = replace(early, manifest={**early.manifest, "as_of": format_instant(young)})
    whole, part = (evaluate_since(settings, each, silent)["evaluation"]["horizons"] for each in (early, later))
    assert part["14d"]["converting_leads"] < whole["14d"]["converting_leads"]
    assert part["180d"]["rows"] == 0
