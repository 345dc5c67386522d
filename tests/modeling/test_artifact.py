import dataclasses
import json
import shutil

import lightgbm as lgb
import numpy as np
import pytest

from leadscore.domain.errors import DataError
from leadscore.features.definitions import Feature, named
from leadscore.features.feature_set import Encoder, FeatureSet
from leadscore.modeling import artifact as artifact_file
from leadscore.modeling.artifact import (
    MANIFEST,
    ArtifactParts,
    horizon_keys,
    load_artifact,
    read_manifest,
    stamp_version,
    write_artifact,
)
from leadscore.modeling.band_model import of_trees
from leadscore.modeling.intervals import IntervalTable

FEATURES = FeatureSet(
    named(
        [
            Feature("", "count", "demo_requested", 7, group="event:demo_requested"),
            Feature("", "days_since_last", "demo_requested", group="event:demo_requested"),
            Feature("", "attribute", attribute="industry", group="attribute:industry"),
        ]
    ),
    {"industry": Encoder("category", {"software": 0, "mining": 1})},
    {"demo_requested": "demo request"},
)
INTERVALS = (
    IntervalTable((0.0, 0.5, 1.0), (0.0, 0.45, 0.95), (0.05, 0.55, 1.0)),
    IntervalTable((0.0, 0.5, 1.0), (0.0, 0.4, 0.9), (0.1, 0.6, 1.0)),
)
SCORES = {"p": [0, 0.1, 0.2, 0.3, 1], "scores": [0, 25, 50, 75, 100], "cuts": [0.1, 0.2, 0.3]}


def band_text(seed):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(600, 3))
    target = (rows[:, seed] + rng.normal(size=len(rows)) > 1).astype(int)
    params = {"objective": "binary", "num_leaves": 4, "verbose": -1, "num_threads": 1}
    return lgb.train(params, lgb.Dataset(rows, target, params={"verbose": -1}), 5).model_to_string()


TEXTS = (band_text(0), band_text(1))
ROWS = np.array([[0.0, np.nan, 1.0], [3.0, 1.5, 0.0]])


def parts(**changes):
    manifest = {
        "name": "leadscore",
        "kind": "events",
        "learner": "bands",
        "as_of": "2026-01-05T00:00:00Z",
        "horizons_days": (14, 60),
        "main_horizon_days": 60,
        "metrics": {14: {"log_loss": 0.1}, 60: {"log_loss": float("nan")}, 180: {}},
        "extra": {},
    }
    return dataclasses.replace(ArtifactParts(FEATURES, of_trees(TEXTS), INTERVALS, SCORES, ROWS, manifest), **changes)


@pytest.fixture
def folder(tmp_path):
    write_artifact(tmp_path / "model", parts())
    return tmp_path / "model"


def refused(folder, *words):
    with pytest.raises(DataError) as caught:
        load_artifact(folder)
    assert caught.value.code == "LS-MODEL-02"
    for word in words:
        assert word in str(caught.value)


def test_what_was_written_is_read_back(folder):
    artifact = load_artifact(folder)
    assert artifact.features == FEATURES
    assert artifact.intervals == INTERVALS
    assert artifact.score_table == SCORES
    assert artifact.horizon_keys == ("14d", "60d")
    assert (artifact.name, artifact.version) == ("leadscore", "")
    bands = [lgb.Booster(model_str=text).predict(ROWS, num_threads=1) for text in TEXTS]
    assert artifact.predictor.curve(ROWS)[:, 1] == pytest.approx(1 - (1 - bands[0]) * (1 - bands[1]), abs=1e-12)


def test_the_version_is_stamped_later(folder):
    stamp_version(folder, "other", "7")
    artifact = load_artifact(folder)
    assert (artifact.name, artifact.version) == ("other", "7")


def test_writing_twice_gives_the_same_bytes(folder, tmp_path):
    write_artifact(tmp_path / "again", parts())
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_a_model_of_a_flat_table_has_one_probability(tmp_path):
    manifest = {**parts().manifest, "kind": "table", "horizons_days": [0], "main_horizon_days": 0}
    write_artifact(tmp_path, parts(bands=of_trees(TEXTS[:1]), intervals=INTERVALS[:1], manifest=manifest))
    artifact = load_artifact(tmp_path)
    assert artifact.horizon_keys == ("table",)
    assert artifact.predictor.curve(ROWS).shape == (2, 1)


