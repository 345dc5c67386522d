"""Writing attribute history, events and outcomes: idempotent, and the same result in any order of imports."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple

import sqlalchemy as sa

from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue
from leadscore.domain.outcome import Outcome
from leadscore.ingest.identity import is_address_name
from leadscore.ingest.mentions import address_words, id_word
from leadscore.store.bulk import Row, batches, fetch_rows, insert_rows
from leadscore.store.engine import Store, writing
from leadscore.store.links import set_addresses
from leadscore.store.suppression import nobody_suppressed, suppressed_places
from leadscore.store.tables import ATTRIBUTES, EVENTS, OUTCOMES


class Rejected(NamedTuple):
    """A row that repeats a stored key with other content: its position among the rows given, and why."""

    position: int
    column: str
    reason: str


@dataclass(slots=True)
class InsertResult:
    """What became of rows: every row is inserted, unchanged or rejected.

    suppressed   how many of the unchanged ones speak of erased people and were stored nowhere.
    """

    inserted: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    suppressed: int = 0

    def add(self, other: "InsertResult", offset: int) -> None:
        """Count further rows in, whose first stands at position `offset`."""
        self.inserted += other.inserted
        self.unchanged += other.unchanged
        self.rejected += [row._replace(position=row.position + offset) for row in other.rejected]


@dataclass(frozen=True)
class _Kind:
    """How a kind of fact is told apart: key columns come first, with `keeps_earliest` a known_at that may fall last.

    text    the text in which it may name people.
    """

    table: sa.Table
    key: tuple[str, ...]
    values: Callable[[Any], Row]
    keeps_earliest: bool
    text: Callable[[Any], str | None]


def _kind(table: sa.Table, keeps_earliest: bool, text: str, without: tuple[str, ...] = ()) -> _Kind:
    columns = [column.name for column in table.c if column.name not in without]
    key = tuple(table.primary_key.columns.keys())
    return _Kind(table, key, attrgetter(*columns), keeps_earliest, attrgetter(text))


_EVENTS = _kind(EVENTS, keeps_earliest=True, text="properties")
_OUTCOMES = _kind(OUTCOMES, keeps_earliest=True, text="reason")
_ATTRIBUTES = _kind(ATTRIBUTES, keeps_earliest=False, text="value", without=("stated_at",))


def insert_events(store: Store, rows: Sequence[Event]) -> InsertResult:
    """Store events, unique by event_id; events of unknown leads are kept."""
    return _insert(store, _EVENTS, rows)


def insert_outcomes(store: Store, rows: Sequence[Outcome]) -> InsertResult:
    """Store outcomes, unique by lead, outcome and time."""
    return _insert(store, _OUTCOMES, rows)


def insert_attributes(store: Store, rows: Sequence[AttributeValue]) -> InsertResult:
    """Store attribute history, unique by lead, name and known_at; e-mail addresses say who is who."""
    with writing(store) as connection:
        result = _add_wanted(connection, _ATTRIBUTES, rows)
        told = sorted({row.lead_id for row in rows if is_address_name(row.name)})
        addresses: dict[str, list[tuple[int, str | None]]] = {lead_id: [] for lead_id in told}
        for lead_id, name, known_at, value, _ in fetch_rows(
            connection, ATTRIBUTES, ("lead_id",), [(each,) for each in told]
        ):
            if is_address_name(name):
                addresses[lead_id].append((known_at, value))
        set_addresses(connection, addresses)
    return result


def add_current_attributes(
    connection: sa.Connection, rows: Sequence[AttributeValue], stated: Mapping[str, int] | None = None
) -> int:
    """Store values that hold from now on, within a transaction of the caller; one that holds already adds nothing.

    rows     of several values of one attribute the last counts.
    stated   lead -> when its values were stated, if that was earlier: one that is known to have changed since adds
             nothing.
    Returns  number of values stored.
    """
    wanted = {(row.lead_id, row.name): row for row in rows}
    latest: dict[Row, tuple[int, str | None]] = {}
    for lead_id, name, known_at, value, _ in fetch_rows(connection, ATTRIBUTES, ("lead_id", "name"), list(wanted)):
        latest[lead_id, name] = max(latest.get((lead_id, name), (known_at, value)), (known_at, value), key=_first)
    new = []
    for key, row in wanted.items():
        known_at, value = latest.get(key, (None, None))
        since = (stated or {}).get(row.lead_id, row.known_at)
        outdated = known_at is not None and since < known_at < row.known_at
        if value != row.value and not outdated:
            # Two values within one microsecond: the later one needs an instant of its own.
            at = row.known_at if known_at is None else max(row.known_at, known_at + 1)
            new.append((*key, at, row.value, None))
    return insert_rows(connection, ATTRIBUTES, new)


def _insert(store: Store, kind: _Kind, rows: Sequence[Any]) -> InsertResult:
    with writing(store) as connection:
        return _add_wanted(connection, kind, rows)


def _add_wanted(connection: sa.Connection, kind: _Kind, rows: Sequence[Any]) -> InsertResult:
    """Add the rows that speak of no erased person; the others count as unchanged."""
    if nobody_suppressed(connection):
        return _add(connection, kind, rows)
    words = [{id_word(row.lead_id), *address_words(kind.text(row) or "")} for row in rows]
    erased = suppressed_places(connection, words)
    kept = [place for place in range(len(rows)) if place not in erased]
    result = _add(connection, kind, [rows[place] for place in kept])
    result.rejected = [row._replace(position=kept[row.position]) for row in result.rejected]
    result.unchanged, result.suppressed = result.unchanged + len(erased), len(erased)
    return result


def _add(connection: sa.Connection, kind: _Kind, rows: Sequence[Any]) -> InsertResult:
    result = InsertResult()
    for start, end in batches(len(rows)):
        part = list(map(kind.values, rows[start:end]))
        result.add(_add_batch(connection, kind, part), start)
    return result


def _add_batch(connection: sa.Connection, kind: _Kind, rows: list[Row]) -> InsertResult:
    unset = (None,) * (len(kind.table.c) - len(rows[0]))
    inserted = insert_rows(connection, kind.table, [row + unset for row in rows] if unset else rows)
    if inserted == len(rows):
        return InsertResult(inserted)
    # Some keys were there before, or stand twice among the rows: compare every row with what is stored now.
    width = len(kind.key)
    content = slice(None, -1) if kind.keeps_earliest else slice(len(rows[0]))
    stored = {row[:width]: row for row in fetch_rows(connection, kind.table, kind.key, [row[:width] for row in rows])}
    earlier: dict[Row, Row] = {}
    rejected = []
    for position, row in enumerate(rows):
        old = stored[row[:width]]
        if old[content] != row[content]:
            rejected.append(contradiction(position, kind.table, old, row))
        elif kind.keeps_earliest and row[-1] < old[-1]:
            stored[row[:width]] = earlier[row[:width]] = row
    _lower_known_at(connection, kind, list(earlier.values()))
    return InsertResult(inserted, len(rows) - inserted - len(rejected), rejected)


def _first(pair: tuple[int, str | None]) -> int:
    return pair[0]


def _lower_known_at(connection: sa.Connection, kind: _Kind, rows: list[Row]) -> None:
    if not rows:
        return
    columns = kind.table.c
    same = sa.and_(*(columns[name] == sa.bindparam(f"key_{name}") for name in kind.key))
    statement = sa.update(kind.table).where(same).values(known_at=sa.bindparam("earliest"))
    names = columns.keys()
    values = [dict(zip(names, row, strict=True)) for row in rows]
    connection.execute(
        statement,
        [{**{f"key_{name}": row[name] for name in kind.key}, "earliest": row["known_at"]} for row in values],
    )


def contradiction(position: int, table: sa.Table, old: Row, row: Row) -> Rejected:
    """In what a row with the key of a stored one differs from it; values in the order of the table's columns."""
    differing = [
        (name, was, now)
        for name, was, now in zip(table.c.keys(), old, row, strict=False)
        if was != now and name not in ("known_at", "stated_at")
    ]
    told = "; ".join(f"{name} is stored as {_short(was)}, the row says {_short(now)}" for name, was, now in differing)
    return Rejected(position, ", ".join(name for name, _, _ in differing), told)


def _short(value: object) -> str:
    text = repr(value)
    return "empty" if value is None else text if len(text) <= 60 else text[:57] + "..."
