"""The facts of the simulated company as Arrow tables, as an extract on the last day would show them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leadscore.domain.time import DAY_US, SECOND_US
from leadscore.simulate.arrays import Ints
from leadscore.simulate.arrivals import Arrivals
from leadscore.simulate.calendar import Calendar
from leadscore.simulate.draws import draw_times_of_day
from leadscore.simulate.law import law_of
from leadscore.simulate.process import OPEN, Happenings, Lives
from leadscore.simulate.world import ENDS, World

NEW_ID_COPY_SHARE, SAME_ID_REPEAT_SHARE = 0.005, 0.010
_NO_VALUE = -1
_PATHS = tuple(json.dumps({"path": path}) for path in ("/", "/product", "/blog", "/docs"))
_CAMPAIGN_DAYS = 91
_REASONS = {
    "lost": ("no budget", "no decision", "went silent", "project stopped"),
    "disqualified": ("no fit", "no real person", "student", "works for a competitor"),
    "competitor": ("price", "missing feature", "existing contract"),
}


@dataclass(frozen=True)
class EventColumns:
    """Events as index columns, one entry each, in order of known_at; value -1 = none."""

    lead: Ints
    type: Ints
    occurred_at: Ints
    known_at: Ints
    value: Ints

    def take(self, at: Ints) -> "EventColumns":
        """The events at these positions."""
        return EventColumns(self.lead[at], self.type[at], self.occurred_at[at], self.known_at[at], self.value[at])

    def followed_by(self, more: "EventColumns") -> "EventColumns":
        """These events and then `more`."""
        pairs = zip(vars(self).values(), vars(more).values(), strict=True)
        return EventColumns(*(np.concatenate(pair) for pair in pairs))


def lead_ids(leads: Ints) -> pa.Array:
    """The ids of leads, e.g. "sim-000012" for lead 12."""
    return pa.array([f"sim-{lead:06d}" for lead in leads.tolist()], pa.string())


def event_columns(
    arrivals: Arrivals, lives: Lives, calendar: Calendar, world: World, rng: np.random.Generator
) -> EventColumns:
    """All events known before the calendar's end: lived ones, those by which leads were collected, and doubled ones.

    A doubled event differs from its original in event_id and in a slightly later known_at only.
    """
    until = calendar.start_at + len(calendar.kind) * DAY_US
    lived = _lived(lives.happenings, calendar, world, rng)
    events = lived.followed_by(_collecting(arrivals, calendar, world, rng))
    events = events.take(np.flatnonzero(events.known_at < until))
    doubled = np.flatnonzero(rng.random(len(events.lead)) < NEW_ID_COPY_SHARE)
    copies = events.take(doubled)
    copies.known_at[:] += rng.integers(1, 120, len(doubled)) * SECOND_US
    events = events.followed_by(copies.take(np.flatnonzero(copies.known_at < until)))
    return events.take(np.lexsort((events.type, events.lead, events.occurred_at, events.known_at)))


def _lived(happenings: Happenings, calendar: Calendar, world: World, rng: np.random.Generator) -> EventColumns:
    type_, law, year = happenings.type, law_of(world), calendar.year
    lag_days = np.where(law.late[type_], rng.integers(year.first_lag, year.last_lag + 1, len(type_)), 0)
    value = _values(world, type_, happenings.steps)
    known_at = happenings.occurred_at + lag_days * DAY_US
    return EventColumns(happenings.lead, type_, happenings.occurred_at, known_at, value)


def _values(world: World, type_: Ints, steps: Ints) -> Ints:
    unit = law_of(world).units[type_]
    return np.where(unit > 0, unit * (1 + steps), _NO_VALUE)


def _collecting(arrivals: Arrivals, calendar: Calendar, world: World, rng: np.random.Generator) -> EventColumns:
    """The events by which leads were collected: on arrival, or at the show whose scans were imported then.

    They follow from the source alone and so tell nothing beyond it.
    """
    types, law = world.event_types, law_of(world)
    by_source = [types.index(source.first_type) if source.first_type else -1 for source in world.sources]
    first_type = np.array(by_source)[arrivals.source]
    lead = np.flatnonzero(first_type >= 0)
    type_, known_at = first_type[lead], arrivals.created_at[lead]
    occurred_at = known_at.copy()
    scanned = np.flatnonzero(law.late[type_])
    show_days = np.flatnonzero(calendar.show)
    latest = np.searchsorted(show_days, arrivals.created_day[lead[scanned]] - calendar.year.first_lag, side="right") - 1
    occurred_at[scanned] = calendar.start_at + show_days[latest] * DAY_US + draw_times_of_day(len(scanned), rng)
    return EventColumns(lead, type_, occurred_at, known_at, _values(world, type_, rng.poisson(1.0, len(lead))))


def events_table(events: EventColumns, calendar: Calendar, world: World, rng: np.random.Generator) -> pa.Table:
    """The events file's columns; times in epoch microseconds."""
    period = (events.occurred_at - calendar.start_at) // DAY_US // _CAMPAIGN_DAYS
    periods = int(period.max(initial=0)) + 1
    names = [f"{one.campaign}-{at + 1:02d}" if one.campaign else None for one in world.events for at in range(periods)]
    browsed = np.array([one.paths for one in world.events])[events.type]
    paths = np.where(browsed, rng.integers(0, len(_PATHS), len(events.type)), len(_PATHS))
    return pa.table(
        {
            "event_id": pa.array([f"sim-e{at:08d}" for at in range(len(events.lead))], pa.string()),
            "lead_id": lead_ids(np.arange(events.lead.max(initial=-1) + 1)).take(pa.array(events.lead)),
            "type": named(world.event_types, events.type),
            "occurred_at": events.occurred_at,
            "known_at": events.known_at,
            "value": pa.array(events.value, mask=events.value == _NO_VALUE),
            "channel": named([one.channel for one in world.events], events.type),
            "campaign": named(names, events.type * periods + np.maximum(period, 0)),
            "properties": named([*_PATHS, None], paths),
        }
    )


def outcomes_table(arrivals: Arrivals, lives: Lives, world: World, rng: np.random.Generator) -> pa.Table:
    """How leads ended, in order of time; known at once, amount in minor units of money for those won."""
    ended = np.flatnonzero(lives.end != OPEN)
    ended = ended[np.argsort(lives.ended_at[ended], kind="stable")]
    end, at = lives.end[ended], lives.ended_at[ended]
    medians = np.array([segment.amount for segment in world.segments])[world.segment_of[arrivals.hidden_class[ended]]]
    amounts = np.rint(medians * np.exp(0.6 * rng.standard_normal(len(ended)))).astype(np.int64)
    pick = rng.random(len(ended))
    reasons = [
        _pick(_REASONS.get(ENDS[kind], ()), share) for kind, share in zip(end.tolist(), pick.tolist(), strict=True)
    ]
    return pa.table(
        {
            "lead_id": lead_ids(ended),
            "outcome": named(ENDS, end),
            "occurred_at": at,
            "known_at": at,
            "amount": pa.array(amounts, mask=end != ENDS.index("won")),
            "reason": pa.array(reasons, pa.string()),
        }
    )


def named(names: Sequence[str | None], at: Ints) -> pa.Array:
    """The name at each index, as text."""
    return pa.array(list(names), pa.string()).take(pa.array(at))


def _pick(options: tuple[str, ...], share: float) -> str | None:
    return options[int(share * len(options))] if options else None
