"""The SQL texts behind bulk features: plain ANSI over integer columns, the same for every engine.

Tables that must be there, all columns 64-bit integers:

    snapshots   snapshot_row, lead, as_of
    events      lead, event_type, occurred_at, known_at, event_value (nullable)
    weights     age_days, count_weight_<h>, value_weight_<h> for each half-life
    attributes  lead, attribute, turn, known_at, created_at; among the values of one attribute of one lead the one with
                the largest turn is the latest

No division but of an exact multiple, no sum of fractions: any engine gives the same bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from leadscore.domain.time import DAY_US
from leadscore.features.aggregations import VALUE_LIMIT, VALUE_PART
from leadscore.features.definitions import Feature

ALL_TYPES = -1
"""The event_type of the rows that count active days."""

LATEST_ATTRIBUTES = """
SELECT s.snapshot_row, a.attribute, MAX(a.turn) AS turn
FROM snapshots s JOIN attributes a ON a.lead = s.lead
WHERE a.known_at < s.as_of OR a.known_at = a.created_at
GROUP BY s.snapshot_row, a.attribute
"""
"""One row per snapshot and attribute that has a visible value: the turn of the latest one."""


@dataclass(frozen=True, slots=True)
class Spans:
    """The days a feature set asks for, each list rising and without repeats."""

    windows: tuple[int, ...]
    half_lives: tuple[int, ...]
    value_half_lives: tuple[int, ...]
    active_windows: tuple[int, ...]


def spans_of(features: Sequence[Feature]) -> Spans:
    """The windows and half-lives that occur in some features."""

    def rising(kinds: tuple[str, ...], attribute: str) -> tuple[int, ...]:
        found = {getattr(feature, attribute) for feature in features if feature.kind in kinds}
        return tuple(sorted(found - {None}))

    return Spans(
        windows=rising(("count", "types"), "window_days"),
        half_lives=rising(("decayed",), "half_life_days"),
        value_half_lives=rising(("value_decayed",), "half_life_days"),
        active_windows=rising(("active_days",), "window_days"),
    )


def event_sql(spans: Spans) -> str:
    """The text that aggregates events: one row per snapshot and event type, and one per snapshot for active days.

    Columns of the result  snapshot_row, event_type, count_ever, first_at, last_at, value_ever, then one for each span:
                           count_<days>, decayed_<h>, high_<h>, low_<h>, active_<days>.
    """
    per_type = _per_type(spans)
    per_snapshot = _per_snapshot(spans)
    columns = [*per_type, *per_snapshot]
    return f"""
WITH visible AS (
  SELECT s.snapshot_row, e.event_type, e.occurred_at, e.event_value,
    s.as_of - e.occurred_at - 1 AS age,
    MOD(e.event_value + {VALUE_LIMIT}, {VALUE_PART}) AS low_value
  FROM snapshots s JOIN (
    SELECT lead, event_type, occurred_at, known_at, CASE
      WHEN event_value > {VALUE_LIMIT} THEN {VALUE_LIMIT}
      WHEN event_value < -{VALUE_LIMIT} THEN -{VALUE_LIMIT}
      ELSE COALESCE(event_value, 0) END AS event_value
    FROM events
  ) e ON e.lead = s.lead AND e.occurred_at < s.as_of AND e.known_at < s.as_of
), aged AS (
  SELECT snapshot_row, event_type, occurred_at, event_value, low_value,
    CAST((age - MOD(age, {DAY_US})) / {DAY_US} AS BIGINT) AS age_days,
    CAST((event_value - low_value) / {VALUE_PART} AS BIGINT) AS high_value
  FROM visible
)
SELECT a.snapshot_row, a.event_type, {_listed(per_type, columns)}
FROM aged a LEFT JOIN weights w ON w.age_days = a.age_days
GROUP BY a.snapshot_row, a.event_type
UNION ALL
SELECT d.snapshot_row, CAST({ALL_TYPES} AS BIGINT) AS event_type, {_listed(per_snapshot, columns)}
FROM (SELECT DISTINCT snapshot_row, age_days FROM aged WHERE age_days < {max(spans.active_windows, default=0)}) d
GROUP BY d.snapshot_row
"""  # noqa: S608  - only integers and names made here are filled in


def _per_type(spans: Spans) -> dict[str, str]:
    terms = {
        "count_ever": "COUNT(*)",
        "first_at": "MIN(a.occurred_at)",
        "last_at": "MAX(a.occurred_at)",
        "value_ever": "SUM(a.event_value)",
    }
    terms |= {f"count_{w}": f"SUM(CASE WHEN a.age_days < {w} THEN 1 ELSE 0 END)" for w in spans.windows}
    terms |= {f"decayed_{h}": f"SUM(COALESCE(w.count_weight_{h}, 0))" for h in spans.half_lives}
    for h in spans.value_half_lives:
        terms[f"high_{h}"] = f"SUM(a.high_value * COALESCE(w.value_weight_{h}, 0))"
        terms[f"low_{h}"] = f"SUM(a.low_value * COALESCE(w.value_weight_{h}, 0))"
    return terms


def _per_snapshot(spans: Spans) -> dict[str, str]:
    return {f"active_{w}": f"SUM(CASE WHEN d.age_days < {w} THEN 1 ELSE 0 END)" for w in spans.active_windows}


def _listed(terms: dict[str, str], columns: Sequence[str]) -> str:
    return ", ".join(f"CAST({terms.get(column, '0')} AS BIGINT) AS {column}" for column in columns)
