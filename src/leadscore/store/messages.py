"""Accepted tracking messages: each messageId once, for good."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

import sqlalchemy as sa

from leadscore.store.bulk import fetch_rows, insert_rows
from leadscore.store.engine import Store, reading
from leadscore.store.tables import MESSAGES


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """A tracking message as accepted; `timestamp` and `sent_at` are the sender's own words, uncorrected."""

    message_id: str
    type: str
    lead_id: str
    received_at: int
    timestamp: str | None = None
    sent_at: str | None = None


_AS_ROW = attrgetter(*MESSAGES.c.keys())


def unseen_messages(connection: sa.Connection, message_ids: Sequence[str]) -> list[int]:
    """Positions of the messages that were not accepted before; of repeats among them the first."""
    seen = {row[0] for row in fetch_rows(connection, MESSAGES, ("message_id",), [(each,) for each in message_ids])}
    new: dict[str, int] = {}
    for position, message_id in enumerate(message_ids):
        if message_id not in seen:
            new.setdefault(message_id, position)
    return list(new.values())


def add_messages(connection: sa.Connection, records: Sequence[MessageRecord]) -> None:
    """Store accepted messages within a transaction of the caller."""
    insert_rows(connection, MESSAGES, list(map(_AS_ROW, records)))


def each_message(store: Store) -> Iterator[MessageRecord]:
    """All accepted messages, in the order they were received."""
    query = sa.select(MESSAGES).order_by(MESSAGES.c.received_at, MESSAGES.c.message_id)
    with reading(store) as connection:
        for row in connection.execution_options(yield_per=10_000).execute(query):
            yield MessageRecord(*row)
