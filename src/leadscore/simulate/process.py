"""The day-by-day life of simulated leads: endings, engagement events, and the move of intent, for all leads at once.

Each day, a lead in hidden state z (class, intent):

1. ends with the day's chance for z, at any time of the day's opening hours, but not on the day it arrived;
2. has Poisson events at any times of the opening hours, except before its arrival and after its end;
3. moves its intent overnight, by the `pushed` law if a pushing event happened today, else by the `calm` law.

The forward filter inverts exactly these three steps.
"""

from dataclasses import dataclass

import numpy as np

from leadscore.domain.time import DAY_US, LATEST_US
from leadscore.simulate.arrays import Bools, Ints, States
from leadscore.simulate.arrivals import Arrivals
from leadscore.simulate.calendar import Calendar
from leadscore.simulate.draws import draw_along, draw_times_of_day
from leadscore.simulate.law import Law

OPEN = -1


@dataclass(frozen=True)
class Happenings:
    """Engagement events in order of days: lead and type are indexes, `steps` the Poisson steps in the event's value."""

    lead: Ints
    type: Ints
    occurred_at: Ints
    steps: Ints


@dataclass(frozen=True)
class Lives:
    """What happened to every lead.

    intent  hidden intent at the start of each day (on the first day: on arrival), shape (days, leads); OPEN = -1 where
            the lead has not arrived or has ended on an earlier day.
    end     index of how it ended (ENDS), or OPEN, shape (leads,); ended_at: epoch microseconds, LATEST_US if open.
    """

    intent: States
    end: Ints
    ended_at: Ints
    happenings: Happenings


def live(arrivals: Arrivals, calendar: Calendar, law: Law, rng: np.random.Generator) -> Lives:
    """Let all leads live through the calendar, day by day."""
    return _Run(arrivals, calendar, law, rng).through_all_days()


class _Run:
    """The state of one run; `today`'s arrays hold one entry per open lead."""

    def __init__(self, arrivals: Arrivals, calendar: Calendar, law: Law, rng: np.random.Generator) -> None:
        self.arrivals, self.calendar, self.law, self.rng = arrivals, calendar, law, rng
        leads = len(arrivals.source)
        self.intent = arrivals.intent.copy()
        self.end = np.full(leads, OPEN, dtype=np.int64)
        self.ended_at = np.full(leads, LATEST_US, dtype=np.int64)
        self.diary: list[Happenings] = []
        classes, self.intents = law.calm.shape[:2]
        cells = classes * self.intents
        self.end_chances = law.ends.reshape(len(law.ends), cells)
        by_type = law.rates.reshape(*law.rates.shape[:2], cells).transpose(0, 2, 1)
        self.event_rate = by_type.sum(axis=2)
        self.type_reached = by_type.cumsum(axis=2)
        self.depth = law.depth.reshape(len(law.depth), cells)
        calm = law.calm.reshape(cells, self.intents)
        self.stays = law.calm.diagonal(axis1=1, axis2=2).reshape(cells)
        # Most leads stay where they are: draw whether they move first, and where to only for those that do.
        elsewhere = np.where(np.tile(np.eye(self.intents, dtype=np.bool_), (classes, 1)), 0.0, calm)
        self.elsewhere_reached = elsewhere.cumsum(axis=1)
        self.pushed_reached = law.pushed.reshape(cells, self.intents).cumsum(axis=1)

    def through_all_days(self) -> Lives:
        days, leads = len(self.calendar.kind), len(self.arrivals.source)
        diary = np.full((days, leads), OPEN, dtype=np.int8)
        first_of_day = np.searchsorted(self.arrivals.created_day, np.arange(days + 1))
        open_leads = np.empty(0, dtype=np.int64)
        for day in range(days):
            open_leads = np.concatenate([open_leads, np.arange(first_of_day[day], first_of_day[day + 1])])
            diary[day, open_leads] = self.intent[open_leads]
            cell = self.arrivals.hidden_class[open_leads] * self.intents + self.intent[open_leads]
            self._end_some(day, open_leads, cell)
            pushed = self._engage(day, open_leads, cell)
            self._move(open_leads, cell, pushed)
            open_leads = open_leads[self.end[open_leads] == OPEN]
        return Lives(diary, self.end, self.ended_at, _join(self.diary))

    def _end_some(self, day: int, leads: Ints, cell: Ints) -> None:
        chances = self.end_chances[:, cell]
        chances[0] *= self.calendar.win_factor[day]
        chances[:, self.arrivals.created_day[leads] == day] = 0.0
        reached = chances.cumsum(axis=0)
        draw = self.rng.random(len(leads))
        ending = np.flatnonzero(draw < reached[-1])
        self.end[leads[ending]] = (reached[:, ending] <= draw[ending]).sum(axis=0)
        self.ended_at[leads[ending]] = self._day_start(day) + draw_times_of_day(len(ending), self.rng)

    def _engage(self, day: int, leads: Ints, cell: Ints) -> Bools:
        kind = self.calendar.kind[day]
        counts = self.rng.poisson(self.event_rate[kind, cell])
        who = np.repeat(np.arange(len(leads)), counts)
        reached = self.type_reached[kind, cell[who]]
        types = draw_along(reached, self.rng)
        at = self._day_start(day) + draw_times_of_day(len(who), self.rng)
        happened = (at > self.arrivals.created_at[leads[who]]) & (at < self.ended_at[leads[who]])
        who, types, at = who[happened], types[happened], at[happened]
        steps = self.rng.poisson(self.depth[types, cell[who]])
        self.diary.append(Happenings(leads[who], types, at, steps))
        pushed = np.zeros(len(leads), dtype=np.bool_)
        pushed[who[self.law.pushing[types]]] = True
        return pushed

    def _move(self, leads: Ints, cell: Ints, pushed: Bools) -> None:
        moving = np.flatnonzero(~pushed & (self.rng.random(len(leads)) >= self.stays[cell]))
        hit = np.flatnonzero(pushed)
        for reached_by_cell, chosen in ((self.elsewhere_reached, moving), (self.pushed_reached, hit)):
            self.intent[leads[chosen]] = draw_along(reached_by_cell[cell[chosen]], self.rng)

    def _day_start(self, day: int) -> int:
        return self.calendar.start_at + day * DAY_US


def _join(diary: list[Happenings]) -> Happenings:
    return Happenings(
        lead=np.concatenate([page.lead for page in diary]),
        type=np.concatenate([page.type for page in diary]),
        occurred_at=np.concatenate([page.occurred_at for page in diary]),
        steps=np.concatenate([page.steps for page in diary]),
    )
