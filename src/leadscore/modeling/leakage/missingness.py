"""Filled for one outcome and not for the other: a field that somebody fills in once the outcome is known."""

import math

import numpy as np

from leadscore.modeling.leakage.suspect import Field, LeakSuspect
from leadscore.modeling.rows import Flags

RULE = "filled_by_outcome"
RATIO, SURELY_RATIO = 6.0, 4.0
"""How many times more often a field is filled (or empty) for one outcome, and what that ratio must surely reach."""
_FEWEST_PER_CLASS, _FEWEST_ROWS = 20, 15
_QUANTILE = 2.0


def filled_by_outcome(field: Field, label: Flags) -> LeakSuspect | None:
    """Suspect if the field is filled, or empty, many times more often on rows of one outcome than of the other."""
    if min(label.sum(), (~label).sum()) < _FEWEST_PER_CLASS:
        return None
    filled = ~np.isnan(field.values)
    for state in (filled, ~filled):
        for side in (label, ~label):
            often, seldom = int(state[side].sum()), int(state[~side].sum())
            if often >= _FEWEST_ROWS and _surely_more(often, int(side.sum()), seldom, int((~side).sum())):
                return LeakSuspect(field.name, RULE, _evidence(field.name, filled, label))
    return None


def _surely_more(often: int, rows: int, seldom: int, others: int) -> bool:
    ratio = math.log((often + 0.5) / (rows + 1)) - math.log((seldom + 0.5) / (others + 1))
    error = math.sqrt(max(0.0, 1 / (often + 0.5) - 1 / (rows + 1) + 1 / (seldom + 0.5) - 1 / (others + 1)))
    return ratio >= math.log(RATIO) and ratio - _QUANTILE * error >= math.log(SURELY_RATIO)


def _evidence(name: str, filled: Flags, label: Flags) -> str:
    won, lost = filled[label], filled[~label]
    return (
        f"{name} is filled on {won.mean():.1%} of the rows that converted ({int(won.sum())} of {len(won)}) "
        f"and on {lost.mean():.1%} of the others ({int(lost.sum())} of {len(lost)})"
    )
