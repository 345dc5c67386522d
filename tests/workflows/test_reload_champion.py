import json

import lightgbm as lgb
import numpy as np
import pytest

from leadscore.domain.errors import DataError
from leadscore.features.definitions import Feature, named
from leadscore.features.feature_set import FeatureSet
from leadscore.modeling import artifact as artifact_file
from leadscore.modeling.artifact import ArtifactParts, read_manifest, write_artifact
from leadscore.modeling.band_model import of_trees
from leadscore.modeling.intervals import IntervalTable
from leadscore.scoring.grades import build_score_table
from leadscore.workflows.reload_champion import champion_folder, read_champion


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(800, 2))
    target = (rows[:, 0] + rng.normal(size=len(rows)) > 1).astype(int)
    params = {"objective": "binary", "num_leaves": 6, "verbose": -1, "num_threads": 1}
    text = lgb.train(params, lgb.Dataset(rows, target, params={"verbose": -1}), 20).model_to_string()
    features = FeatureSet(named([Feature("", "lead_age", group="age"), Feature("", "count", "a", group="a")]), {}, {})
    manifest = {"name": "leadscore", "version": "3", "kind": "events", "as_of": "2026-01-05T00:00:00Z"}
    manifest |= {"horizons_days": [14], "main_horizon_days": 14}
    intervals = IntervalTable((0.0, 0.5, 1.0), (0.0, 0.4, 0.9), (0.1, 0.6, 1.0))
    scores = build_score_table(0.1, (4.0, 1.5, 0.5)).to_dict()
    found = champion_folder(tmp_path, "leadscore")
    write_artifact(found, ArtifactParts(features, of_trees((text,)), (intervals,), scores, rows[:5], manifest))
    return found


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


def test_a_manifest_lists_its_files(folder):
    assert set(json.loads((folder / "manifest.json").read_text())["files"]) == {
        path.name for path in folder.iterdir() if path.name != "manifest.json"
    }
