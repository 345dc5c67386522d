import json

import lightgbm as lgb
import numpy as np
import pytest

from leadscore.domain.errors import DataError
from leadscore.features import aggregations
from leadscore.features.definitions import Feature, named
from leadscore.features.feature_set import FeatureSet
from leadscore.modeling import artifact as artifact_file
from leadscore.modeling.artifact import ArtifactParts, read_manifest, stamp_version, write_artifact
from leadscore.modeling.band_model import of_trees
from leadscore.modeling.intervals import IntervalTable
from leadscore.scoring.grades import build_score_table
from leadscore.workflows import reload_champion
from leadscore.workflows.load_plugins import open_settings
from leadscore.workflows.reload_champion import champion_folder, read_champion


@pytest.fixture
def folder(tmp_path):
    found = champion_folder(tmp_path, "leadscore")
    write_artifact(found, parts(FEATURES))
    return found


FEATURES = FeatureSet(named([Feature("", "lead_age", group="age"), Feature("", "count", "a", group="a")]), {}, {})


def parts(features):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(800, 2))
    target = (rows[:, 0] + rng.normal(size=len(rows)) > 1).astype(int)
    params = {"objective": "binary", "num_leaves": 6, "verbose": -1, "num_threads": 1}
    text = lgb.train(params, lgb.Dataset(rows, target, params={"verbose": -1}), 20).model_to_string()
    manifest = {"name": "leadscore", "version": "3", "kind": "events", "as_of": "2026-01-05T00:00:00Z"}
    manifest |= {"horizons_days": [14], "main_horizon_days": 14}
    intervals = IntervalTable((0.0, 0.5, 1.0), (0.0, 0.4, 0.9), (0.1, 0.6, 1.0))
    scores = build_score_table(0.1, (4.0, 1.5, 0.5)).to_dict()
    return ArtifactParts(features, of_trees((text,)), (intervals,), scores, rows[:5], manifest)


def replace_model_text(folder, text):
    """Change the model as someone would who also mends the hashes."""
    (folder / "band_0.txt").write_text(text)
    hashes = {**read_manifest(folder)["files"], "band_0.txt": artifact_file._sha256(text.encode())}
    artifact_file._write_manifest(folder, {**read_manifest(folder), "files": hashes})


def test_the_exported_champion_is_read(folder):
    assert read_champion(folder).version == "3"


@pytest.mark.parametrize("made", [True, False])
def test_without_an_export_there_is_no_champion(tmp_path, made):
    folder = champion_folder(tmp_path, "leadscore")
    if made:
        folder.mkdir(parents=True)
    assert read_champion(folder) is None


def test_files_without_a_manifest_are_refused(folder):
    (folder / "manifest.json").unlink()
    with pytest.raises(DataError, match="LS-MODEL-02"):
        read_champion(folder)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_a_model_text_that_crashes_its_reader_is_refused_and_this_process_lives(folder, share):
    text = (folder / "band_0.txt").read_text()
    replace_model_text(folder, text[: int(text.index("end of trees") * share)])
    with pytest.raises(DataError, match="LS-MODEL-02"):
        read_champion(folder)


def test_a_model_that_answers_otherwise_than_written_is_refused(folder):
    lines = (folder / "band_0.txt").read_text().splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if line.startswith("leaf_value="))
    values = lines[place].removeprefix("leaf_value=").split()
    lines[place] = "leaf_value=" + " ".join(reversed(values)) + "\n"
    replace_model_text(folder, "".join(lines))
    with pytest.raises(DataError, match="golden row"):
        read_champion(folder)


def test_the_folder_that_the_service_was_started_in_lends_its_modules_to_nobody(folder, tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    assert read_champion(folder).version == "3"


def test_a_reader_that_never_ends_is_stopped_and_the_model_refused(folder, monkeypatch):
    monkeypatch.setattr("leadscore.workflows.reload_champion.PATIENCE_SECONDS", 0.01)
    with pytest.raises(DataError, match=r"takes more than 0\.01 seconds"):
        read_champion(folder)


def test_warnings_of_lightgbm_do_not_hide_what_is_wrong(folder):
    text = (folder / "band_0.txt").read_text().replace("parameters\n", "parameters\n[no_such_thing: 1]\n", 1)
    replace_model_text(folder, text.replace("max_feature_idx=1", "max_feature_idx=2", 1))
    with pytest.raises(DataError, match="LS-MODEL-02") as caught:
        read_champion(folder)
    assert caught.value.where == str(folder)


def test_an_export_that_is_exchanged_after_it_was_tried_is_not_used(folder, monkeypatch):
    tried = reload_champion._verified

    def exchanged(*words):
        digest = tried(*words)
        stamp_version(folder, "leadscore", "4")
        return digest

    monkeypatch.setattr(reload_champion, "_verified", exchanged)
    with pytest.raises(DataError, match="exchanged while it was read"):
        read_champion(folder)


PLUGIN = """
from leadscore.features.aggregations import BUILT_IN
from dataclasses import replace
AGGREGATIONS = [replace(BUILT_IN["count"], name="tally")]
"""


def test_a_model_with_features_of_a_plugin_is_served(folder, tmp_path, monkeypatch):
    (tmp_path / "tally.py").write_text(PLUGIN)
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/features.yaml").write_text("plugins: [tally.py]\n")
    for known in ("_added", "_hashes"):
        monkeypatch.setattr(aggregations, known, {})
    open_settings(tmp_path)
    features = FeatureSet(
        named([Feature("", "lead_age", group="age"), Feature("", "tally", "a", group="a")]),
        {},
        {},
        plugins=aggregations.plugin_hashes(),
    )
    own = tmp_path / "models" / "own"
    write_artifact(own, parts(features))
    assert read_champion(own, tmp_path).version == "3"
    with pytest.raises(DataError, match="tally"):
        read_champion(own, tmp_path / "elsewhere")


def test_a_manifest_lists_its_files(folder):
    assert set(json.loads((folder / "manifest.json").read_text())["files"]) == {
        path.name for path in folder.iterdir() if path.name != "manifest.json"
    }
