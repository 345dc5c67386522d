"""The SQL texts behind bulk features: plain ANSI over integer columns, the same for every engine.

Tables that must be there, all columns 64-bit integers:

    snapshots        snapshot_row, lead, as_of
    events           lead, series, occurred_at, known_at, event_value (null without one, at most
                     VALUE_LIMIT either way), event_type, channel,
                     campaign (-1 for none; only where a feature tells them apart)
    account_events   the same columns; events that count for the other leads of an account
    account_members  lead, account, known_from, known_until: the account as known when known_from < as_of <= known_until
    weights          age_days, count_weight_<h>, value_weight_<h> for each half-life
    attributes       lead, attribute, turn, known_at, created_at; among the values of one attribute of one lead the one
                     with the largest turn is the latest

No division but of an exact multiple, no sum of fractions: any engine gives the same bits.
"""

from collections.abc import Iterator, Sequence

from leadscore.domain.errors import UsageError
from leadscore.domain.time import DAY_US
from leadscore.features.aggregation import Term, Terms
from leadscore.features.arithmetic import VALUE_LIMIT, VALUE_PART
from leadscore.features.counting import count_term
from leadscore.features.definitions import NOT_OF_EVENTS, SHARE, Feature
from leadscore.features.series import ANY, Series, aggregation_of, level_of

LATEST_ATTRIBUTES = """
SELECT s.snapshot_row, a.attribute, MAX(a.turn) AS turn
FROM snapshots s JOIN attributes a ON a.lead = s.lead
WHERE a.known_at < s.as_of OR a.known_at = a.created_at
GROUP BY s.snapshot_row, a.attribute
"""
"""One row per snapshot and attribute that has a visible value: the turn of the latest one."""

ACCOUNTS_KNOWN = """
SELECT DISTINCT s.snapshot_row
FROM snapshots s JOIN account_members m ON m.lead = s.lead AND m.known_from < s.as_of AND s.as_of <= m.known_until
"""
"""The snapshots whose lead belongs to an account as far as is known."""

LEVELS = ("event", "day", "type", "channel", "campaign", "lead")
"""Levels in the order of their numbers in the answer."""
_KEY_COLUMNS = {"day": "age_days", "type": "event_type", "channel": "channel", "campaign": "campaign", "lead": "lead"}


def half_lives(features: Sequence[Feature]) -> list[int]:
    """The half-lives that occur, rising."""
    return sorted({feature.half_life_days for feature in features if feature.half_life_days is not None})


def event_sql(features: Sequence[Feature]) -> str:
    """The text that aggregates events: one row per level, snapshot and series.

    Columns of the result  level (place in LEVELS), snapshot_row, series, then every term by its name; a term of another
                           level is 0. The series ANY has rows at the levels of distinct keys only.
    """
    series = Series(tuple(features))
    levels = {level: _terms(features, level) for level in series.levels()}
    columns = [name for terms in levels.values() for name in terms]
    expressions = " ".join(term.over for terms in levels.values() for term in terms.values())
    needed = {level for level in levels if level != "event"}
    queries = [
        _event_rows(series, terms, columns) if level == "event" else _key_rows(series, level, features, terms, columns)
        for level, terms in levels.items()
    ]
    return f"""
WITH visible AS ({_visible(series, needed)}), aged AS (
  SELECT {", ".join(_aged(expressions, needed))}
  FROM visible
)
{" UNION ALL ".join(queries) or _NO_ROWS}
"""


_NO_ROWS = "SELECT snapshot_row AS level, snapshot_row, series FROM aged WHERE series < series"


def _visible(series: Series, needed: set[str]) -> str:
    more = "".join(f", e.{_KEY_COLUMNS[level]}" for level in sorted(needed - {"day"}))
    columns = f"s.snapshot_row, e.series, e.occurred_at, e.event_value, s.as_of - e.occurred_at - 1 AS age{more}"
    visible = "e.occurred_at < s.as_of AND e.known_at < s.as_of"
    own = f"SELECT {columns} FROM snapshots s JOIN events e ON e.lead = s.lead AND {visible}"
    if not series.with_accounts:
        return own
    as_of = "m.known_from < s.as_of AND s.as_of <= m.known_until"
    return f"""{own}
  UNION ALL SELECT {columns} FROM snapshots s
  JOIN account_members m ON m.lead = s.lead AND {as_of}
  JOIN account_members o ON o.account = m.account AND o.lead <> s.lead AND {as_of.replace("m.", "o.")}
  JOIN account_events e ON e.lead = o.lead AND {visible}"""


