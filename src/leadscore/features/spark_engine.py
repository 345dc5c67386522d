"""Spark as the engine of bulk features; needs the extra `leadscore[spark]` and Java 17."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pyarrow as pa
from pyspark.sql import SparkSession


@contextmanager
def spark_engine(
    session: SparkSession | None = None,
) -> Iterator[Callable[[str, Mapping[str, pa.Table]], pa.Table]]:
    """A function that runs an SQL text over Arrow tables given by name.

    session   of a cluster; None starts a local one, which ends with the engine.
    """
    spark = session or _local_session()

    def run(text: str, tables: Mapping[str, pa.Table]) -> pa.Table:
        for name, table in tables.items():
            # Arrow keeps nulls; through pandas they would become NaN, and one NaN spoils a sum.
            spark.createDataFrame(table).createOrReplaceTempView(name)
        return spark.sql(text).toArrow()

    try:
        yield run
    finally:
        if session is None:
            spark.stop()


def _local_session() -> SparkSession:
    builder = SparkSession.builder.master("local[2]").appName("leadscore")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
