"""How long ago it was.

>>> from leadscore.domain.event import Event
>>> from leadscore.features.visible_events import VisibleEvents
>>> seen = VisibleEvents.of([Event("a", "lead", "chat", 0, 0), Event("b", "lead", "chat", 9 * DAY_US, 0)], 12 * DAY_US)
>>> DAYS_SINCE_LAST.row(None)(seen), DAYS_SINCE_FIRST.row(None)(seen)
(3.0, 12.0)

Source: recency as T - t_x, Fader, Hardie and Lee (2005), Marketing Science 24(2), 275-284.
"""

import math

from leadscore.domain.time import DAY_US
from leadscore.features.aggregation import Aggregation, Term
from leadscore.features.arithmetic import days

_DAY = float(DAY_US)

DAYS_SINCE_LAST = Aggregation(
    "days_since_last",
    "days since the latest",
    "days",
    ("ever",),
    lambda _: {"last_at": Term("MAX", "a.occurred_at")},
    lambda sums, _, as_of: days((as_of - sums["last_at"]).astype(float)),
    lambda _: lambda events: events.newest / _DAY,
    empty=math.nan,
)
"""Days, with fractions, from the latest event to as_of; missing without any."""

DAYS_SINCE_FIRST = Aggregation(
    "days_since_first",
    "days since the first",
    "days",
    ("ever",),
    lambda _: {"first_at": Term("MIN", "a.occurred_at")},
    lambda sums, _, as_of: days((as_of - sums["first_at"]).astype(float)),
    lambda _: lambda events: events.oldest / _DAY,
    empty=math.nan,
)
"""Days, with fractions, from the first event to as_of; missing without any."""
