import lightgbm as lgb
import numpy as np
import pytest

from leadscore.modeling.native import NativeBooster
from leadscore.modeling.reasons import LeafTable


def leaf(number, value, rows):
    return {"leaf_index": number, "leaf_value": value, "leaf_count": rows}


HAND_TYPED = {
    "max_feature_idx": 2,
    "tree_info": [
        {
            "tree_structure": {
                "split_feature": 1,
                "left_child": leaf(0, -1.0, 30),
                "right_child": {"split_feature": 2, "left_child": leaf(1, 1.0, 5), "right_child": leaf(2, 3.0, 5)},
            }
        }
    ],
}


def test_each_step_of_the_path_is_credited_to_the_feature_it_splits_on():
    table = LeafTable(HAND_TYPED)
    # Means: root (30 * -1 + 5 * 1 + 5 * 3) / 40 = -0.25, right child 2.
    assert table.bias == -0.25
    assert table.contribution_matrix(np.array([[0], [2]], dtype=np.int32)).tolist() == [
        [0.0, -0.75, 0.0],
        [0.0, 2.25, 1.0],
    ]


@pytest.mark.parametrize("settings", [{"num_leaves": 8}, {"num_leaves": 40, "min_data_in_leaf": 3}])
def test_contributions_sum_to_the_raw_score(settings):
    booster, rows = trained(settings)
    native = NativeBooster(booster.model_to_string())
    table = LeafTable(native.dump())
    leaves = native.leaf_matrix(rows)
    raw = table.raw_matrix(leaves)
    assert np.array_equal(raw, booster.predict(rows, raw_score=True))
    assert table.bias + table.contribution_matrix(leaves).sum(axis=1) == pytest.approx(raw, abs=1e-9)


def test_the_starting_point_is_that_of_lightgbms_own_contributions():
    booster, rows = trained({"num_leaves": 8})
    table = LeafTable(NativeBooster(booster.model_to_string()).dump())
    assert table.bias == pytest.approx(booster.predict(rows[:1], pred_contrib=True)[0, -1], abs=1e-12)


def test_a_constant_model_credits_nothing():
    booster, rows = trained({"min_data_in_leaf": 10_000})
    native = NativeBooster(booster.model_to_string())
    table = LeafTable(native.dump())
    leaves = native.leaf_matrix(rows)
    assert not table.contribution_matrix(leaves).any()
    assert table.bias == table.raw_matrix(leaves)[0] == booster.predict(rows[:1], raw_score=True)[0]


def trained(settings):
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(1200, 5))
    rows[rng.random(rows.shape) < 0.3] = np.nan
    rows[:, 4] = rng.integers(0, 6, len(rows))
    target = np.nan_to_num(rows[:, 0]) + (rows[:, 4] == 2) + rng.normal(size=len(rows)) > 0.5
    params = {"objective": "binary", "verbose": -1, "num_threads": 1, **settings}
    dataset = lgb.Dataset(rows, target.astype(int), categorical_feature=[4], params={"verbose": -1})
    return lgb.train(params, dataset, 30), rows
