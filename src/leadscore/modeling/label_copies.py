"""Columns that repeat the label in the same or in other words: no leak is plainer, on however few rows."""

import numpy as np

from leadscore.modeling.leakage import LeakSuspect


def label_copies(matrix: np.ndarray, labels: np.ndarray, names: tuple[str, ...]) -> list[LeakSuspect]:
    """Columns with one value on all converted rows and another one on all others; missing counts as a value.

    matrix   training rows as numbers, NaN where missing, shape (n, fields).
    labels   1 converted, 0 not, both there, shape (n,).
    """
    won = labels == 1
    return [
        LeakSuspect(name, "repeats_label", f"{name} repeats the label: one value where it converted, another elsewhere")
        for number, name in enumerate(names)
        if _repeats(matrix[:, number], won)
    ]


def _repeats(values: np.ndarray, won: np.ndarray) -> bool:
    sides = [np.unique(values[side]) for side in (won, ~won)]
    return len(sides[0]) == len(sides[1]) == 1 and not np.array_equal(sides[0], sides[1], equal_nan=True)