def test_each_horizon_has_intervals_or_nothing_is_written(tmp_path):
    with pytest.raises(DataError, match="intervals of 1 horizons"):
        write_artifact(tmp_path / "model", parts(intervals=INTERVALS[:1]))
    assert not (tmp_path / "model").exists()


NAMES = [
    "band_0.txt",
    "band_1.txt",
    "calibrator.json",
    "features.json",
    "golden.json",
    "intervals.json",
    "score_table.json",
]


@pytest.mark.parametrize("name", [*NAMES, MANIFEST])
def test_a_truncated_file_is_refused(folder, name):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    refused(folder, name)


@pytest.mark.parametrize("name", [*NAMES, MANIFEST])
def test_any_flipped_bit_is_refused(folder, name):
    content = (folder / name).read_bytes()
    for place in range(0, len(content), max(1, len(content) // 7)):
        damaged = bytearray(content)
        damaged[place] ^= 1
        (folder / name).write_bytes(bytes(damaged))
        if name == MANIFEST and same_json(bytes(damaged), content):
            continue
        refused(folder, name)
    (folder / name).write_bytes(content)
    load_artifact(folder)


def same_json(one, other):
    try:
        return json.loads(one) == json.loads(other)
    except ValueError:
        return False


@pytest.mark.parametrize("name", [*NAMES, MANIFEST])
def test_a_missing_file_is_refused(folder, name):
    (folder / name).unlink()
    refused(folder, name)


def test_an_unknown_file_is_refused(folder):
    (folder / "model.pkl").write_bytes(b"\x80")
    refused(folder, "model.pkl is not in the manifest")


def test_a_missing_folder_is_refused(tmp_path):
    refused(tmp_path / "nowhere", MANIFEST)


def test_another_feature_fingerprint_is_refused(folder):
    rewrite(folder, feature_fingerprint="sha256:0000000000000000")
    refused(folder, "sha256:0000000000000000", FEATURES.fingerprint)


def test_a_manifest_of_other_horizons_is_refused(folder):
    rewrite(folder, horizons_days=[14])
    refused(folder, "band_1.txt")


def test_a_file_name_that_leaves_the_folder_is_refused(folder, tmp_path):
    shutil.copy(folder / "golden.json", tmp_path / "golden.json")
    manifest = read_manifest(folder)
    rewrite(folder, files={**manifest["files"], "../golden.json": manifest["files"]["golden.json"]})
    refused(folder, "../golden.json")


def test_a_golden_row_that_answers_otherwise_is_refused(folder):
    golden = json.loads((folder / "golden.json").read_text())
    golden["rows"][1]["p"][0] += 1e-9
    replace_file(folder, "golden.json", golden)
    refused(folder, "golden row 1")


def test_a_golden_row_whose_log_odds_differ_in_the_last_bit_is_refused(folder):
    golden = json.loads((folder / "golden.json").read_text())
    golden["rows"][0]["raw"][1] = float(np.nextafter(golden["rows"][0]["raw"][1], 9))
    replace_file(folder, "golden.json", golden)
    refused(folder, "golden row 0")


def test_models_that_take_another_number_of_features_are_refused(tmp_path):
    fewer = FeatureSet(FEATURES.features[:2], {}, {})
    with pytest.raises(DataError, match="3 features"):
        write_artifact(tmp_path, parts(features=fewer))


def test_horizon_keys_name_days_or_the_table():
    assert horizon_keys({"kind": "events", "horizons_days": [7]}) == ("7d",)
    assert horizon_keys({"kind": "table", "horizons_days": [0]}) == ("table",)


def rewrite(folder, **changes):
    """Change the manifest as someone would who also knows how to compute its hash."""
    artifact_file._write_manifest(folder, {**read_manifest(folder), **changes})


def replace_file(folder, name, content):
    (folder / name).write_text(json.dumps(content))
    digest = artifact_file._sha256((folder / name).read_bytes())
    rewrite(folder, files={**read_manifest(folder)["files"], name: digest})
