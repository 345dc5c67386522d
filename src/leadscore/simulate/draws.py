"""Two draws that the whole simulation shares: a time of day, and one of several with given chances."""

import numpy as np

from leadscore.simulate.arrays import Floats, Ints
from leadscore.simulate.calendar import CLOSING_US, OPENING_US

MILLISECOND_US = 1_000


def draw_times_of_day(count: int, rng: np.random.Generator) -> Ints:
    """Times at which things happen: even over 07:00-21:00, whole milliseconds, in microseconds since midnight."""
    spread = (CLOSING_US - OPENING_US) // MILLISECOND_US
    return OPENING_US + rng.integers(0, spread, count) * MILLISECOND_US


def draw_along(reached: Floats, rng: np.random.Generator) -> Ints:
    """One index per row, with chances in proportion to the steps of the rising sums `reached`, shape (n, choices).

    >>> draw_along(np.array([[0.0, 2.0, 2.0]]), np.random.default_rng(1)).tolist()
    [1]
    """
    draw = rng.random(len(reached))[:, None] * reached[:, -1:]
    return np.asarray((reached <= draw).sum(axis=1))
