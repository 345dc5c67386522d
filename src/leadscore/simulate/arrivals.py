"""When simulated leads arrive, from which source, and who they are; bought lists and trade shows arrive in batches."""

from dataclasses import dataclass

import numpy as np

from leadscore.domain.time import DAY_US, HOUR_US
from leadscore.simulate.arrays import Ints
from leadscore.simulate.calendar import Calendar
from leadscore.simulate.draws import draw_along, draw_times_of_day
from leadscore.simulate.law import law_of
from leadscore.simulate.world import World

_LIST_EVERY_DAYS = 60
_GROWTH = 0.8


@dataclass(frozen=True)
class Arrivals:
    """One entry per lead, in order of arrival; `source`, `hidden_class` and `intent` are indexes."""

    source: Ints
    created_at: Ints
    created_day: Ints
    hidden_class: Ints
    intent: Ints


def draw_arrivals(leads: int, calendar: Calendar, world: World, rng: np.random.Generator) -> Arrivals:
    """Draw `leads` leads over all days of the calendar, a little more each year.

    Returns  arrivals sorted by time; instants are epoch microseconds in whole milliseconds.
    """
    days = len(calendar.kind)
    batches = {"list": _list_days(days, rng), "show": _show_import_days(calendar, rng)}
    begun = [item.since_day < days and len(batches.get(item.batch or "", [0])) > 0 for item in world.sources]
    by_source = np.where(begun, [item.share for item in world.sources], 0.0)
    source = rng.choice(len(world.sources), leads, p=by_source / by_source.sum())
    day = (days * rng.random(leads) ** _GROWTH).astype(np.int64)
    at_in_day = draw_times_of_day(leads, rng)
    for at, item in enumerate(world.sources):
        members = np.flatnonzero(source == at)
        if item.batch and len(members):
            day[members] = batches[item.batch][rng.integers(0, len(batches[item.batch]), len(members))]
            at_in_day[members] = 10 * HOUR_US
        elif item.since_day:
            day[members] = item.since_day + day[members] * (days - item.since_day) // days
    created_at = calendar.start_at + day * DAY_US + at_in_day
    order = np.argsort(created_at, kind="stable")
    source, day = source[order], day[order]
    shares = law_of(world).start[source, (day >= calendar.year.drift_day).astype(np.int64)]
    state = draw_along(shares.reshape(leads, -1).cumsum(axis=1), rng)
    intents = len(world.intents)
    return Arrivals(source, created_at[order], day, state // intents, state % intents)


def _list_days(days: int, rng: np.random.Generator) -> Ints:
    return np.sort(rng.integers(0, days, max(1, days // _LIST_EVERY_DAYS)))


def _show_import_days(calendar: Calendar, rng: np.random.Generator) -> Ints:
    last_days = np.flatnonzero(calendar.show[:-1] & ~calendar.show[1:])
    imports = last_days + rng.integers(calendar.year.first_lag, calendar.year.last_lag + 1, len(last_days))
    return imports[imports < len(calendar.show)]
