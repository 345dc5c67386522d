"""What an aggregation is: one definition with a form for bulk SQL and a form for one lead.

The two forms must give the same bits; `leadscore features check` tries every aggregation that is configured.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from leadscore.features.visible_events import VisibleEvents

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Span = int | None
"""Days of the window or of the half-life; None means all events before as_of."""
Operation = Literal["COUNT", "SUM", "MIN", "MAX"]
SpanKind = Literal["window", "half_life", "ever"]
Level = Literal["event", "day", "type", "channel", "campaign", "lead"]


@dataclass(frozen=True, slots=True)
class Term:
    """One integer that SQL computes from the visible events of a snapshot.

    operation  SUM, MIN or MAX of the expression, or COUNT of the rows where it is not null.
    over       ANSI SQL over integers. Events: `a.age_days` (whole days before as_of), `a.occurred_at`, `a.event_value`
               (thousandths, 0 without a value), `a.has_value` (0 or 1), `w.count_weight_<h>` and `w.value_weight_<h>`
               (null beyond the table). Distinct keys: `d.newest` (age_days of the key's latest event), `d.place` (0 for
               the newest key).
    merge      how the terms of single event types become the term of all types; None means by the same operation;
               counts add up.
    """

    operation: Operation
    over: str
    merge: Operation | None = None


Terms = Mapping[str, Term]
Sums = Mapping[str, Ints]


@dataclass(frozen=True, slots=True)
class Aggregation:
    """A way of turning visible events into one number.

    name         part of the feature name, [a-z_].
    meaning      what it measures, in words that go before "of <events>".
    unit         of the values.
    spans        which spans make sense: a window, a half-life, all events before as_of ("ever").
    terms        span -> the integers it needs, by a name that stands for one expression everywhere.
    figure       (terms of the snapshots, span, as_of of the snapshots) -> values, float64, all arrays of one shape.
    row          span -> a function from the visible events of one lead (at least one) to the value.
    empty        the value without any visible event; NaN where there is nothing to measure from.
    level        "event" if the terms run over events, else the key whose distinct values they run over.
    needs_value  the default rule gives it only to types that carry values.
    """

    name: str
    meaning: str
    unit: str
    spans: tuple[SpanKind, ...]
    terms: Callable[[Span], Terms]
    figure: Callable[[Sums, Span, Ints], Floats]
    row: Callable[[Span], Callable[[VisibleEvents], float]]
    empty: float = 0.0
    level: Level = "event"
    needs_value: bool = False


def within(span: Span, inside: str, outside: str = "0") -> str:
    """SQL for a value that counts only inside a window.

    >>> within(7, "1"), within(None, "1")
    ('CASE WHEN a.age_days < 7 THEN 1 ELSE 0 END', '1')
    """
    return inside if span is None else f"CASE WHEN a.age_days < {span} THEN {inside} ELSE {outside} END"


def span_name(span: Span) -> str:
    """A span as part of a term's name.

    >>> span_name(7), span_name(None)
    ('7', 'ever')
    """
    return "ever" if span is None else str(span)
