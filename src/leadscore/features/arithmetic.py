"""The arithmetic both engines share: whole days of age, integer weights, and one division at the end.

All that is summed is an integer, so sums do not depend on the order of events and both engines get the same bits.
"""

from functools import lru_cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from leadscore.domain.event import VALUE_SCALE
from leadscore.domain.time import DAY_US

DECAY_SCALE = 2**30
"""Weight of an event of age 0 in a decayed count."""
VALUE_DECAY_SCALE = 2**20
"""Weight of an event of age 0 in a decayed sum of values; smaller, since it is multiplied by the value."""
VALUE_LIMIT = 2**40
"""Values (thousandths) count at most this much, either way, so that 8 million of them still sum up in 64 bits."""
VALUE_PART = 2**20
"""Values are multiplied by their weights in two parts, high * VALUE_PART + low, for the same reason."""

Figures = TypeVar("Figures", float, npt.NDArray[np.float64])


@lru_cache(maxsize=64)
def decay_weights(half_life_days: int, scale: int) -> tuple[int, ...]:
    """Weight of an event by its whole days of age: scale at age 0, half of it one half-life later; 0 beyond the table.

    >>> decay_weights(7, DECAY_SCALE)[7] == DECAY_SCALE // 2
    True
    """
    weights: list[int] = []
    while weight := round(scale * 2.0 ** (-len(weights) / half_life_days)):
        weights.append(weight)
    return tuple(weights)


def limited(value: int) -> int:
    """A value (thousandths) as it counts in sums."""
    return max(-VALUE_LIMIT, min(VALUE_LIMIT, value))


def days(span: Figures) -> Figures:
    """Microseconds as days."""
    return span / float(DAY_US)


def decayed_count(total: Figures) -> Figures:
    """A sum of weights as a number of events."""
    return total / float(DECAY_SCALE)


def value_sum(total: Figures) -> Figures:
    """A sum of values (thousandths) in units."""
    return total / float(VALUE_SCALE)


def decayed_value(high: Figures, low: Figures) -> Figures:
    """The two part sums of weight x value in units."""
    return (high * float(VALUE_PART) + low) / float(VALUE_DECAY_SCALE * VALUE_SCALE)
