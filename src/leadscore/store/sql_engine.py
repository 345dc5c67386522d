"""PostgreSQL as the engine of bulk features."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from leadscore.domain.errors import UsageError
from leadscore.store.engine import Store


@contextmanager
def postgresql_engine(store: Store) -> Iterator[Callable[[str, Mapping[str, pa.Table]], pa.Table]]:
    """A function that runs an SQL text over Arrow tables given by name; nothing stays in the database.

    Raises   UsageError [LS-USAGE-01] if the store is no PostgreSQL database.
    """
    if store.engine.dialect.name != "postgresql":
        raise UsageError(
            "LS-USAGE-01",
            where="--engine",
            found=f"the store is {store.engine.dialect.name}",
            allowed="a PostgreSQL database for the engine postgresql",
            fix="set LEADSCORE_DATABASE_URL, or use --engine duckdb",
        )
    with store.engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection

        def run(text: str, tables: Mapping[str, pa.Table]) -> pa.Table:
            with driver.cursor() as cursor:
                for name, table in tables.items():
                    _copy(cursor, name, table)
                cursor.execute(text)
                names = [column.name for column in cursor.description]
                rows = cursor.fetchall()
            columns = list(zip(*rows, strict=True)) or [()] * len(names)
            return pa.table(dict(zip(names, (pa.array(column, pa.int64()) for column in columns), strict=True)))

        try:
            yield run
        finally:
            connection.rollback()


def _copy(cursor: Any, name: str, table: pa.Table) -> None:
    columns = ", ".join(f"{column} BIGINT" for column in table.column_names)
    # A temporary table hides the store's own table of that name until the end of the session.
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
    cursor.execute(f"CREATE TEMPORARY TABLE {name} ({columns})")
    with cursor.copy(f"COPY pg_temp.{name} FROM STDIN") as copy:
        for batch in table.to_batches(10_000):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                copy.write_row(row)
    cursor.execute(f"ANALYZE pg_temp.{name}")
