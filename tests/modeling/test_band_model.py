import subprocess
import sys

import lightgbm as lgb
import numpy as np
import pytest

from leadscore.domain.errors import DataError
from leadscore.features.definitions import Feature, named
from leadscore.features.feature_set import Encoder, FeatureSet
from leadscore.modeling.additive import AdditiveModel, Term
from leadscore.modeling.artifact import ArtifactParts, load_artifact, write_artifact
from leadscore.modeling.band_model import BandModel, BandScorer, Mix
from leadscore.modeling.intervals import IntervalTable
from leadscore.modeling.predictor import BandPredictor

RNG = np.random.default_rng(3)
ROWS = RNG.normal(size=(300, 3))
ROWS[RNG.random(ROWS.shape) < 0.2] = np.nan


def grown():
    params = {"objective": "binary", "num_leaves": 5, "verbose": -1, "num_threads": 1}
    target = (np.nan_to_num(ROWS[:, 0]) > 0.4).astype(int)
    return lgb.train(params, lgb.Dataset(ROWS, target, params={"verbose": -1}), 8).model_to_string()


TREES = grown()
SUM = AdditiveModel(
    3,
    -1.3,
    (
        Term(0, "line", (-1.0, 0.1, 2.0), (-0.7, 0.05, 0.9), 0.2),
        Term(2, "steps", (0.0,), (0.3, -0.3), 0.0),
        Term(0, "steps", (0.5,), (-0.1, 0.4), 0.0),
    ),
)
MIXED = BandModel(TREES, SUM, Mix(0.5, 0.5, 0.8, 0.15))
ALONE = BandModel(None, SUM, Mix(0.0, 1.0))
BANDS = [[MIXED], [ALONE], [BandModel(TREES)], [BandModel(TREES), MIXED, ALONE]]
HORIZONS = (14, 60, 180)


@pytest.mark.parametrize("bands", BANDS)
def test_one_row_equals_the_same_row_in_a_matrix_bit_for_bit(bands):
    predictor = BandPredictor(bands, HORIZONS[: len(bands)])
    curve, (p, effects) = predictor.curve(ROWS), predictor.explained(ROWS)
    assert np.array_equal(p, curve)
    for number, row in enumerate(ROWS):
        single, single_effects = predictor.row(row)
        assert single == curve[number].tolist()
        assert np.array_equal(single_effects, effects[number])


@pytest.mark.parametrize("bands", BANDS[:3])
def test_effects_and_bias_add_up_to_the_log_odds(bands):
    scorer = BandScorer(bands[0])
    reached = scorer.reach_matrix(ROWS)
    raw = scorer.raw_of(reached, len(ROWS))
    assert scorer.effects_of(reached, len(ROWS)).sum(axis=1) + scorer.bias == pytest.approx(raw, abs=1e-9)


def test_the_log_odds_are_the_mix_of_the_parts_moved_by_the_line():
    trees = lgb.Booster(model_str=TREES).predict(ROWS, raw_score=True, num_threads=1)
    expected = 0.8 * (0.5 * trees + 0.5 * SUM.raw_matrix(ROWS)) + 0.15
    assert BandScorer(MIXED).raw_matrix(ROWS) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("values", [{"slope": 0.0}, {"slope": -1.0}, {"slope": "x"}, {"tilt": 1.0}])
def test_a_line_that_could_change_the_order_of_leads_is_refused(values):
    with pytest.raises(DataError):
        Mix.from_dict(values)


def test_a_band_of_nothing_and_parts_of_different_width_are_refused():
    with pytest.raises(DataError, match="neither trees nor"):
        BandScorer(BandModel(None))
    with pytest.raises(DataError, match=r"takes \[3, 4\] features"):
        BandScorer(BandModel(TREES, AdditiveModel(4, 0.0, ())))


def written(folder, bands):
    columns = {name: Encoder("number", {}) for name in "abc"}
    features = FeatureSet(named([Feature("", "attribute", attribute=name) for name in columns]), columns, {})
    manifest = {"name": "flat", "kind": "table", "learner": "x", "as_of": None}
    manifest |= {"horizons_days": [1], "main_horizon_days": 1}
    intervals = IntervalTable((0.0, 0.5, 1.0), (0.0, 0.4, 0.9), (0.1, 0.6, 1.0))
    write_artifact(folder, ArtifactParts(features, tuple(bands), (intervals,), {}, ROWS[:3], manifest))
    return folder


@pytest.mark.parametrize("bands", BANDS[:3])
def test_an_artifact_answers_as_the_bands_it_was_written_from(tmp_path, bands):
    loaded = load_artifact(written(tmp_path / "model", bands))
    assert np.array_equal(loaded.predictor.curve(ROWS), BandPredictor(bands, (1,)).curve(ROWS))


@pytest.mark.parametrize("name", ["additive_0.json", "calibrator.json"])
def test_a_changed_file_is_refused(tmp_path, name):
    path = written(tmp_path / "model", [MIXED]) / name
    path.write_text(path.read_text().replace("0.", "1.", 1))
    with pytest.raises(DataError, match=f"{name} has changed"):
        load_artifact(path.parent)


def test_serving_a_mixed_model_imports_no_training_package(tmp_path):
    folder = written(tmp_path / "model", [MIXED])
    code = (
        "import sys; from pathlib import Path; import numpy as np\n"
        "from leadscore.modeling.artifact import load_artifact\n"
        f"p, _ = load_artifact(Path({str(folder)!r})).predictor.row(np.array([0.1, np.nan, 2.0]))\n"
        "assert 0 < p[0] < 1\n"
        "print(sorted({'lightgbm', 'pandas', 'sklearn', 'scipy', 'pickle5', 'mlflow'} & set(sys.modules)))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
