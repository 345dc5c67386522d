"""Whether trees as LightGBM read them can be what training wrote; a damaged text may be read without a complaint."""

import math
from typing import Any

from leadscore.domain.errors import DataError


def refuse_odd_trees(structure: dict[str, Any]) -> None:
    """Look at every node of every tree, also at those that no golden row reaches.

    structure  the dumped model (`NativeBooster.dump()`).
    Raises     DataError [LS-MODEL-02] if a tree splits on a feature that there is not or at no number, if a leaf is
               missing, repeated or no number.
    """
    for number, tree in enumerate(structure["tree_info"]):
        fault = _fault(tree, structure["max_feature_idx"] + 1)
        if fault:
            raise DataError("LS-MODEL-02", found=f"tree {number} {fault}")


def _fault(tree: dict[str, Any], features: int) -> str | None:
    leaves, waiting = [], [tree["tree_structure"]]
    while waiting:
        node = waiting.pop()
        if "split_feature" not in node:
            leaves.append(node.get("leaf_index", 0))
            if not math.isfinite(node["leaf_value"]):
                return f"answers {node['leaf_value']}"
            continue
        if not 0 <= node["split_feature"] < features:
            return f"splits on feature {node['split_feature']} of {features}"
        if node["decision_type"] == "<=" and not math.isfinite(node["threshold"]):
            return f"splits at {node['threshold']}"
        waiting += (node["left_child"], node["right_child"])
    if sorted(leaves) != list(range(tree["num_leaves"])):
        return f"has {tree['num_leaves']} leaves, found were {len(leaves)} of numbers {min(leaves)} to {max(leaves)}"
    return None
