"""The facts of the simulated company as Arrow tables, as an extract on the last day would show them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leadscore.domain.time import DAY_US, SECOND_US
from leadscore.simulate.arrays import Ints
from leadscore.simulate.arrivals import Arrivals
from leadscore.simulate.calendar import FIRST_LAG_DAYS, LAST_LAG_DAYS, Calendar
from leadscore.simulate.classes import ENDS, SEGMENT_OF
from leadscore.simulate.draws import draw_times_of_day
from leadscore.simulate.engagement import EVENT_TYPES, LATE_TYPE, MINUTES_STEP
from leadscore.simulate.process import OPEN, Happenings, Lives
from leadscore.simulate.sources import SOURCE_NAMES, SOURCES

NEW_ID_COPY_SHARE, SAME_ID_REPEAT_SHARE = 0.005, 0.010
_NO_VALUE = -1
_PAGES, _ATTENDED, _SHOW = (EVENT_TYPES.index(name) for name in ("page_viewed", "webinar_attended", LATE_TYPE))
_CHANNELS = {
    "email": "email",
    "post": "social",
    "webinar": "webinar",
    "chat": "chat",
    "show": "event",
    "referral": "partner",
}
_CAMPAIGNS = {"email": "newsletter", "post": "social-series", "webinar": "webinar-series"}
_PATHS = tuple(json.dumps({"path": path}) for path in ("/", "/product", "/blog", "/docs"))
_CAMPAIGN_DAYS = 91
_AMOUNT_MEDIANS = np.array([200_00, 9_000_00, 60_000_00])
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
    arrivals: Arrivals, lives: Lives, calendar: Calendar, until: int, rng: np.random.Generator
) -> EventColumns:
    """All events known before `until`: those of the process, those by which leads were collected, and doubled ones.

    A doubled event differs from its original in event_id and in a slightly later known_at only.
    """
    events = _lived(lives.happenings, rng).followed_by(_collecting(arrivals, calendar, rng))
    events = events.take(np.flatnonzero(events.known_at < until))
    doubled = np.flatnonzero(rng.random(len(events.lead)) < NEW_ID_COPY_SHARE)
    copies = events.take(doubled)
    copies.known_at[:] += rng.integers(1, 120, len(doubled)) * SECOND_US
    events = events.followed_by(copies.take(np.flatnonzero(copies.known_at < until)))
    return events.take(np.lexsort((events.type, events.lead, events.occurred_at, events.known_at)))


def _lived(happenings: Happenings, rng: np.random.Generator) -> EventColumns:
    type_ = happenings.type
    lag_days = np.where(type_ == _SHOW, rng.integers(FIRST_LAG_DAYS, LAST_LAG_DAYS + 1, len(type_)), 0)
    value = np.full(len(type_), _NO_VALUE, dtype=np.int64)
    pages, attended = type_ == _PAGES, type_ == _ATTENDED
    value[pages] = 1 + happenings.steps[pages]
    value[attended] = MINUTES_STEP * (1 + happenings.steps[attended])
    known_at = happenings.occurred_at + lag_days * DAY_US
    return EventColumns(happenings.lead, type_, happenings.occurred_at, known_at, value)


def _collecting(arrivals: Arrivals, calendar: Calendar, rng: np.random.Generator) -> EventColumns:
    """The events by which leads were collected: on arrival, or at the show whose scans were imported then.

    They follow from the source alone and so tell nothing beyond it.
    """
    first_type = np.array([EVENT_TYPES.index(s.first_type) if s.first_type else -1 for s in SOURCES])[arrivals.source]
    lead = np.flatnonzero(first_type >= 0)
    type_, known_at = first_type[lead], arrivals.created_at[lead]
    occurred_at = known_at.copy()
    scanned = np.flatnonzero(type_ == _SHOW)
    show_days = np.flatnonzero(calendar.show)
    latest = np.searchsorted(show_days, arrivals.created_day[lead[scanned]] - FIRST_LAG_DAYS, side="right") - 1
    occurred_at[scanned] = calendar.start_at + show_days[latest] * DAY_US + draw_times_of_day(len(scanned), rng)
    value = np.where(type_ == _PAGES, 1 + rng.poisson(1.0, len(lead)), _NO_VALUE)
    return EventColumns(lead, type_, occurred_at, known_at, value)


def events_table(events: EventColumns, calendar: Calendar, rng: np.random.Generator) -> pa.Table:
    """The events file's columns; times in epoch microseconds, value in pages or minutes."""
    campaigns = [_by_type(_CAMPAIGNS, name) for name in EVENT_TYPES]
    period = (events.occurred_at - calendar.start_at) // DAY_US // _CAMPAIGN_DAYS
    periods = int(period.max(initial=0)) + 1
    names = [f"{name}-{at + 1:02d}" if name else None for name in campaigns for at in range(periods)]
    paths = np.where(events.type == _PAGES, rng.integers(0, len(_PATHS), len(events.type)), len(_PATHS))
    return pa.table(
        {
            "event_id": pa.array([f"sim-e{at:08d}" for at in range(len(events.lead))], pa.string()),
            "lead_id": lead_ids(np.arange(events.lead.max(initial=-1) + 1)).take(pa.array(events.lead)),
            "type": named(EVENT_TYPES, events.type),
            "occurred_at": events.occurred_at,
            "known_at": events.known_at,
            "value": pa.array(events.value, mask=events.value == _NO_VALUE),
            "channel": named([_by_type(_CHANNELS, name) or "web" for name in EVENT_TYPES], events.type),
            "campaign": named(names, events.type * periods + np.maximum(period, 0)),
            "properties": named([*_PATHS, None], paths),
        }
    )


def outcomes_table(arrivals: Arrivals, lives: Lives, rng: np.random.Generator) -> pa.Table:
    """How leads ended, in order of time; known at once, amount in minor units of money for those won."""
    ended = np.flatnonzero(lives.end != OPEN)
    ended = ended[np.argsort(lives.ended_at[ended], kind="stable")]
    end, at = lives.end[ended], lives.ended_at[ended]
    medians = _AMOUNT_MEDIANS[SEGMENT_OF[arrivals.hidden_class[ended]]]
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


def source_column(arrivals: Arrivals) -> pa.Array:
    """The name of each lead's source."""
    return named(SOURCE_NAMES, arrivals.source)


def named(names: Sequence[str | None], at: Ints) -> pa.Array:
    """The name at each index, as text."""
    return pa.array(list(names), pa.string()).take(pa.array(at))


def _by_type(table: dict[str, str], event_type: str) -> str | None:
    return table.get(event_type.split("_", maxsplit=1)[0])


def _pick(options: tuple[str, ...], share: float) -> str | None:
    return options[int(share * len(options))] if options else None
