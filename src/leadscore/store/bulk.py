"""Many rows at once: looking them up by key and inserting them, each in the fastest form its database has."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

BATCH_ROWS = 1_000

Row = tuple[Any, ...]


def batches(count: int, size: int = BATCH_ROWS) -> Iterator[tuple[int, int]]:
    """Bounds of consecutive parts of at most `size` rows.

    >>> list(batches(5, 2))
    [(0, 2), (2, 4), (4, 5)]
    """
    for start in range(0, count, size):
        yield start, min(start + size, count)


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows whose keys are known to be new; values in the order of the table's columns."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        statement = str(sa.insert(table).compile(dialect=connection.dialect))
        connection.exec_driver_sql(statement, list(rows))
        return
    arrays = _unnested(table.c, list(zip(*rows, strict=True)))
    connection.execute(sa.insert(table).from_select(list(table.c.keys()), sa.select(*arrays)))


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


def _unnested(columns: Any, values: Sequence[Row]) -> list[Any]:
    return [sa.func.unnest(_array(column, part)) for column, part in zip(columns, values, strict=True)]


def _array(column: sa.Column[Any], values: Row) -> Any:
    kind = sa.BigInteger() if isinstance(column.type, sa.BigInteger) else sa.Text()
    return sa.cast(sa.literal(list(values), ARRAY(kind)), ARRAY(kind))
