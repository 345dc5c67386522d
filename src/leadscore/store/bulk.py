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
    values = {f"column_{place}": list(column) for place, column in enumerate(zip(*rows, strict=True))}
    counted = {"preserve_rowcount": True}
    return connection.execute(_postgresql_insert(table), values, execution_options=counted).rowcount


@cache
def _postgresql_insert(table: sa.Table) -> Any:
    arrays = [
        sa.func.unnest(sa.bindparam(f"column_{place}", type_=_array_type(column)))
        for place, column in enumerate(table.c)
    ]
    every = postgresql.insert(table).from_select(list(table.c.keys()), sa.select(*arrays))
    return every.on_conflict_do_nothing()


def fetch_rows(connection: sa.Connection, table: sa.Table, by: Sequence[str], keys: Sequence[Row]) -> list[Row]:
    """All rows whose columns `by` have one of the given values; values in the order of the table's columns."""
    if not keys:
        return []
    if connection.dialect.name == "sqlite":
        given: dict[str, Any] = {"keys": json.dumps(keys)}
        found = connection.execute(_sqlite_look_up(table, tuple(by)), given)
    else:
        given = {f"keys_{place}": list(values) for place, values in enumerate(zip(*keys, strict=True))}
        found = connection.execute(_postgresql_look_up(table, tuple(by)), given)
    return list(map(tuple, found.all()))


# Built once: making a statement takes longer than running it on a few keys.
@cache
def _sqlite_look_up(table: sa.Table, by: tuple[str, ...]) -> sa.Select[Any]:
    wanted = sa.func.json_each(sa.bindparam("keys", type_=sa.Text)).table_valued("value")
    same = [
        table.c[name] == sa.func.json_extract(wanted.c.value, f"$[{place}]", type_=table.c[name].type)
        for place, name in enumerate(by)
    ]
    return sa.select(table).join_from(wanted, table, sa.and_(*same))


@cache
def _postgresql_look_up(table: sa.Table, by: tuple[str, ...]) -> sa.Select[Any]:
    columns = [table.c[name] for name in by]
    arrays = [sa.bindparam(f"keys_{place}", type_=_array_type(column)) for place, column in enumerate(columns)]
    named = [sa.column(f"key_{place}", column.type) for place, column in enumerate(columns)]
    wanted = sa.func.unnest(*arrays).table_valued(*named).render_derived()
    same = [column == wanted.c[name.name] for column, name in zip(columns, named, strict=True)]
    return sa.select(table).join_from(wanted, table, sa.and_(*same))


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


def _array_type(column: sa.Column[Any]) -> postgresql.ARRAY[Any]:
    kind = next((kind for kind in (sa.BigInteger, sa.Double) if isinstance(column.type, kind)), sa.Text)
    return postgresql.ARRAY(kind())
