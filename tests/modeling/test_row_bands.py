import lightgbm as lgb
import numpy as np
import pytest

from leadscore.modeling.additive import AdditiveModel, Term
from leadscore.modeling.band_model import BandModel, BandScorer, Mix
from leadscore.modeling.row_bands import RowBands

CATEGORICAL = 3


def rows_to_score(n=400, seed=0):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, 5))
    rows[rng.random(rows.shape) < 0.2] = np.nan
    rows[:, CATEGORICAL] = rng.integers(0, 9, n)
    return rows


def grown(trees, leaves):
    rows = rows_to_score()
    target = np.nan_to_num(rows[:, 0]) + (rows[:, CATEGORICAL] == 2) > 0.4
    params = {"objective": "binary", "num_leaves": leaves, "min_data_in_leaf": 5, "verbose": -1, "num_threads": 1}
    data = lgb.Dataset(rows, target.astype(int), categorical_feature=[CATEGORICAL], params={"verbose": -1})
    return lgb.train(params, data, trees)


SMALL, LARGE, CONSTANT = grown(4, 3), grown(60, 24), grown(1, 2)
SUM = AdditiveModel(
    5, -1.3, (Term(0, "line", (-1.0, 0.1, 2.0), (-0.7, 0.05, 0.9), 0.2), Term(0, "steps", (0.5,), (-0.1, 0.4), 0.0))
)


def trees(booster):
    return BandModel(booster.model_to_string())


BANDS = [
    [trees(LARGE)],
    [trees(SMALL), trees(LARGE), trees(CONSTANT)],
    [BandModel(None, SUM, Mix(0.0, 1.0)), trees(LARGE)],
    [BandModel(SMALL.model_to_string(), SUM, Mix(0.5, 0.5, 0.8, 0.15)), trees(LARGE), BandModel(None, SUM)],
    [BandModel(None, SUM)],
]


@pytest.mark.parametrize("models", BANDS)
def test_one_row_gets_the_bits_that_each_band_gives_for_many(models):
    bands, rows = [BandScorer(model) for model in models], rows_to_score(seed=1)
    together = RowBands(bands)
    reached = [together.reach(row) for row in rows]
    raw = np.array([together.raw(found) for found in reached])
    effects = np.array([together.effects(found, len(bands)) for found in reached])
    for number, band in enumerate(bands):
        many = band.reach_matrix(rows)
        assert np.array_equal(raw[:, number], band.raw_of(many, len(rows)))
        assert np.array_equal(effects[:, number], band.effects_of(many, len(rows)))
    for first in range(1, len(bands)):
        assert np.array_equal(together.effects(reached[0], first), effects[0, :first])


@pytest.mark.parametrize("boosters", [[LARGE], [SMALL, LARGE, CONSTANT]])
def test_trees_alone_answer_as_lightgbm_does_bit_for_bit(boosters):
    together, rows = RowBands([BandScorer(trees(booster)) for booster in boosters]), rows_to_score(seed=2)
    expected = np.column_stack([booster.predict(rows, raw_score=True) for booster in boosters])
    assert np.array_equal(np.array([together.raw(together.reach(row)) for row in rows]), expected)


@pytest.mark.parametrize("models", BANDS)
def test_shapley_values_and_the_bias_add_up_to_the_log_odds(models):
    bands, rows = [BandScorer(model) for model in models], rows_to_score(n=60, seed=3)
    together, bias = RowBands(bands), np.array([band.bias for band in bands])
    for row in rows:
        reached = together.reach(row)
        assert together.shapley(row, reached, len(bands)).sum(axis=1) + bias == pytest.approx(
            together.raw(reached), abs=1e-9
        )


def test_shapley_values_of_mixed_trees_are_lightgbms_in_their_share():
    rows, mix = rows_to_score(n=60, seed=4), Mix(0.5, 0.5, 0.8, 0.15)
    together = RowBands([BandScorer(BandModel(LARGE.model_to_string(), SUM, mix))])
    expected = 0.8 * (
        0.5 * LARGE.predict(rows, pred_contrib=True)[:, :-1] + 0.5 * SUM.by_column(SUM.effect_matrix(rows)).T
    )
    found = np.array([together.shapley(row, together.reach(row), 1)[0] for row in rows])
    assert found == pytest.approx(expected, abs=1e-12)
