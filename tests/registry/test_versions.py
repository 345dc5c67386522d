"""What a training leaves in a real MLflow: nested runs, lineage, card, tags, and nothing of any lead."""

import json

import mlflow
import pytest

from leadscore.registry.connection import Registry, open_registry
from leadscore.registry.versions import CHALLENGER, CHAMPION, version_of

from ..company import Company


@pytest.fixture(scope="module")
def registry(company: Company) -> Registry:
    return open_registry(f"sqlite:///{company.home / 'models/mlflow.db'}", company.home / "models")


@pytest.fixture(scope="module")
def run(registry: Registry) -> mlflow.entities.Run:
    version = registry.client.get_model_version("leadscore", "1")
    return registry.client.get_run(version.run_id)


@pytest.fixture(scope="module")
def nested(registry: Registry, run: mlflow.entities.Run) -> list[mlflow.entities.Run]:
    below = f"tags.`mlflow.parentRunId` = '{run.info.run_id}'"
    return list(registry.client.search_runs([registry.experiment_id], below))


def test_each_backtest_origin_and_each_baseline_is_a_run_below_the_training(nested: list[mlflow.entities.Run]) -> None:
    parts = [each.data.tags["part"] for each in nested]
    assert parts.count("backtest") == 2
    names = {each.info.run_name for each in nested}
    assert {"baseline base_rate", "baseline points", "baseline naive_bayes", "baseline logistic"} <= names
    for each in nested:
        assert each.info.status == "FINISHED"
        assert "log_loss.60d" in each.data.metrics
    assert all("gain_over_points" in each.data.metrics for each in nested if each.data.tags["part"] == "backtest")


def test_the_run_names_its_data_by_digest_and_counts(registry: Registry, run: mlflow.entities.Run) -> None:
    (given,) = run.inputs.dataset_inputs
    assert given.dataset.digest == registry.client.get_model_version("leadscore", "1").tags["data_digest"]
    source = json.loads(given.dataset.source)["tags"]
    assert source["source"] == "leadscore store (sqlite)"
    assert int(source["count.leads"]) == 1_200
    assert [tag.value for tag in given.tags if tag.key == "mlflow.data.context"] == ["training"]


def test_report_card_and_pictures_lie_beside_the_model(
    company: Company, registry: Registry, run: mlflow.entities.Run
) -> None:
    files = {item.path for item in registry.client.list_artifacts(run.info.run_id)}
    assert {"report.html", "model_card.md", "evaluation.json", "evaluation_fit", "calibration_card.svg"} <= files
    card = (company.home / "models/leadscore/cards/1.md").read_text()
    assert card.startswith("# leadscore version 1\n")
    assert registry.client.get_model_version("leadscore", "1").description == card[:5_000]


def test_a_version_has_its_aliases_and_says_what_it_was_made_by(registry: Registry) -> None:
    assert version_of(registry, "leadscore", CHALLENGER) == "1"
    assert version_of(registry, "leadscore", CHAMPION) == "1"
    tags = registry.client.get_model_version("leadscore", "1").tags
    assert tags["feature_fingerprint"].startswith("sha256:")
    assert {"kind", "learner", "as_of", "gate", "data_digest", "leadscore_version", "low_confidence"} <= set(tags)


def test_no_lead_is_named_in_what_is_logged(
    company: Company, registry: Registry, run: mlflow.entities.Run, nested: list[mlflow.entities.Run]
) -> None:
    lead = company.demo["hottest"][0]["lead_id"]
    folder = company.home / "models"
    texts = [path.read_text() for path in folder.rglob("*") if path.suffix in {".json", ".html", ".md", ".svg"}]
    assert len(texts) > 10
    told = [json.dumps(each.to_dictionary()) for each in (run, *nested)]
    assert not [text for text in (*texts, *told) if lead in text]
