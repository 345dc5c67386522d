"""How many different things, and how steadily.

>>> from leadscore.domain.event import Event
>>> from leadscore.domain.time import DAY_US
>>> times = [(0, "chat", "web"), (8, "chat", "email"), (9, "form", "web")]
>>> happened = [Event(str(day), "lead", kind, day * DAY_US, 0, None, by) for day, kind, by in times]
>>> seen = VisibleEvents.of(happened, 10 * DAY_US)
>>> ACTIVE_DAYS.row(30)(seen), STREAK.row(30)(seen), TYPES.row(30)(seen), CHANNELS.row(5)(seen)
(3.0, 2.0, 2.0, 2.0)
>>> CAMPAIGNS.row(30)(seen), LEADS.row(30)(seen)
(0.0, 1.0)
"""

from bisect import bisect_left
from collections.abc import Callable
from typing import Literal

from leadscore.features.aggregation import Aggregation, Span, Term, span_name, within
from leadscore.features.visible_events import VisibleEvents


def _distinct(
    name: str, meaning: str, unit: str, key: Literal["day", "type", "channel", "campaign", "lead"]
) -> Aggregation:
    def row(span: Span) -> Callable[[VisibleEvents], float]:
        if span is None:
            return lambda events: float(len(events.newest_ages(key)))
        return lambda events: float(bisect_left(events.newest_ages(key), span))

    return Aggregation(
        name,
        meaning,
        unit,
        ("window",),
        lambda span: {
            f"distinct_{key}_{span_name(span)}": Term("SUM", f"CASE WHEN d.newest < {span} THEN 1 ELSE 0 END")
        },
        lambda sums, span, _: sums[f"distinct_{key}_{span_name(span)}"].astype(float),
        row,
        level=key,
    )


def _streak_row(span: Span) -> Callable[[VisibleEvents], float]:
    def row(events: VisibleEvents) -> float:
        length = 0
        for age in events.newest_ages("day")[:span]:
            if age != length:
                break
            length += 1
        return float(length)

    return row


ACTIVE_DAYS = _distinct("active_days", "number of days with activity", "days", "day")
"""Days, counted back from as_of, with at least one event; 0 without any."""

CHANNELS = _distinct("channels", "number of different channels", "channels", "channel")
"""Different channels; events without one do not count."""

CAMPAIGNS = _distinct("campaigns", "number of different campaigns", "campaigns", "campaign")
"""Different campaigns; events without one do not count."""

LEADS = _distinct("leads", "number of other leads of the account with activity", "leads", "lead")
"""Different leads; makes sense for the events of the account's other leads."""

TYPES = Aggregation(
    "types",
    "number of different kinds",
    "types",
    ("window",),
    # Within one type it is 0 or 1, so that it costs no pass of its own; over all types these add up.
    lambda span: {f"types_{span_name(span)}": Term("MAX", within(span, "1"), merge="SUM")},
    lambda sums, span, _: sums[f"types_{span_name(span)}"].astype(float),
    lambda span: lambda events: float(bisect_left(events.newest_ages("type"), span or 0)),
)
"""Different event types; 0 without any event."""

TYPES_SELECTED = _distinct("types", TYPES.meaning, TYPES.unit, "type")
"""The same of some selected events, for which no other column is grouped by type."""

STREAK = Aggregation(
    "streak",
    "number of days in a row with activity, up to now",
    "days",
    ("window",),
    lambda span: {
        f"streak_{span}": Term("SUM", f"CASE WHEN d.place = d.newest AND d.newest < {span} THEN 1 ELSE 0 END")
    },
    lambda sums, span, _: sums[f"streak_{span}"].astype(float),
    _streak_row,
    level="day",
)
"""Days in a row with activity, counted back from as_of, at most those of the window; 0 if the last day had none."""
