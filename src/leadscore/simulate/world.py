"""All parameters of the simulated world as arrays over the 270 hidden states, in one place for process and truth."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from leadscore.simulate.arrays import Bools, Floats
from leadscore.simulate.engagement import EVENT_TYPES, LATE_TYPE, PUSHING, daily_rates, depth_means
from leadscore.simulate.intent import intent_law
from leadscore.simulate.sources import starting_shares


@dataclass(frozen=True)
class World:
    """The law of the simulated world; C classes, S intents, K event types, D kinds of day.

    start    chance of each hidden state on arrival, (sources, before/after the drift, C, S).
    calm     intent today -> tomorrow without a pushing event, (C, S, S).
    pushed   the same on a day with at least one pushing event.
    ends     daily chance to end by kind (won, lost, disqualified, competitor), (4, C, S); won before season and drift.
    rates    mean events a day, (D, K, C, S).
    depth    mean of the Poisson steps beyond the first in an event's value, (K, C, S).
    pushing  which types push intent up, (K,); late: which types become known days later, (K,).
    """

    start: Floats
    calm: Floats
    pushed: Floats
    ends: Floats
    rates: Floats
    depth: Floats
    pushing: Bools
    late: Bools


@cache
def the_world() -> World:
    """The one world that every simulated company lives in."""
    law = intent_law()
    return World(
        start=starting_shares(),
        calm=law.calm,
        pushed=law.pushed,
        ends=law.ends,
        rates=daily_rates(),
        depth=depth_means(),
        pushing=np.isin(EVENT_TYPES, PUSHING),
        late=np.array(EVENT_TYPES) == LATE_TYPE,
    )
