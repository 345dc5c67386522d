"""Lines on the log-odds scale that bring predictions back to what happened; their slope is above 0, so ranks stay."""

import numpy as np

from leadscore.modeling.rows import Flags, Floats

STEPS = 30
FLATTEST, STEEPEST = 0.2, 3.0
BELIEF_CASES = 2.0
"""Cases that speak for no change, so that a handful of rows moves little."""
NEWEST_SHARE, NEWEST_CONVERSIONS, NEWEST_ROWS = 0.1, 60, 200


def sigmoid(log_odds: Floats) -> Floats:
    """Chances, shape as given."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -35, 35))))


def log_loss(log_odds: Floats, label: Flags) -> float:
    """Mean log loss of log-odds, shape (n,).

    >>> round(log_loss(np.array([0.0, 0.0]), np.array([True, False])), 4)
    0.6931
    """
    return float(np.mean(np.logaddexp(0, log_odds) - label * log_odds))


def level(log_odds: Floats, label: Flags, weight: Floats | float = 1.0, belief: float = BELIEF_CASES) -> float:
    """What must be added to all log-odds, shape (n,), for the predicted conversions to meet those that happened.

    weight   of each row, shape (n,).
    belief   cases that speak for no change.

    >>> round(level(np.zeros(1000), np.arange(1000) < 250), 2)
    -1.09
    """
    moved = 0.0
    for _ in range(STEPS):
        p = sigmoid(log_odds + moved)
        information = float((weight * p * (1 - p)).sum()) + belief
        step = (float((weight * (label - p)).sum()) - belief * moved) / information
        moved += float(np.clip(step, -2, 2))
    return moved


def line(log_odds: Floats, label: Flags, weight: Floats | float = 1.0) -> tuple[float, float]:
    """Slope and intercept that fit log-odds, shape (n,), best; the slope within FLATTEST and STEEPEST."""
    slope, intercept = 1.0, 0.0
    for _ in range(STEPS):
        intercept = level(slope * log_odds, label, weight)
        p = sigmoid(slope * log_odds + intercept)
        spread = weight * p * (1 - p)
        centred = log_odds - float(spread @ log_odds) / max(float(spread.sum()), 1e-12)
        information = float(spread @ centred**2) + BELIEF_CASES
        step = (float((weight * centred) @ (label - p)) - BELIEF_CASES * (slope - 1)) / information
        slope = float(np.clip(slope + np.clip(step, -0.5, 0.5), FLATTEST, STEEPEST))
        if abs(step) < 1e-9:
            break
    return slope, level(slope * log_odds, label, weight)


def newest(label: Flags) -> slice:
    """The newest rows of some in order of time: few enough to show the present level, enough to estimate it."""
    rows = max(round(NEWEST_SHARE * len(label)), NEWEST_ROWS)
    conversions = np.cumsum(label[::-1])
    needed = int(np.searchsorted(conversions, min(NEWEST_CONVERSIONS, int(conversions[-1])))) + 1
    return slice(max(0, len(label) - max(rows, needed)), len(label))
