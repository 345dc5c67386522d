import copy

import lightgbm as lgb
import numpy as np
import pytest

from leadscore.domain.errors import DataError
from leadscore.modeling.native import NativeBooster
from leadscore.modeling.tree_structure import refuse_odd_trees


@pytest.fixture(scope="module")
def structure():
    rng = np.random.default_rng(0)
    rows = np.column_stack([rng.normal(size=900), rng.integers(0, 4, 900)]).astype(float)
    target = (rows[:, 0] + (rows[:, 1] == 2) + rng.normal(size=900) > 1).astype(int)
    params = {"objective": "binary", "num_leaves": 6, "verbose": -1, "num_threads": 1}
    dataset = lgb.Dataset(rows, target, categorical_feature=[1], params={"verbose": -1})
    return NativeBooster(lgb.train(params, dataset, 5).model_to_string()).dump()


def test_what_training_wrote_is_accepted(structure):
    refuse_odd_trees(structure)


def test_a_tree_of_one_leaf_is_accepted():
    refuse_odd_trees({"max_feature_idx": 0, "tree_info": [{"num_leaves": 1, "tree_structure": {"leaf_value": 0.5}}]})


def some_leaf(node):
    while "split_feature" in node:
        node = node["right_child"]
    return node


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda root: some_leaf(root).update(leaf_value=float("nan")), "answers nan"),
        (lambda root: some_leaf(root).update(leaf_value=float("inf")), "answers inf"),
        (lambda root: some_leaf(root).update(leaf_index=99), "leaves"),
        (lambda root: some_leaf(root).update(leaf_index=-1), "leaves"),
        (lambda root: root.update(left_child=copy.deepcopy(root["right_child"])), "leaves"),
        (lambda root: root.update(split_feature=2), "feature 2 of 2"),
        (lambda root: root.update(split_feature=-1), "feature -1 of 2"),
        (lambda root: root.update(decision_type="<=", threshold=float("nan")), "splits at nan"),
    ],
)
def test_what_cannot_be_is_refused_with_the_tree_it_is_in(structure, change, words):
    damaged = copy.deepcopy(structure)
    change(damaged["tree_info"][3]["tree_structure"])
    with pytest.raises(DataError, match="LS-MODEL-02") as caught:
        refuse_odd_trees(damaged)
    assert caught.value.found.startswith("tree 3 ")
    assert words in caught.value.found
