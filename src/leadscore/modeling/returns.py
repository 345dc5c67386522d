"""When leads that were set aside come back: learnt from those that did; those still away are unknown, not "never"."""

from dataclasses import asdict, dataclass

import numpy as np

from leadscore.modeling.rows import Flags, Floats

_DRAWS, _LEAST_AWAY = 200, 10


@dataclass(frozen=True)
class ReturnTime:
    """After how many days those who come back are back.

    days        by then, half of those who come back within the time looked at have come.
    low, high   its 90 % interval.
    seen        how many came back; share: of all who were set aside, those back within the time looked at.
    """

    days: float
    low: float
    high: float
    seen: int
    share: float

    def to_dict(self) -> dict[str, float]:
        """As JSON."""
        return asdict(self)


def kaplan_meier(days: Floats, came_back: Flags) -> tuple[Floats, Floats]:
    """Share still away after each day on which somebody came back. Source: Kaplan and Meier (1958).

    days        until the return, or until nothing more is known; shape (n,), not below 0.
    came_back   whether it ended by a return, shape (n,).
    Returns     the days of returns, rising, and the share still away just after each.

    >>> kaplan_meier(np.array([1.0, 2.0, 2.0, 3.0]), np.array([True, True, False, True]))
    (array([1., 2., 3.]), array([0.75, 0.5 , 0.  ]))
    """
    at = np.unique(days[came_back])
    ordered = np.sort(days)
    still_there = len(days) - np.searchsorted(ordered, at, side="left")
    returns = np.bincount(np.searchsorted(at, days[came_back]), minlength=len(at))
    return at, np.asarray(np.cumprod(1 - returns / np.maximum(still_there, 1)), np.float64)


def return_time(days: Floats, came_back: Flags, fewest: int, seed: int) -> ReturnTime | None:
    """The time that those take who come back; None if fewer than `fewest` did.

    Most never return, so half of all is never reached: the time asked for is that by which half of those are back who
    come back at all while at least ten leads are still watched.
    """
    seen = int(came_back.sum())
    if seen < fewest or (found := _halfway(days, came_back)) is None:
        return None
    rng = np.random.default_rng(seed)
    resamples = (rng.integers(0, len(days), len(days)) for _ in range(_DRAWS))
    draws = [_halfway(days[rows], came_back[rows]) for rows in resamples]
    low, high = np.quantile([each[0] for each in draws if each is not None], [0.05, 0.95])
    return ReturnTime(found[0], float(low), float(high), seen, found[1])


def _halfway(days: Floats, came_back: Flags) -> tuple[float, float] | None:
    """The day by which half of the returns have come, and the share that has come in all."""
    at, away = kaplan_meier(days, came_back)
    watched = len(days) - np.searchsorted(np.sort(days), at, side="left") >= min(_LEAST_AWAY, len(days))
    at, back = at[watched], 1 - away[watched]
    return (float(at[np.searchsorted(back, back[-1] / 2)]), float(back[-1])) if len(at) else None
