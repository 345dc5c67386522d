"""How often something happened.

>>> from leadscore.domain.event import Event
>>> from leadscore.domain.time import DAY_US
>>> seen = VisibleEvents.of([Event("a", "lead", "chat", 0, 0), Event("b", "lead", "chat", 9 * DAY_US, 0)], 10 * DAY_US)
>>> COUNT.row(7)(seen), COUNT.row(None)(seen), RATE.row(10)(seen)
(1.0, 2.0, 0.2)
>>> CHANGE.row(5)(seen)  # one in the last five days, one in the five before
0.0
>>> round(DECAYED.row(9)(seen), 3)  # one nine days old, so it counts half, and one of today
1.5
"""

from bisect import bisect_left
from collections.abc import Callable

from leadscore.features.aggregation import Aggregation, Floats, Ints, Span, Sums, Term, Terms, span_name, within
from leadscore.features.arithmetic import DECAY_SCALE, decay_weights, decayed_count
from leadscore.features.visible_events import VisibleEvents

Row = Callable[[VisibleEvents], float]


def count_term(span: Span) -> Terms:
    """The term of a number of events."""
    return {f"count_{span_name(span)}": Term("COUNT", within(span, "1", "NULL"))}


def counted(events: VisibleEvents, span: Span) -> int:
    """How many visible events are inside a window."""
    return len(events.ages) if span is None else bisect_left(events.ages, span)


def _count_figure(sums: Sums, span: Span, _: Ints) -> Floats:
    return sums[f"count_{span_name(span)}"].astype(float)


def _count_row(span: Span) -> Row:
    if span is None:
        return lambda events: float(len(events.ages))
    return lambda events: float(bisect_left(events.ages, span))


def _days_of(span: Span) -> int:
    if span is None:
        raise ValueError("this aggregation needs a window or a half-life")
    return span


def _rate_figure(sums: Sums, span: Span, as_of: Ints) -> Floats:
    return _count_figure(sums, span, as_of) / float(_days_of(span))


def _rate_row(span: Span) -> Row:
    window = _days_of(span)
    return lambda events: float(bisect_left(events.ages, window)) / float(window)


def _change_terms(span: Span) -> Terms:
    return {**count_term(span), **count_term(2 * _days_of(span))}


def _change_figure(sums: Sums, span: Span, _: Ints) -> Floats:
    window = _days_of(span)
    return (2 * sums[f"count_{window}"] - sums[f"count_{2 * window}"]).astype(float)


def _change_row(span: Span) -> Row:
    window = _days_of(span)
    return lambda events: float(2 * bisect_left(events.ages, window) - bisect_left(events.ages, 2 * window))


def _decayed_terms(span: Span) -> Terms:
    return {f"decayed_{span}": Term("SUM", f"COALESCE(w.count_weight_{span}, 0)")}


def _decayed_row(span: Span) -> Row:
    weights = decay_weights(_days_of(span), DECAY_SCALE)
    weight_at, end, one = weights.__getitem__, len(weights), float(DECAY_SCALE)

    def row(events: VisibleEvents) -> float:
        ages = events.ages
        counting = ages if ages[-1] < end else ages[: bisect_left(ages, end)]
        return sum(map(weight_at, counting)) / one

    return row


COUNT = Aggregation("count", "number", "events", ("window", "ever"), count_term, _count_figure, _count_row)
"""Number of events; 0 without any."""

RATE = Aggregation("rate", "number per day", "events per day", ("window",), count_term, _rate_figure, _rate_row)
"""Number of events divided by the days of the window; 0 without any."""

CHANGE = Aggregation(
    "change", "change against the window before", "events", ("window",), _change_terms, _change_figure, _change_row
)
"""Number of events in the window, less the number in the window of the same length before it; 0 without any."""

DECAYED = Aggregation(
    "decayed",
    "number, older ones counting less",
    "events",
    ("half_life",),
    _decayed_terms,
    lambda sums, span, _: decayed_count(sums[f"decayed_{span}"].astype(float)),
    _decayed_row,
)
"""Sum of weights that halve with every half-life of age, in whole days; 0 without any event."""
