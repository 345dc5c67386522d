"""DuckDB within the process, the default engine of bulk features."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import duckdb
import pyarrow as pa


@contextmanager
def duckdb_engine(threads: int | None = None) -> Iterator[Callable[[str, Mapping[str, pa.Table]], pa.Table]]:
    """A function that runs an SQL text over Arrow tables given by name.

    threads   at most this many; None means as many as there are cores.
    """
    with duckdb.connect() as connection:
        if threads is not None:
            connection.execute(f"SET threads = {int(threads)}")

        def run(text: str, tables: Mapping[str, pa.Table]) -> pa.Table:
            for name, table in tables.items():
                connection.register(name, table)
            return connection.sql(text).to_arrow_table()

        yield run
