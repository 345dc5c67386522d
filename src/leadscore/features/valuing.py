"""How much it was: pages read, minutes watched, money.

>>> from leadscore.domain.event import Event
>>> from leadscore.domain.time import DAY_US
>>> values = [Event("a", "lead", "chat", 0, 0, 4_000), Event("b", "lead", "chat", 9 * DAY_US, 0, 1_000)]
>>> seen = VisibleEvents.of([*values, Event("c", "lead", "chat", 9 * DAY_US, 0)], 10 * DAY_US)
>>> VALUE.row(None)(seen), VALUE_MEAN.row(None)(seen), VALUE_MAX.row(None)(seen)
(5.0, 2.5, 4.0)
>>> VALUE.row(7)(seen), VALUE_MAX.row(7)(seen)
(1.0, 1.0)
>>> round(VALUE_DECAYED.row(9)(seen), 3)  # 4 nine days ago count half, 1 of today counts whole
3.0
"""

import math
from collections.abc import Callable

import numpy as np

from leadscore.features.aggregation import Aggregation, Floats, Ints, Span, Sums, Term, Terms, span_name, within
from leadscore.features.arithmetic import (
    VALUE_DECAY_SCALE,
    VALUE_LIMIT,
    VALUE_PART,
    decay_weights,
    decayed_value,
    value_sum,
)
from leadscore.features.visible_events import VisibleEvents

_NOTHING = -VALUE_LIMIT - 1
Row = Callable[[VisibleEvents], float]


def _inside(events: VisibleEvents, span: Span) -> list[int]:
    return [value for age, value in events.values if span is None or age < span]


def _sum_terms(span: Span) -> Terms:
    return {f"value_{span_name(span)}": Term("SUM", within(span, "a.event_value"))}


def _sum_row(span: Span) -> Row:
    return lambda events: value_sum(float(sum(_inside(events, span))))


def _mean_terms(span: Span) -> Terms:
    return {**_sum_terms(span), f"valued_{span_name(span)}": Term("SUM", within(span, "a.has_value"))}


def _mean_figure(sums: Sums, span: Span, _: Ints) -> Floats:
    total, number = (sums[f"{name}_{span_name(span)}"].astype(float) for name in ("value", "valued"))
    return value_sum(np.divide(total, number, out=np.full(len(total), math.nan), where=number > 0))


def _mean_row(span: Span) -> Row:
    def row(events: VisibleEvents) -> float:
        found = _inside(events, span)
        return value_sum(float(sum(found)) / float(len(found))) if found else math.nan

    return row


def _max_terms(span: Span) -> Terms:
    largest = f"CASE WHEN a.has_value = 1 THEN a.event_value ELSE {_NOTHING} END"
    return {f"largest_{span_name(span)}": Term("MAX", within(span, largest, str(_NOTHING)))}


def _max_figure(sums: Sums, span: Span, _: Ints) -> Floats:
    largest = sums[f"largest_{span_name(span)}"]
    return np.where(largest == _NOTHING, math.nan, value_sum(largest.astype(float)))


def _max_row(span: Span) -> Row:
    def row(events: VisibleEvents) -> float:
        found = _inside(events, span)
        return value_sum(float(max(found))) if found else math.nan

    return row


def _decayed_terms(span: Span) -> Terms:
    weight = f"COALESCE(w.value_weight_{span}, 0)"
    return {
        f"high_{span}": Term("SUM", f"a.high_value * {weight}"),
        f"low_{span}": Term("SUM", f"a.low_value * {weight}"),
    }


def _decayed_row(span: Span) -> Row:
    if span is None:
        raise ValueError("a decayed sum needs a half-life")
    weights = decay_weights(span, VALUE_DECAY_SCALE)
    end = len(weights)

    def row(events: VisibleEvents) -> float:
        high = low = 0
        for age, value in events.values:
            if age < end:
                high += value // VALUE_PART * weights[age]
                low += value % VALUE_PART * weights[age]
        return decayed_value(float(high), float(low))

    return row


VALUE = Aggregation(
    "value",
    "total value",
    "units of the value",
    ("window", "ever"),
    _sum_terms,
    lambda sums, span, _: value_sum(sums[f"value_{span_name(span)}"].astype(float)),
    _sum_row,
    needs_value=True,
)
"""Sum of the values; 0 without any. A value counts at most 2^40 thousandths either way."""

VALUE_MEAN = Aggregation(
    "value_mean",
    "mean value",
    "units of the value",
    ("window", "ever"),
    _mean_terms,
    _mean_figure,
    _mean_row,
    empty=math.nan,
    needs_value=True,
)
"""Mean over the events that carry a value; missing without any."""

VALUE_MAX = Aggregation(
    "value_max",
    "largest value",
    "units of the value",
    ("window", "ever"),
    _max_terms,
    _max_figure,
    _max_row,
    empty=math.nan,
    needs_value=True,
)
"""Largest value; missing without any."""

VALUE_DECAYED = Aggregation(
    "value_decayed",
    "total value, older ones counting less",
    "units of the value",
    ("half_life",),
    _decayed_terms,
    lambda sums, span, _: decayed_value(sums[f"high_{span}"].astype(float), sums[f"low_{span}"].astype(float)),
    _decayed_row,
    needs_value=True,
)
"""Sum of the values, each with a weight that halves with every half-life of age; 0 without any."""
