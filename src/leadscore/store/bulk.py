"""Many rows at once: inserting them and looking them up by key, each in the fastest form its database has."""

import gc
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

BATCH_ROWS = 1_000

Row = tuple[Any, ...]


def batches(count: int, size: int = BATCH_ROWS) -> Iterator[tuple[int, int]]:
    """Bounds of consecutive parts of at most `size` rows.

    >>> list(batches(5, 2))
    [(0, 2), (2, 4), (4, 5)]
    """
    for start in range(0, count, size):
        yield start, min(start + size, count)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep Python from looking for reference cycles within the block.

    Bulk work makes millions of objects and no cycles; looking through them again and again costs a quarter of its time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> int:
    """Insert the rows whose keys are new, values in the order of the table's columns; of equal keys the first row.

    Returns  number of rows inserted.
    """
    if not rows:
        return 0
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql(_sqlite_insert(table), list(rows)).rowcount
    arrays = [
        sa.func.unnest(_array(column, part)) for column, part in zip(table.c, zip(*rows, strict=True), strict=True)
    ]
    every = postgresql.insert(table).from_select(list(table.c.keys()), sa.select(*arrays))
    counted = {"preserve_rowcount": True}
    return connection.execute(every.on_conflict_do_nothing(), execution_options=counted).rowcount


def fetch_rows(connection: sa.Connection, table: sa.Table, by: Sequence[str], keys: Sequence[Row]) -> list[Row]:
    """All rows whose columns `by` have one of the given values; values in the order of the table's columns."""
    if not keys:
        return []
    columns = [table.c[name] for name in by]
    if connection.dialect.name == "sqlite":
        wanted = sa.func.json_each(json.dumps(keys)).table_valued("value")
        same = [
            column == sa.func.json_extract(wanted.c.value, f"$[{place}]", type_=column.type)
            for place, column in enumerate(columns)
        ]
    else:
        arrays = [_array(column, values) for column, values in zip(columns, zip(*keys, strict=True), strict=True)]
        named = [sa.column(f"key_{place}", column.type) for place, column in enumerate(columns)]
        wanted = sa.func.unnest(*arrays).table_valued(*named).render_derived()
        same = [column == wanted.c[name.name] for column, name in zip(columns, named, strict=True)]
    found = connection.execute(sa.select(table).join_from(wanted, table, sa.and_(*same))).all()
    return list(map(tuple, found))


def stream_rows(connection: sa.Connection, query: sa.Select[Any], size: int) -> Iterator[list[Row]]:
    """The rows of a query in lists of at most `size`, without holding them all.

    Below SQLAlchemy's rows, which would cost as much again as reading.
    """
    statement = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    raw: Any = connection.connection.dbapi_connection
    cursor = raw.cursor(name="leadscore") if connection.dialect.name == "postgresql" else raw.cursor()
    try:
        cursor.execute(str(statement))
        while rows := cursor.fetchmany(size):
            yield rows
    finally:
        cursor.close()


@cache
def _sqlite_insert(table: sa.Table) -> str:
    return str(sqlite.insert(table).on_conflict_do_nothing().compile(dialect=sqlite.dialect()))


def _array(column: sa.Column[Any], values: Row) -> Any:
    kind = next((kind for kind in (sa.BigInteger, sa.Double) if isinstance(column.type, kind)), sa.Text)
    return sa.literal(list(values), postgresql.ARRAY(kind()))
