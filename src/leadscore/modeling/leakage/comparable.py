"""Customers held against open leads that are as likely to become customers: what differs was filled in afterwards.

An export shows each lead as it is on its last day. Whatever is done to a lead once it has become a customer is seen on
past customers and on no open lead, however likely that lead is to buy next.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from leadscore.modeling.rows import Flags, Floats, Whole

COHORTS = 8
FEWEST = 20
"""Customers, and open leads, that the weighted ones must be worth to be compared."""
_SPARE = 0.25


@dataclass(frozen=True)
class Gap:
    """How much more often customers have something than comparable open leads.

    customers, open   shares that have it.
    log_odds, z       between them, in log-odds and in standard errors: the smaller of the estimate over all leads and
                      the one among leads of about the same age; 0 if the two contradict each other.
    """

    customers: float
    open: float
    log_odds: float
    z: float


@dataclass(frozen=True)
class Comparable:
    """Two weighted groups of leads, from the oldest to the newest; both of shape (leads,).

    customers   share of the horizon before they bought in which past customers were open; 0 for other leads. At any
                instant, so many of them would have been found open: who buys at once hardly ever is.
    open        chance of each open lead to become a customer within the horizon, by a model that does not know the
                fields under suspicion; 0 for leads that ended.
    """

    customers: Floats
    open: Floats

    @property
    def enough(self) -> bool:
        """Whether both groups are large enough to be compared."""
        return min(_worth(self.customers), _worth(self.open)) >= FEWEST

    def gap(self, has: Flags) -> Gap:
        """Compare the groups in one trait, shape (leads,); both ways of doing it must see the difference.

        Over all leads, a field that came into use late is rare among the customers of old; among leads of like age,
        those that bought are the quick ones. What was filled in afterwards stands out in both.
        """
        customers, open_ = self._sides
        shares = float(customers[has].sum() / customers.sum()), float(open_[has].sum() / open_.sum())
        found = [self._over(has, strata) for strata in (np.zeros(len(has), np.int64), self._cohort)]
        if found[0][0] * found[1][0] <= 0:
            return Gap(*shares, 0.0, 0.0)
        log_odds, z = (min(pair, key=abs) for pair in zip(*found, strict=True))
        return Gap(*shares, log_odds, z)

    @cached_property
    def _sides(self) -> tuple[Floats, Floats]:
        """The weights of both groups, each adding up to the number of leads that the group is worth."""
        customers, open_ = (weight * (_worth(weight) / weight.sum()) for weight in (self.customers, self.open))
        return customers, open_

    @cached_property
    def _cohort(self) -> Whole:
        """The age group of each lead; the groups weigh about the same."""
        passed = np.cumsum(self.customers / self.customers.sum() + self.open / self.open.sum())
        return np.asarray(np.minimum(passed / passed[-1] * COHORTS, COHORTS - 1), np.int64)

    def _over(self, has: Flags, stratum: Whole) -> tuple[float, float]:
        """Log-odds ratio and its distance from 0 in standard errors. Source: Mantel and Haenszel (1959)."""

        def totals(weight: Floats) -> Floats:
            return np.asarray(np.bincount(stratum, weights=weight, minlength=COHORTS), np.float64)

        customers, open_ = self._sides
        with_it, open_with_it = totals(customers * has), totals(open_ * has)
        rows, open_rows = totals(customers), totals(open_)
        total, having = np.maximum(rows + open_rows, _SPARE), with_it + open_with_it
        more = (with_it * (open_rows - open_with_it) / total).sum() + _SPARE
        less = (open_with_it * (rows - with_it) / total).sum() + _SPARE
        variance = rows * open_rows * having * (total - having) / (total**2 * np.maximum(total - 1, _SPARE))
        apart = (with_it - rows * having / total).sum()
        return float(np.log(more / less)), float(apart / np.sqrt(max(variance.sum(), 1e-12)))


def _worth(weight: Floats) -> float:
    """How many equally weighted leads some weighted ones are worth. Source: Kish (1965)."""
    squares = float((weight**2).sum())
    return float(weight.sum()) ** 2 / squares if squares else 0.0
