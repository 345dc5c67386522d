"""Power that comes and goes with the age of the rows: what is filled in afterwards has not reached the newest rows yet.

Rows are compared only with rows of about the same age, so that a market that turns does not look like a leak.
"""

import numpy as np

from leadscore.modeling.leakage.suspect import Field, LeakSuspect
from leadscore.modeling.rows import Flags, Floats, Whole

RULE = "power_fades_with_age"
STRONG_AUC, WEAK_AUC = 0.68, 0.56
"""ROC-AUC of the field at one end of the history, where it is strong, and at the other, where it is weak."""
SURE = 4.0
"""Standard errors between the two."""
FILL_MOVES, RANK_MOVES = 0.15, 0.3
"""How much the share of converted rows that are filled must change between the ends, or the correlation of values with
age: a field whose meaning changes while it is filled as ever has drifted, which is no leak."""
ENDS, WINDOWS = 3, 5
"""Each end is a third of the rows, in which rows are compared within fifths."""
_FEWEST = 25


def fades_with_age(field: Field, label: Flags) -> LeakSuspect | None:
    """Suspect if the field tells the outcome at one end of the history and hardly anything at the other."""
    parts = np.array_split(np.arange(len(label)), ENDS)
    ends = {"oldest": parts[0], "newest": parts[-1]}
    if any(min(label[end].sum(), (~label[end]).sum()) < _FEWEST for end in ends.values()):
        return None
    filled = ~np.isnan(field.values)
    power = {name: _auc_in_windows(_ordered(field, filled), label, end) for name, end in ends.items()}
    strong, weak = sorted(power, key=lambda name: -abs(power[name][0] - 0.5))
    gain, rest = (abs(power[name][0] - 0.5) for name in (strong, weak))
    sure = gain - rest >= SURE * float(np.hypot(power[strong][1], power[weak][1]))
    if gain < STRONG_AUC - 0.5 or rest > WEAK_AUC - 0.5 or not sure:
        return None
    fills = {name: float(filled[end[label[end]]].mean()) for name, end in ends.items()}
    if abs(fills[strong] - fills[weak]) < FILL_MOVES and _rank_moves(field, filled) < RANK_MOVES:
        return None
    return LeakSuspect(
        field.name,
        RULE,
        f"{field.name} ranks rows of like age with ROC-AUC {gain + 0.5:.2f} in the {strong} third of the rows and with "
        f"{rest + 0.5:.2f} in the {weak}; filled on {fills[strong]:.0%} and {fills[weak]:.0%} of the converted ones",
    )


def _rank_moves(field: Field, filled: Flags) -> float:
    """Size of the rank correlation between a number and the age of its row; 0 for categories."""
    values = field.values[filled]
    if field.words or len(np.unique(values)) < 2:
        return 0.0
    ranks = np.unique(values, return_inverse=True)[1]
    return float(abs(np.corrcoef(ranks, np.flatnonzero(filled))[0, 1]))


def _ordered(field: Field, filled: Flags) -> Floats:
    """Values in an order that ranks can be taken of; missing below all, categories as filled or not."""
    if field.words:
        return filled.astype(np.float64)
    lowest = float(np.nanmin(field.values)) if filled.any() else 0.0
    return np.where(filled, field.values, lowest - 1)


def _auc_in_windows(values: Floats, label: Flags, rows: Whole) -> tuple[float, float]:
    """ROC-AUC among rows of like age, pooled over windows, and its standard error where there is no power."""
    wins, pairs, variance = 0.0, 0.0, 0.0
    for window in np.array_split(rows, WINDOWS):
        won, lost = values[window][label[window]], values[window][~label[window]]
        if not len(won) or not len(lost):
            continue
        order = np.sort(lost)
        below = np.searchsorted(order, won, side="left") + np.searchsorted(order, won, side="right")
        wins, pairs = wins + float(below.sum()) / 2, pairs + len(won) * len(lost)
        variance += len(won) * len(lost) * (len(won) + len(lost) + 1) / 12
    return (wins / pairs, float(np.sqrt(variance)) / pairs) if pairs else (0.5, 1.0)
