"""A single field that tells the outcome almost by itself."""

import numpy as np

from leadscore.modeling.leakage.suspect import GROUPS, Field, Groups, LeakSuspect, group_values
from leadscore.modeling.rows import Flags, Floats, Whole

RULE = "predicts_alone"
ALONE_AUC, SURELY_AUC = 0.80, 0.72
"""ROC-AUC from which a field is suspect, and what the lower end of its 90 % interval must reach."""
PURE_RULE, PURE_RATE, PURE_SHARE, RARE_RATE = "decides_outcome", 0.9, 0.05, 0.4
"""A value is suspect if surely PURE_RATE of its rows converted, PURE_SHARE of all conversions have it, and conversions
are rare otherwise (RARE_RATE of all rows at most)."""
PURE_GROUPS = 100
_FEWEST_PER_CLASS = 20
_QUANTILE = 1.645
_BELIEF_ROWS = 10


def predicts_alone(field: Field, label: Flags) -> LeakSuspect | None:
    """Suspect if the field's ROC-AUC alone, on rows not used to order its values, is too high, few rows considered."""
    won = int(label.sum())
    if min(won, len(label) - won) < _FEWEST_PER_CLASS:
        return None
    auc = auc_alone(group_values(field), label)
    error = auc_error(auc, won, len(label) - won)
    if auc < ALONE_AUC or auc - _QUANTILE * error < SURELY_AUC:
        return None
    return LeakSuspect(
        field.name,
        RULE,
        f"{field.name} alone ranks the outcome with ROC-AUC {auc:.2f} ({auc - _QUANTILE * error:.2f} at least; "
        f"{ALONE_AUC:.2f} is suspect)",
    )


def decides_outcome(field: Field, label: Flags) -> LeakSuspect | None:
    """Suspect if a value is found on converted rows and hardly on any other."""
    base = float(label.mean())
    if base > RARE_RATE:
        return None
    for fineness in (GROUPS, PURE_GROUPS):
        groups = group_values(field, fineness)
        converted, rows = groups.counts(label)
        pure = np.flatnonzero(
            (_lowest_rate(converted, rows) >= PURE_RATE) & (converted >= PURE_SHARE * float(label.sum()))
        )
        if len(pure):
            first = int(pure[np.argmax(converted[pure])])
            found = (
                f"{field.name} = {groups.names[first]!r}: {int(converted[first])} of {int(rows[first])} rows converted"
            )
            return LeakSuspect(field.name, PURE_RULE, f"{found}, {base:.1%} of all rows")
    return None


def auc_alone(groups: Groups, label: Flags) -> float:
    """ROC-AUC of the groups' conversion rates, learnt on one half of the rows and judged on the other.

    A field of many values would otherwise look strong by memory alone.
    """
    even = np.arange(len(label)) % 2 == 0
    size, base = len(groups.names), float(label.mean())
    found = []
    for learn, judge in ((even, ~even), (~even, even)):
        rows, won = _rows_and_won(groups.number[learn], label[learn], size)
        score = (won + _BELIEF_ROWS * base) / (rows + _BELIEF_ROWS)
        judged, converted = _rows_and_won(groups.number[judge], label[judge], size)
        if 0 < converted.sum() < judged.sum():
            found.append(_auc_of_groups(score, converted, judged - converted))
    return float(np.mean(found)) if found else 0.5


def _rows_and_won(number: Whole, label: Flags, size: int) -> tuple[Floats, Floats]:
    """All rows and the converted ones of each group, shape (size,)."""
    rows = np.bincount(number, minlength=size).astype(np.float64)
    return rows, np.bincount(number, weights=label, minlength=size).astype(np.float64)


def _auc_of_groups(score: Floats, won: Floats, lost: Floats) -> float:
    """ROC-AUC of rows that have the score of their group, from the counts alone; equal scores are ties.

    >>> _auc_of_groups(np.array([0.1, 0.7, 0.1]), np.array([1.0, 1.0, 0.0]), np.array([0.0, 0.0, 2.0]))
    0.75
    """
    levels, place = np.unique(score, return_inverse=True)
    ups, downs = (np.bincount(place, weights=each, minlength=len(levels)) for each in (won, lost))
    return float(ups @ (np.cumsum(downs) - downs / 2) / (ups.sum() * downs.sum()))


def auc_error(auc: float, won: int, lost: int) -> float:
    """Standard error of a ROC-AUC. Source: Hanley and McNeil (1982)."""
    first, second = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (won - 1) * (first - auc**2) + (lost - 1) * (second - auc**2)
    return float(np.sqrt(max(spread, 0.0) / max(won * lost, 1)))


def _lowest_rate(converted: Floats, rows: Floats) -> Floats:
    """Lower end of the 90 % interval of each group's rate. Source: Wilson (1927)."""
    total = np.maximum(rows, 1.0)
    rate, z2 = converted / total, _QUANTILE**2
    reach = _QUANTILE * np.sqrt(rate * (1 - rate) / total + z2 / (4 * total**2))
    return np.asarray((rate + z2 / (2 * total) - reach) / (1 + z2 / total))
