"""What each feature did to a raw score: path attribution, looked up per leaf.

On its way from the root to a leaf a row passes nodes, whose value is the mean leaf value of the training rows below.
Each step changes that value, and the change is credited to the feature the node splits on. The credits of a leaf never
change, so they are laid down once per (tree, leaf), and a row costs one look-up instead of a walk.

Source: Saabas (2014), "Interpreting random forests"; exact Shapley values cost some 200 times as much.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_Steps = dict[int, float]


class LeafTable:
    """Attribution of every leaf of a model, from `NativeBooster.dump()`.

    structure   the dumped model; leaf values must be constants.

    bias        mean raw score over the training rows of each tree, summed: where attribution starts from.
    n_features  columns of the rows that the model scores.
    offsets     number of the first leaf of each tree, shape (n_trees,).
    values      of each leaf.
    features    on the path to each leaf, shape (leaves, length of the longest path); what fills up shorter paths lies
                beyond the last feature.
    effects     of these features; 0 where there are fewer.
    """

    def __init__(self, structure: dict[str, Any]) -> None:
        self.n_features: int = structure["max_feature_idx"] + 1
        values: list[float] = []
        paths: list[_Steps] = []
        offsets: list[int] = []
        starts: list[float] = []
        for tree in structure["tree_info"]:
            leaves = _leaves(tree["tree_structure"])
            offsets.append(len(values))
            starts.append(_mean(tree["tree_structure"])[0])
            values.extend(leaves[number][0] for number in sorted(leaves))
            paths.extend(leaves[number][1] for number in sorted(leaves))
        self.bias = float(np.sum(starts))
        self.offsets = np.array(offsets, dtype=np.intp)
        self.values = np.array(values)
        # Rows of one width let numpy gather them in one step.
        width = max((len(path) for path in paths), default=0)
        self.features = np.tile(self.n_features + np.arange(width, dtype=np.intp), (len(paths), 1))
        self.effects = np.zeros((len(paths), width))
        for number, path in enumerate(paths):
            self.features[number, : len(path)] = list(path)
            self.effects[number, : len(path)] = list(path.values())
        ends = [*offsets[1:], len(paths)]
        self._by_tree = [_columns(paths[start:end]) for start, end in zip(offsets, ends, strict=True)]

    def raw_matrix(self, leaves: NDArray[np.int32]) -> NDArray[np.float64]:
        """Raw scores of many rows from their leaves, shape (n, n_trees): shape (n,)."""
        total = np.zeros(len(leaves))
        for tree, offset in enumerate(self.offsets):
            total += self.values.take(offset + leaves[:, tree])
        return total

    def contribution_matrix(self, leaves: NDArray[np.int32]) -> NDArray[np.float64]:
        """Effect of each feature on the raw scores of many rows.

        leaves    leaf of each row in each tree, shape (n, n_trees).
        Returns   shape (n, n_features); `bias` plus the sum of a row is its raw score, up to 1e-9.
        """
        effects = np.zeros((self.n_features, len(leaves)))
        for tree, columns in enumerate(self._by_tree):
            reached = leaves[:, tree].astype(np.intp)
            for feature, effect_of_leaf in columns:
                effects[feature] += effect_of_leaf.take(reached)
        return effects.T


def _mean(node: dict[str, Any]) -> tuple[float, float]:
    """Mean leaf value below a node and the training rows it rests on."""
    if "split_feature" not in node:
        return node["leaf_value"], node.get("leaf_count", 1)
    (left, left_rows), (right, right_rows) = _mean(node["left_child"]), _mean(node["right_child"])
    rows = left_rows + right_rows
    mean = (left * left_rows + right * right_rows) / rows if rows else (left + right) / 2
    return mean, rows


def _leaves(root: dict[str, Any]) -> dict[int, tuple[float, _Steps]]:
    """Leaf number -> (leaf value, feature -> credit on the path to it)."""
    found: dict[int, tuple[float, _Steps]] = {}
    waiting: list[tuple[dict[str, Any], _Steps]] = [(root, {})]
    while waiting:
        node, path = waiting.pop()
        if "split_feature" not in node:
            found[node.get("leaf_index", 0)] = (node["leaf_value"], path)
            continue
        value, feature = _mean(node)[0], node["split_feature"]
        for child in (node["left_child"], node["right_child"]):
            step = _mean(child)[0] - value
            waiting.append((child, {**path, feature: path.get(feature, 0.0) + step}))
    return found


def _columns(paths: list[_Steps]) -> list[tuple[int, NDArray[np.float64]]]:
    """A tree's features, each with its credit at every leaf."""
    features = sorted({feature for path in paths for feature in path})
    return [(feature, np.array([path.get(feature, 0.0) for path in paths])) for feature in features]
