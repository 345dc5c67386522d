"""Tracking messages that were refused: kept with the reason, so that nothing is lost unseen."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from leadscore.store.bulk import fetch_rows, insert_rows
from leadscore.store.engine import Store, reading
from leadscore.store.tables import DEAD_LETTERS


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A refused message: error code, reason in words, and the message as JSON text."""

    received_at: int
    code: str
    reason: str
    body: str

    @property
    def id(self) -> str:
        """The same for the same message refused for the same reason."""
        return hashlib.sha256(f"{self.code}\n{self.body}".encode()).hexdigest()


def add_dead_letters(connection: sa.Connection, letters: Sequence[DeadLetter]) -> None:
    """Store refused messages within a transaction of the caller; one that is sent again is kept once."""
    rows = {letter.id: letter for letter in reversed(letters)}
    keys = [(digest,) for digest in rows]
    stored = {row[0] for row in fetch_rows(connection, DEAD_LETTERS, ("digest",), keys)}
    new = [(digest, letter) for digest, letter in reversed(rows.items()) if digest not in stored]
    insert_rows(
        connection,
        DEAD_LETTERS,
        [(digest, letter.received_at, letter.code, letter.reason, letter.body) for digest, letter in new],
    )


def list_dead_letters(store: Store, limit: int | None = None, code: str | None = None) -> list[DeadLetter]:
    """The latest refused messages, the newest first.

    limit    at most so many; None: all.
    code     only those with this error code; None: all.
    """
    columns = DEAD_LETTERS.c
    query = sa.select(columns.received_at, columns.code, columns.reason, columns.body)
    if code is not None:
        query = query.where(columns.code == code)
    with reading(store) as connection:
        rows = connection.execute(query.order_by(columns.received_at.desc(), columns.digest).limit(limit)).all()
    return [DeadLetter(*row) for row in rows]


def find_dead_letters(connection: sa.Connection, beginnings: Sequence[str]) -> dict[str, list[DeadLetter]]:
    """The letters whose ids begin with some texts, by text."""
    columns = DEAD_LETTERS.c
    query = sa.select(columns.received_at, columns.code, columns.reason, columns.body).order_by(columns.digest)
    return {
        text: [
            DeadLetter(*row)
            for row in connection.execute(query.where(columns.digest.startswith(text, autoescape=True)))
        ]
        for text in beginnings
    }


def remove_dead_letters(connection: sa.Connection, ids: Sequence[str]) -> None:
    """Take letters away within a transaction of the caller."""
    if ids:
        gone = sa.delete(DEAD_LETTERS).where(DEAD_LETTERS.c.digest == sa.bindparam("gone"))
        connection.execute(gone, [{"gone": each} for each in ids])
