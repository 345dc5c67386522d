"""The version in MLflow and the API say the same, to the last digit."""

import sys

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException
from starlette.testclient import TestClient

from leadscore.app import create_app
from leadscore.config.load import load_settings
from leadscore.dataset.table import table_matrix
from leadscore.domain.errors import DataError
from leadscore.domain.time import format_instant
from leadscore.features.feature_set import Encoder
from leadscore.features.table_columns import column_features
from leadscore.modeling.additive import AdditiveModel, Term
from leadscore.modeling.artifact import ArtifactParts, load_artifact, write_artifact
from leadscore.modeling.band_model import BandModel, Mix
from leadscore.modeling.intervals import IntervalTable
from leadscore.notebook import open_history
from leadscore.registry import pyfunc_model
from leadscore.registry.connection import open_registry
from leadscore.registry.pyfunc_model import feature_matrix
from leadscore.registry.signature import example_of, signature_of
from leadscore.scoring.grades import build_score_table
from leadscore.scoring.scorer import Scorer
from leadscore.store.engine import open_store
from leadscore.store.history import load_history
from leadscore.store.keys import create_key

SPARK = {"spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


@pytest.fixture(scope="module")
def settings(company):
    found = load_settings(company.home)
    open_registry(found.service.tracking_uri, found.service.models_folder)
    return found


@pytest.fixture(scope="module")
def rows(company):
    """Open leads of the company as of the end of its facts, and their feature values."""
    history = open_history(company.home)
    asked = history.open_leads().iloc[::7].head(40).reset_index(drop=True)
    return asked, history.load().features(asked)


@pytest.fixture(scope="module")
def pyfunc(settings):
    return mlflow.pyfunc.load_model("models:/leadscore@champion")


@pytest.fixture(scope="module")
def client(settings):
    store = open_store(settings.service.store_url)
    _, key = create_key(store, "read")
    with TestClient(create_app(settings), headers={"Authorization": f"Bearer {key}"}) as found:
        yield found
    store.close()


def answer(row):
    """A row of the pyfunc's frame in the form of the API."""
    p = {name.removeprefix("p_convert_"): row[name] for name in row.index if name.startswith("p_convert_")}
    return {"p_convert": p, "interval": [row.p_low, row.p_high], "score": row.score, "grade": row.grade}


def test_the_version_in_mlflow_equals_a_stored_leads_score_to_the_last_digit(rows, pyfunc, client):
    asked, features = rows
    predicted = pyfunc.predict(features)
    for (_, lead), (_, row) in zip(asked.iterrows(), predicted.iterrows(), strict=True):
        score = client.get(f"/v1/leads/{lead.lead_id}/score", params={"as_of": lead.as_of}).json()
        assert {name: score[name] for name in answer(row)} == answer(row)
        assert [reason["text"] for reason in score["reasons"]][:3] == row[["reason_1", "reason_2", "reason_3"]].tolist()


def test_the_version_in_mlflow_equals_the_score_of_a_posted_lead_to_the_last_digit(rows, pyfunc, client, settings):
    asked, features = rows
    store = open_store(settings.service.store_url)
    predicted = pyfunc.predict(features)
    for (_, lead), (_, row) in list(zip(asked.iterrows(), predicted.iterrows(), strict=True))[:10]:
        history = load_history(store, lead.lead_id)
        attributes = {value.name: value.value for value in sorted(history.attributes, key=lambda each: each.known_at)}
        events = [
            {
                "event_id": event.event_id,
                "type": event.type,
                "occurred_at": format_instant(event.occurred_at),
                "known_at": format_instant(event.known_at),
                "value": None if event.value is None else event.value / 1000,
                "channel": event.channel,
            }
            for event in history.events
        ]
        created = format_instant(history.created_at)
        body = {"lead": {**attributes, "created_at": created}, "events": events, "as_of": lead.as_of}
        score = client.post("/v1/score", json=body).json()
        assert {name: score[name] for name in answer(row)} == answer(row)
    store.close()


def test_columns_may_come_in_any_order_and_others_are_ignored(rows, pyfunc):
    features = rows[1]
    mixed = features[list(features.columns)[::-1]].assign(lead_id="L1").set_index(np.arange(100, 100 + len(features)))
    assert pyfunc.predict(mixed).reset_index(drop=True).equals(pyfunc.predict(features))
    assert pyfunc.predict(mixed).index.tolist() == mixed.index.tolist()


def test_the_signature_names_every_feature_and_every_answer_and_its_example_is_of_nobody(rows, pyfunc):
    signature, example = pyfunc.metadata.signature, pyfunc.metadata.load_input_example()
    assert signature.inputs.input_names() == list(rows[1].columns) == list(example.columns)
    predicted = pyfunc.predict(rows[1])
    assert signature.outputs.input_names() == list(predicted.columns)
    assert pyfunc.predict(example)["grade"].isin(list("ABCD")).all()
    assert (example == 0).all(axis=None)


def test_a_frame_without_the_features_is_refused(rows, pyfunc):
    features = rows[1]
    with pytest.raises(MlflowException, match="missing inputs"):
        pyfunc.predict(features.drop(columns=features.columns[0]))
    with pytest.raises(DataError, match="the frame lacks lead_age_days"):
        feature_matrix(pd.DataFrame({"a": [1]}), ("lead_age_days", "a"))
    with pytest.raises(DataError, match="no number"):
        feature_matrix(pd.DataFrame({"a": ["many"]}), ("a",))


def test_missing_cells_of_any_kind_are_missing_values():
    frame = pd.DataFrame({"a": [1, None], "b": pd.array([None, 2], dtype="Int64"), "c": [None, None]})
    expected = [[1.0, np.nan, np.nan], [np.nan, 2.0, np.nan]]
    assert np.array_equal(feature_matrix(frame, ("a", "b", "c")), expected, equal_nan=True)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # mlflow's own, which `register_version` keeps to itself
def test_a_table_version_takes_cells_of_any_type(tmp_path):
    columns = column_features({"visits": Encoder("number", {}), "size": Encoder("category", {"small": 0, "3": 1})})
    model = AdditiveModel(
        2, -2.0, (Term(0, "line", (0.0, 9.0), (-1.0, 1.0), 0.2), Term(1, "steps", (0.5,), (-0.5, 0.5), 0.1))
    )
    manifest = {"name": "flat", "kind": "table", "as_of": None, "horizons_days": [1], "main_horizon_days": 1}
    intervals = (IntervalTable((0.0, 1.0), (0.0, 0.9), (0.1, 1.0)),)
    band = BandModel(None, model, Mix(0.0, 1.0))
    scores = build_score_table(0.1, (4.0, 1.5, 0.5)).to_dict()
    write_artifact(tmp_path / "a", ArtifactParts(columns, (band,), intervals, scores, np.zeros((1, 2)), manifest))
    artifact = load_artifact(tmp_path / "a")
    mlflow.pyfunc.save_model(
        str(tmp_path / "model"),
        python_model=pyfunc_model.__file__,
        artifacts={"model": str(tmp_path / "a")},
        signature=signature_of(artifact),
        input_example=example_of(artifact),
        pip_requirements=[],
    )
    frame = pd.DataFrame({"size": ["small", 3, None, "Select"], "visits": [1, None, 7, 2], "target": [0, 1, 0, 1]})
    found = mlflow.pyfunc.load_model(str(tmp_path / "model")).predict(frame)
    assert found.to_dict("list") == Scorer(artifact).score_matrix(table_matrix(frame, artifact.features))
    assert found["reason_1"].nunique() > 2


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # pyspark was written for an older pandas and says so in many ways
def test_spark_gives_the_same_numbers(rows, pyfunc, tmp_path, monkeypatch):
    sql = pytest.importorskip("pyspark.sql", reason="needs pip install 'leadscore[spark]'")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    features = rows[1]
    features.to_parquet(tmp_path / "features.parquet", index=False)
    builder = sql.SparkSession.builder.master("local[2]").config(map=SPARK)
    try:
        spark = builder.getOrCreate()
    except Exception as error:
        pytest.skip(f"needs Java 17: {error}")
    try:
        frame = spark.read.parquet(str(tmp_path / "features.parquet"))
        score = mlflow.pyfunc.spark_udf(spark, "models:/leadscore@champion", env_manager="local")
        told = frame.withColumn("told", score()).select("told.*").toArrow().to_pydict()
        numbers = mlflow.pyfunc.spark_udf(
            spark, "models:/leadscore@champion", env_manager="local", result_type="array<double>"
        )
        chances = frame.select(numbers().alias("told")).toArrow()["told"].to_pylist()
    finally:
        spark.stop()
    expected = pyfunc.predict(features)
    for name in expected.columns:
        assert told[name] == expected[name].tolist(), name
    assert chances == expected.select_dtypes("number").to_numpy().tolist()
