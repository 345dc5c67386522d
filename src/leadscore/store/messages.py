"""Accepted tracking messages: each messageId once, for good. One that tells of an event stands in the event's row."""

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

import sqlalchemy as sa

from leadscore.domain.event import Event
from leadscore.store.bulk import Row, batches, fetch_rows, insert_rows, stored_among
from leadscore.store.engine import Store, reading
from leadscore.store.facts import contradiction
from leadscore.store.tables import EVENTS, MESSAGES, TRACKED_EVENTS


class MessageRecord(NamedTuple):
    """A tracking message as accepted; `timestamp` and `sent_at` are the sender's own words, uncorrected."""

    message_id: str
    type: str
    lead_id: str
    received_at: int
    timestamp: str | None = None
    sent_at: str | None = None


_EVENT_ROW = attrgetter(*EVENTS.c.keys())
_WIDTH = len(EVENTS.c)
_TELLS = TRACKED_EVENTS.c.message_type.is_not(None)
_IDS = ((MESSAGES.c.message_id, sa.true()), (TRACKED_EVENTS.c.event_id, _TELLS))


def unseen_messages(connection: sa.Connection, message_ids: Sequence[str]) -> list[int]:
    """Positions of the messages that were not accepted before; of repeats among them the first."""
    seen = stored_among(connection, _IDS, message_ids)
    new: dict[str, int] = {}
    for position, message_id in enumerate(message_ids):
        if message_id not in seen:
            new.setdefault(message_id, position)
    return list(new.values())


def add_messages(connection: sa.Connection, records: Sequence[MessageRecord]) -> None:
    """Store accepted messages that tell of no event, within a transaction of the caller."""
    insert_rows(connection, MESSAGES, records)


def add_tracked_events(connection: sa.Connection, tracked: Sequence[tuple[Event, MessageRecord]]) -> dict[str, str]:
    """Store unseen messages with the events they tell of, within a transaction of the caller.

    Returns  id -> why, of those that say something else than an event imported under the same id; they are not stored.
    """
    rows = [(*_EVENT_ROW(event), record.type, *record[3:]) for event, record in tracked]
    refused: dict[str, str] = {}
    for start, end in batches(len(rows)):
        part = rows[start:end]
        if insert_rows(connection, TRACKED_EVENTS, part) < len(part):
            refused |= _join_imported(connection, part)
    return refused


def _join_imported(connection: sa.Connection, rows: Sequence[Row]) -> dict[str, str]:
    """Note the messages at the events that were imported before; those stored just now have theirs already."""
    stored = {row[0]: row for row in fetch_rows(connection, TRACKED_EVENTS, ("event_id",), [row[:1] for row in rows])}
    imported = [(stored[row[0]], row) for row in rows if stored[row[0]][_WIDTH] is None]
    refused = {}
    for old, row in imported:
        if old[: _WIDTH - 1] != row[: _WIDTH - 1]:
            refused[row[0]] = contradiction(0, EVENTS, old[:_WIDTH], row[:_WIDTH]).reason
            continue
        told = dict(zip(TRACKED_EVENTS.c.keys()[_WIDTH:], row[_WIDTH:], strict=True))
        known_at = min(old[_WIDTH - 1], row[_WIDTH - 1])
        same = TRACKED_EVENTS.c.event_id == row[0]
        connection.execute(sa.update(TRACKED_EVENTS).where(same).values(**told, known_at=known_at))
    return refused


def count_messages(connection: sa.Connection) -> int:
    """Number of accepted messages."""
    alone = sa.select(sa.func.count()).select_from(MESSAGES)
    with_event = sa.select(sa.func.count(TRACKED_EVENTS.c.message_type))
    return sum(connection.execute(query).scalar_one() for query in (alone, with_event))


def each_message(store: Store) -> Iterator[MessageRecord]:
    """All accepted messages, in the order they were received."""
    columns = TRACKED_EVENTS.c
    with_event = sa.select(
        columns.event_id, columns.message_type, columns.lead_id, columns.received_at, columns.timestamp, columns.sent_at
    )
    every = sa.union_all(sa.select(MESSAGES), with_event.where(_TELLS)).subquery()
    query = sa.select(every).order_by(every.c.received_at, every.c.message_id)
    with reading(store) as connection:
        for row in connection.execution_options(yield_per=10_000).execute(query):
            yield MessageRecord(*row)
