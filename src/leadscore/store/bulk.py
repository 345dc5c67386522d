"""Many rows at once: inserting them and looking them up by key, each in the fastest form its database has."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg

BATCH_ROWS = 1_000

Row = tuple[Any, ...]
_WRITE_JSON = msgspec.json.Encoder().encode


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
    if _holds_floats(table):
        values: dict[str, Any] = {
            f"column_{place}": list(column) for place, column in enumerate(zip(*rows, strict=True))
        }
    else:
        names = table.c.keys()
        values = {"rows": _WRITE_JSON([dict(zip(names, row, strict=True)) for row in rows]).decode()}
    return _run(connection, _postgresql_insert(table), values).rowcount


@cache
def _holds_floats(table: sa.Table) -> bool:
    """Whether rows may hold NaN, which JSON has none of."""
    return any(isinstance(column.type, sa.Double) for column in table.c)


@cache
def _postgresql_insert(table: sa.Table) -> Any:
    if _holds_floats(table):
        every = sa.select(
            *(
                sa.func.unnest(sa.bindparam(f"column_{place}", type_=_array_type(column)))
                for place, column in enumerate(table.c)
            )
        )
    else:
        # The driver writes one text several times as fast as arrays, value by value.
        given = sa.func.json_to_recordset(sa.cast(sa.bindparam("rows", type_=sa.Text), sa.JSON))
        every = sa.select(
            given.table_valued(*(sa.column(column.name, column.type) for column in table.c)).render_derived(
                with_types=True
            )
        )
    return postgresql.insert(table).from_select(list(table.c.keys()), every).on_conflict_do_nothing()


def delete_rows(connection: sa.Connection, table: sa.Table, keys: Sequence[Row]) -> None:
    """Delete rows by primary key.

    keys   values of the key's columns, in their order.
    """
    if not keys:
        return
    columns = list(table.primary_key.columns)
    same = sa.and_(*(column == sa.bindparam(f"key_{place}") for place, column in enumerate(columns)))
    connection.execute(
        sa.delete(table).where(same), [{f"key_{place}": part for place, part in enumerate(key)} for key in keys]
    )


def fetch_rows(connection: sa.Connection, table: sa.Table, by: Sequence[str], keys: Sequence[Row]) -> list[Row]:
    """All rows whose columns `by` have one of the given values; values in the order of the table's columns."""
    if not keys:
        return []
    if connection.dialect.name == "sqlite":
        given: dict[str, Any] = {"keys": _WRITE_JSON(keys).decode()}
        found = _run(connection, _sqlite_look_up(table, tuple(by)), given)
    else:
        given = {f"keys_{place}": list(values) for place, values in enumerate(zip(*keys, strict=True))}
        found = _run(connection, _postgresql_look_up(table, tuple(by)), given)
    return list(map(tuple, found.all()))


# Built once: making a statement takes longer than running it on a few keys.
@cache
def _sqlite_look_up(table: sa.Table, by: tuple[str, ...]) -> sa.Select[Any]:
    wanted = sa.func.json_each(sa.bindparam("keys", type_=sa.Text)).table_valued("value")
    same = [
        table.c[name]
        == sa.func.json_extract(wanted.c.value, sa.literal_column(f"'$[{place}]'"), type_=table.c[name].type)
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


def stored_among(
    connection: sa.Connection, places: tuple[tuple[sa.Column[Any], sa.ColumnElement[bool]], ...], keys: Sequence[str]
) -> set[str]:
    """Which of some texts are stored.

    places   columns with an index that a text may stand in, each with the rows of its table that count.
    """
    if not keys:
        return set()
    given = {"keys": _WRITE_JSON(keys).decode()}
    return set(_run(connection, _look_among(connection.dialect.name, places), given).scalars())


@cache
def _look_among(
    dialect: str, places: tuple[tuple[sa.Column[Any], sa.ColumnElement[bool]], ...]
) -> sa.CompoundSelect[Any]:
    keys = sa.bindparam("keys", type_=sa.Text)
    if dialect == "sqlite":
        wanted = sa.func.json_each(keys).table_valued("value")
    else:
        texts = sa.func.json_array_elements_text(sa.cast(keys, sa.JSON))
        wanted = texts.table_valued(sa.column("value", sa.Text)).render_derived()
    return sa.union_all(
        *(
            sa.select(column).join_from(wanted, column.table, sa.and_(column == wanted.c.value, counts))
            for column, counts in places
        )
    )


def _run(connection: sa.Connection, statement: Any, given: dict[str, Any]) -> sa.CursorResult[Any]:
    """Run a statement that is built once; SQLAlchemy's way of running one costs more than a few rows do."""
    text = _text_of(statement, connection.dialect.name)
    return connection.exec_driver_sql(text, given, execution_options={"preserve_rowcount": True})


@cache
def _text_of(statement: Any, dialect: str) -> str:
    named = sqlite.dialect(paramstyle="named") if dialect == "sqlite" else psycopg.dialect()  # type: ignore[no-untyped-call]
    return str(statement.compile(dialect=named))


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
