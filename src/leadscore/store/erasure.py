"""Taking people out of the store, so that not even their deleted rows can be read in its files."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from leadscore.domain.errors import OutsideError
from leadscore.store.bulk import delete_rows
from leadscore.store.engine import Store, told_as_outside
from leadscore.store.links import settle
from leadscore.store.personal import BY_CONTENT, BY_ID, Person, rows_of
from leadscore.store.tables import LINKS

_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.2


def delete_person(connection: sa.Connection, person: Person) -> Counter[str]:
    """Delete every row about a person, within a transaction of the caller; number of rows by table."""
    found = rows_of(connection, person)
    for table, rows in found.items():
        names = table.c.keys()
        key = [names.index(column.name) for column in table.primary_key.columns]
        delete_rows(connection, table, [tuple(row[place] for place in key) for row in rows])
    # What hung together through the person may be other people now.
    settle(connection, {end for row in found[LINKS] for end in row[1:3]} - person.ids)
    return Counter({table.name: len(rows) for table, rows in found.items() if rows})


def clean_files(store: Store, clock: Callable[[], float] = time.monotonic) -> None:
    """Make what was deleted unreadable in the files of the database.

    SQLite is written anew and its log emptied: overwriting deleted rows, which it does anyway, leaves copies where
    pages were divided. PostgreSQL frees the rows and forgets what its statistics remember of them.

    Raises   OutsideError [LS-STORE-01] if the database has no room, or somebody reads old rows for more than a minute.
    """
    with _driver(store) as driver:
        if store.dialect == "sqlite":
            driver.execute("VACUUM")
            _empty_log(driver, clock)
        else:
            _vacuum(driver)


def empty_log(store: Store, clock: Callable[[], float] = time.monotonic) -> None:
    """Empty the log of SQLite, which still holds deleted rows; PostgreSQL sees to its own.

    Raises   OutsideError [LS-STORE-01] if somebody reads old rows for more than a minute.
    """
    if store.dialect == "sqlite":
        with _driver(store) as driver:
            _empty_log(driver, clock)


@contextmanager
def _driver(store: Store) -> Iterator[Any]:
    """A connection outside any transaction."""
    with told_as_outside(store):
        raw: Any = store.engine.raw_connection()
        try:
            yield raw.dbapi_connection
        finally:
            raw.close()


def _empty_log(driver: Any, clock: Callable[[], float]) -> None:
    until = clock() + _PATIENCE_SECONDS
    while driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if clock() > until:
            raise OutsideError(
                "LS-STORE-01",
                found="the rows are deleted, but the log of the database still holds them: a reader keeps it",
                fix="erase again once the long read (a training, an export) has ended",
            )
        time.sleep(_PAUSE_SECONDS)


def _vacuum(driver: Any) -> None:
    driver.rollback()
    driver.autocommit = True
    try:
        for table in (*BY_ID, *BY_CONTENT):
            driver.execute(f"VACUUM (ANALYZE) {table.name}")
    finally:
        driver.autocommit = False