def _aged(expressions: str, needed: set[str]) -> Iterator[str]:
    value = "COALESCE(event_value, 0)"
    low = f"MOD({value} + {VALUE_LIMIT}, {VALUE_PART})"
    yield from ("snapshot_row", "series", "occurred_at")
    yield f"CAST((age - MOD(age, {DAY_US})) / {DAY_US} AS BIGINT) AS age_days"
    yield from sorted(_KEY_COLUMNS[level] for level in needed - {"day"})
    # A column that no term reads is left out: it would be worked out for every pair of snapshot and event.
    if "a.event_value" in expressions:
        yield f"{value} AS event_value"
    if "a.has_value" in expressions:
        yield "CASE WHEN event_value IS NULL THEN 0 ELSE 1 END AS has_value"
    if "a.high_value" in expressions:
        yield f"CAST(({value} - {low}) / {VALUE_PART} AS BIGINT) AS high_value"
    if "a.low_value" in expressions:
        yield f"{low} AS low_value"


def _event_rows(series: Series, terms: Terms, columns: Sequence[str]) -> str:
    mine = set(series.at_level("event"))
    others = sorted(number for number in series.numbers.values() if number not in mine)
    where = f" WHERE a.series NOT IN ({', '.join(map(str, others))})" if others else ""
    weights = " LEFT JOIN weights w ON w.age_days = a.age_days"
    join = weights if any("w." in term.over for term in terms.values()) else ""
    return f"""
SELECT {_head("event", "a")}, {_listed(terms, columns)}
FROM aged a{join}{where}
GROUP BY a.snapshot_row, a.series"""


def _key_rows(series: Series, level: str, features: Sequence[Feature], terms: Terms, columns: Sequence[str]) -> str:
    key = _KEY_COLUMNS[level]
    mine = series.at_level(level)
    spans = [feature.window_days for feature in features if _counts_at(feature, level)]
    limits = [f"{key} >= 0"]
    if None not in spans:
        limits.append(f"age_days < {max(span or 0 for span in spans)}")
    sources = []
    if ANY in mine:
        sources.append(
            f"SELECT snapshot_row, {ANY} AS series, {key} AS key_value, age_days FROM aged WHERE series >= 0"
        )
    chosen = ", ".join(str(number) for number in mine if number != ANY)
    if chosen:
        sources.append(
            f"SELECT snapshot_row, series, {key} AS key_value, age_days FROM aged WHERE series IN ({chosen})"
        )
    rows = " UNION ALL ".join(f"{source} AND {' AND '.join(limits)}" for source in sources)
    place = (
        ", ROW_NUMBER() OVER (PARTITION BY k.snapshot_row, k.series ORDER BY MIN(k.age_days)) - 1 AS place"
        if any("d.place" in term.over for term in terms.values())
        else ""
    )
    return f"""
SELECT {_head(level, "d")}, {_listed(terms, columns)}
FROM (
  SELECT k.snapshot_row, k.series, MIN(k.age_days) AS newest{place} FROM ({rows}) k
  GROUP BY k.snapshot_row, k.series, k.key_value
) d
GROUP BY d.snapshot_row, d.series"""


def _head(level: str, alias: str) -> str:
    number = f"CAST({LEVELS.index(level)} AS BIGINT) AS level"
    return f"{number}, {alias}.snapshot_row AS snapshot_row, CAST({alias}.series AS BIGINT) AS series"


def _counts_at(feature: Feature, level: str) -> bool:
    return feature.kind not in NOT_OF_EVENTS and level_of(feature) == level


def terms_of(feature: Feature) -> Terms:
    """The integers that one event feature needs."""
    return (count_term if feature.kind == SHARE else aggregation_of(feature).terms)(feature.span)


def _terms(features: Sequence[Feature], level: str) -> Terms:
    terms: dict[str, Term] = {}
    for feature in features:
        if _counts_at(feature, level):
            for name, term in terms_of(feature).items():
                if terms.setdefault(name, term) != term:
                    raise UsageError(
                        "LS-FEATURE-02",
                        where=f"aggregation {feature.kind}",
                        found=f"its term {name} stands for another expression elsewhere",
                        fix="name its terms after the aggregation",
                    )
    return terms


def _listed(terms: Terms, columns: Sequence[str]) -> str:
    return ", ".join(f"CAST({_expression(terms, column)} AS BIGINT) AS {column}" for column in columns)


def _expression(terms: Terms, column: str) -> str:
    found = terms.get(column)
    return "0" if found is None else f"{found.operation}({found.over})"
