import lightgbm as lgb
import numpy as np
import pytest

from leadscore.domain.errors import DataError
from leadscore.modeling.band_model import of_trees
from leadscore.modeling.predictor import BandPredictor

HORIZONS = (14, 60, 180)


def band_text(seed, rate, trees=20, features=4):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(2000, features))
    rows[rng.random(rows.shape) < 0.1] = np.nan
    log_odds = np.log(rate / (1 - rate)) + np.nan_to_num(rows[:, seed % features])
    target = (rng.random(len(rows)) < 1 / (1 + np.exp(-log_odds))).astype(int)
    params = {"objective": "binary", "num_leaves": 6, "verbose": -1, "num_threads": 1}
    return lgb.train(params, lgb.Dataset(rows, target, params={"verbose": -1}), trees).model_to_string()


@pytest.fixture(scope="module")
def texts():
    return of_trees([band_text(0, 0.03), band_text(1, 0.08), band_text(2, 0.15)])


def rows_to_score(n=400):
    rng = np.random.default_rng(9)
    rows = rng.normal(size=(n, 4))
    rows[rng.random(rows.shape) < 0.2] = np.nan
    return rows


def log_odds(p):
    return np.log(p / (1 - p))


def test_the_curve_is_one_minus_the_chance_of_surviving_every_band(texts):
    rows = rows_to_score()
    curve = BandPredictor(texts, HORIZONS, 60).curve(rows)
    hazards = [lgb.Booster(model_str=band.trees).predict(rows, num_threads=1) for band in texts]
    survived = np.ones(len(rows))
    for horizon, hazard in enumerate(hazards):
        survived *= 1 - hazard
        assert curve[:, horizon] == pytest.approx(1 - survived, abs=1e-12)


def test_the_curve_never_falls(texts):
    curve = BandPredictor(texts, HORIZONS, 60).curve(rows_to_score())
    assert (np.diff(curve, axis=1) >= 0).all()
    assert ((curve > 0) & (curve < 1)).all()


def test_one_row_equals_the_same_row_in_a_matrix_bit_for_bit(texts):
    predictor, rows = BandPredictor(texts, HORIZONS, 60), rows_to_score()
    curve, (p, effects) = predictor.curve(rows), predictor.explained(rows)
    assert np.array_equal(p, curve)
    for number, row in enumerate(rows):
        single_p, single_effects = predictor.row(row)
        assert single_p == curve[number].tolist()
        assert np.array_equal(single_effects, effects[number])


def test_effects_of_a_single_band_sum_to_the_log_odds_exactly(texts):
    predictor = BandPredictor(texts[:1], (14,))
    for row in rows_to_score(50):
        p, effects = predictor.row(row)
        assert effects.sum() + log_odds(predictor.base_p_convert) == pytest.approx(log_odds(p[0]), abs=1e-9)


@pytest.mark.parametrize("main", HORIZONS)
def test_effects_of_all_bands_add_up_to_the_log_odds_of_the_score(texts, main):
    predictor = BandPredictor(texts, HORIZONS, main)
    changes = []
    for row in rows_to_score():
        p, effects = predictor.row(row)
        changes.append(log_odds(p[predictor.main]) - log_odds(predictor.base_p_convert))
        assert effects.sum() == pytest.approx(changes[-1], abs=1e-4)
    assert np.ptp(changes) > 1


def test_bands_beyond_the_main_horizon_explain_nothing_of_it(texts):
    near, far = BandPredictor(texts[:2], (14, 60), 60), BandPredictor(texts, HORIZONS, 60)
    row = rows_to_score(1)[0]
    assert np.array_equal(near.row(row)[1], far.row(row)[1])


def test_a_certain_model_still_answers_finite_numbers():
    lines = []
    for line in band_text(0, 0.5, trees=1).splitlines():
        if line.startswith("leaf_value="):
            lines.append("leaf_value=" + " ".join(["900"] * len(line.split())))
        elif not line.startswith("tree_sizes="):
            lines.append(line)
    p, effects = BandPredictor(of_trees(["\n".join(lines) + "\n"]), (14,)).row(np.zeros(4))
    assert 1 - 1e-14 < p[0] < 1
    assert np.isfinite(effects).all()


@pytest.mark.parametrize(("horizons", "main"), [((14, 60), 60), (HORIZONS, 90), ((), None)])
def test_texts_and_horizons_that_do_not_fit_are_refused(texts, horizons, main):
    with pytest.raises(DataError, match="band models") as caught:
        BandPredictor(texts, horizons, main)
    assert caught.value.code == "LS-MODEL-02"


def test_bands_on_different_features_are_refused(texts):
    with pytest.raises(DataError, match="different features"):
        BandPredictor([texts[0], *of_trees([band_text(1, 0.1, features=5)])], (14, 60))


def test_shapley_effects_add_up_to_the_log_odds_as_path_attributions_do(texts):
    predictor = BandPredictor(texts, HORIZONS, 60)
    for row in rows_to_score(100):
        p, effects = predictor.row(row, shapley=True)
        assert p == predictor.row(row)[0]
        assert effects.sum() + log_odds(predictor.base_p_convert) == pytest.approx(log_odds(p[1]), abs=1e-3)
