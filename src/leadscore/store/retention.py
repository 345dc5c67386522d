"""Deleting what is older than it may be kept."""

from collections.abc import Mapping

import sqlalchemy as sa

from leadscore.domain.time import DAY_US
from leadscore.store.bulk import Row, batches, delete_rows, stream_rows
from leadscore.store.engine import Store, reading, writing
from leadscore.store.tables import DEAD_LETTERS, DECISIONS, MESSAGES, SCORES, SHADOW_SCORES, TRACKED_EVENTS

EXPIRING: dict[str, tuple[tuple[sa.Table, str], ...]] = {
    "events": ((TRACKED_EVENTS, "occurred_at"),),
    "messages": ((MESSAGES, "received_at"),),
    "scores": ((SCORES, "as_of"), (DECISIONS, "as_of"), (SHADOW_SCORES, "as_of")),
    "dead_letters": ((DEAD_LETTERS, "received_at"),),
}
"""What has a limit -> its tables and the columns that say how old a row is."""


def delete_expired(store: Store, days: Mapping[str, int | None], now: int) -> dict[str, int]:
    """Delete rows that are older than some days, a thousand at a time, so that other writers hardly wait.

    days     name in EXPIRING -> days; None keeps them for ever.
    now      epoch microseconds.
    Returns  rows deleted by table, without zeros.
    """
    deleted: dict[str, int] = {}
    for name, limit in days.items():
        for table, column in EXPIRING[name] if limit is not None else ():
            keys = _older(store, table, column, now - int(limit or 0) * DAY_US)
            for start, end in batches(len(keys)):
                with writing(store) as connection:
                    delete_rows(connection, table, keys[start:end])
            if keys:
                deleted[table.name] = len(keys)
    messages = days.get("messages")
    forgotten = 0 if messages is None else _forget_messages(store, now - messages * DAY_US)
    if forgotten:
        deleted[MESSAGES.name] = deleted.get(MESSAGES.name, 0) + forgotten
    return deleted


def _forget_messages(store: Store, instant: int) -> int:
    """Forget which messages told of events that were received before an instant; how many."""
    nothing = dict.fromkeys(("message_type", "received_at", "timestamp", "sent_at"))
    with writing(store) as connection:
        old = TRACKED_EVENTS.c.received_at < instant
        return connection.execute(sa.update(TRACKED_EVENTS).where(old).values(nothing)).rowcount


def _older(store: Store, table: sa.Table, column: str, instant: int) -> list[Row]:
    query = sa.select(*table.primary_key.columns).where(table.c[column] < instant)
    with reading(store) as connection:
        return [row for rows in stream_rows(connection, query, 10_000) for row in rows]
