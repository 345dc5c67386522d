"""What later rows cannot tell of a prediction's error, so that intervals must allow for it beforehand.

The figures were chosen on simulated companies (docs/decisions/0022).
"""

from dataclasses import dataclass

import numpy as np

from leadscore.modeling.rows import Floats

YEARLY_DRIFT = 0.3
"""How far, in log-odds, the level of a market is thought to wander within a year."""
DAYS_IN_USE = 90
"""How long a version is thought to be asked after the rows that its intervals were learnt from."""
COLD_PULL, COLD_FROM, COLD_TO = 0.4, 1.0, 3.5
"""Trees with a penalty stop short of the chances of the coldest leads: by COLD_PULL times the square of how far, in
log-odds, a chance lies more than COLD_FROM below the mean chance; no colder ones than COLD_TO were seen."""
PULL_DOUBT = 0.5
"""Standard error of such a pull, as a share of it."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """Doubts about one horizon, in log-odds.

    drift   how far all rates may have moved since the rows that intervals are learnt from.
    pull    how strongly the coldest leads are promised too much; they convert too seldom for rows to show it.
    """

    drift: float = 0.0
    pull: float = 0.0

    def pulled(self, below: Floats) -> Floats:
        """By how much chances that lie `below` the mean chance are thought too high, shape as given.

        >>> Doubts(pull=0.3).pulled(np.array([0.0, 2.0])).tolist()
        [0.0, 0.3]
        """
        return np.asarray(self.pull * (np.clip(below, COLD_FROM, COLD_TO) - COLD_FROM) ** 2)


def doubts_of_events(horizon_days: int) -> Doubts:
    """The doubts about a horizon of a history: outcomes tell of a market that moves only once the horizon has passed.

    The level wanders like a random walk, so that its spread grows with the root of the time.

    >>> doubts_of_events(365 - DAYS_IN_USE).drift == YEARLY_DRIFT
    True
    """
    return Doubts(float(YEARLY_DRIFT * np.sqrt((horizon_days + DAYS_IN_USE) / 365)), COLD_PULL)
