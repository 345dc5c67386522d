"""A model of a flat table behind the API gives the numbers of batch scoring."""

import numpy as np
import pandas as pd
import pytest

from leadscore.dataset.table import table_matrix
from leadscore.features.feature_set import Encoder
from leadscore.features.table_columns import column_features
from leadscore.modeling.artifact import ArtifactParts, load_artifact, write_artifact
from leadscore.modeling.band_model import of_trees
from leadscore.modeling.intervals import IntervalTable
from leadscore.scoring.grades import build_score_table
from leadscore.scoring.scorer import Scorer

COLUMNS = column_features(
    {
        "Calls": Encoder("number", {}),
        "created_at": Encoder("date", {}),
        "Visits": Encoder("number", {}),
        "source": Encoder("category", {"software": 0, "true": 1, "7": 2}),
    }
)
AS_OF = "2026-03-01T12:00:00Z"
ROWS = [
    {"Calls": "2", "created_at": "1970-01-20", "Visits": "4", "source": "software"},
    {"Calls": " 1,5 ", "created_at": "1970-01-03T12:00:00Z", "Visits": "unknown", "source": "Select"},
    {"Calls": "n/a", "created_at": "2026-02-01", "Visits": "-", "source": ""},
    {"Calls": "0", "created_at": "2026-02-01", "Visits": "many", "source": "TRUE"},
    {"Calls": "3", "created_at": "2026-02-01", "Visits": "6", "source": "never heard of"},
]


@pytest.fixture
def table(bare, band_texts):
    """An installation whose champion was trained on a flat table."""
    manifest = {"name": "leadscore", "version": "5", "kind": "table", "learner": "bands", "as_of": None}
    manifest |= {"horizons_days": [1], "main_horizon_days": 1, "metrics": {}, "low_confidence": False}
    intervals = IntervalTable((0.0, 0.5, 1.0), (0.0, 0.4, 0.9), (0.1, 0.6, 1.0))
    scores = build_score_table(0.05, (4.0, 1.5, 0.5)).to_dict()
    golden = np.array([[0.0, np.nan, 1.0, 0.0]])
    write_artifact(
        bare.champion, ArtifactParts(COLUMNS, of_trees(band_texts[:1]), (intervals,), scores, golden, manifest)
    )
    return bare


def asked(installation, lead, **more):
    return installation("POST", "/v1/score", json={"lead": lead, "as_of": AS_OF, **more})


def test_each_row_gets_the_numbers_of_batch_scoring(table):
    artifact = load_artifact(table.champion)
    batch = Scorer(artifact).score_matrix(table_matrix(pd.DataFrame(ROWS), artifact.features))
    online = [asked(table, row).json() for row in ROWS]
    assert [score["p_convert"] for score in online] == [{"table": p} for p in batch["p_convert"]]
    assert [score["score"] for score in online] == batch["score"]
    assert [score["grade"] for score in online] == batch["grade"]
    assert len(set(batch["p_convert"])) > 2


def test_numbers_and_truth_values_are_read_as_their_text(table):
    texts, values = {**ROWS[0], "Visits": "3", "Calls": "1"}, {**ROWS[0], "Visits": 3.0, "Calls": 1}
    assert asked(table, texts).json() == asked(table, values).json()


@pytest.mark.parametrize("name", ["Calls", "source"])
def test_an_absent_column_is_named(table, name):
    answer = asked(table, {column: cell for column, cell in ROWS[0].items() if column != name})
    assert (answer.status_code, answer.json()["code"]) == (422, "LS-DATA-03")
    assert name in answer.json()["message"]


def test_a_model_without_times_is_listed(table):
    (model,) = table("GET", "/v1/models").json()["models"]
    assert (model["kind"], model["as_of"], model["in_use"]) == ("table", None, True)
    described = table.client.app.openapi()["components"]["schemas"]["ModelAnswer"]["properties"]["as_of"]
    assert {"type": "null"} in described["anyOf"]


def test_the_page_says_that_its_model_learned_from_a_table(table):
    table.client.post("/sign-in", data={"key": table.keys["read"]})
    page = table.client.get("/").text
    assert "Model 5, learned from a flat table" in page
