"""The arms of the feature benchmark, each run as a process of its own: python feature_arms.py ARM FOLDER EVENTS OUT."""

import json
import os
import resource
import sys
from pathlib import Path

DAY_US = 86_400_000_000
COLUMNS = ("c7", "c30", "c90", "decayed", "value")


def leadscore(folder: Path, events: int, out: Path) -> None:
    """What `leadscore features build` does once the log is cut into parts."""
    import pyarrow.parquet as pq

    from feature_log import feature_set, parts_of
    from leadscore.domain.progress import silent
    from leadscore.features.duckdb_engine import duckdb_engine
    from leadscore.workflows.write_matrix import write_matrix

    asked = pq.read_table(folder / "snapshots.parquet")
    with duckdb_engine(2) as engine:
        write_matrix(parts_of(folder, events), asked, feature_set(), out, silent, engine)


def pivot(folder: Path, events: int, out: Path) -> None:  # noqa: ARG001
    """The yardstick: plain DuckDB, long form, then a pivot by FILTER."""
    import duckdb

    from feature_log import HALF_LIFE, TYPES, WINDOWS

    counts = [f"SUM(CASE WHEN age < {days} THEN 1 ELSE 0 END) AS c{days}" for days in WINDOWS]
    sums = [
        *counts,
        "MAX(occurred_at) AS last_at",
        f"SUM(CAST(ROUND(1073741824 * POWER(2.0, -age / {HALF_LIFE}.0)) AS BIGINT)) / 1073741824.0 AS decayed",
        "SUM(CASE WHEN age < 90 THEN value ELSE 0 END) / 1000.0 AS value",
    ]
    wide = [
        f"COALESCE(MAX({column}) FILTER (type = '{name}'), 0) AS {name}_{column}"
        for name in TYPES
        for column in COLUMNS
    ]
    wide += [f"(s.as_of - MAX(last_at) FILTER (type = '{name}')) / {DAY_US}.0 AS {name}_last" for name in TYPES]
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        connection.execute(f"""
COPY (
  WITH s AS (
    SELECT ROW_NUMBER() OVER () AS snapshot_row, lead_id, as_of FROM read_parquet('{folder}/snapshots.parquet')
  ), visible AS (
    SELECT s.snapshot_row, e.type, e.occurred_at, e.value, (s.as_of - e.occurred_at - 1) // {DAY_US} AS age
    FROM s JOIN read_parquet('{folder}/events-*.parquet') e
      ON e.lead_id = s.lead_id AND e.occurred_at < s.as_of AND e.known_at < s.as_of
  ), long AS (SELECT snapshot_row, type, {", ".join(sums)} FROM visible GROUP BY snapshot_row, type)
  SELECT s.lead_id, s.as_of, {", ".join(wide)}
  FROM s LEFT JOIN long USING (snapshot_row) GROUP BY s.snapshot_row, s.lead_id, s.as_of
) TO '{out}' (FORMAT parquet)""")


def floor(folder: Path, events: int, out: Path) -> None:  # noqa: ARG001
    """What cannot be avoided: read the log, order it by lead and time, write it."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        log = f"SELECT * FROM read_parquet('{folder}/events-*.parquet') ORDER BY lead_id, occurred_at"
        connection.execute(f"COPY ({log}) TO '{out}' (FORMAT parquet)")


def pandas(folder: Path, events: int, out: Path) -> None:
    """Merge, then a groupby for each window."""
    import numpy as np
    import pandas as pd

    from feature_log import HALF_LIFE, WINDOWS, parts_of

    count = parts_of(folder, events).count
    columns = ["lead_id", "type", "occurred_at", "known_at", "value"]
    log = pd.concat([pd.read_parquet(folder / f"events-{part}.parquet", columns=columns) for part in range(count)])
    log["type"] = log["type"].astype("category")
    asked = pd.read_parquet(folder / "snapshots.parquet")
    asked["snapshot_row"] = np.arange(len(asked))
    met = asked.merge(log, on="lead_id")
    met = met[(met["occurred_at"] < met["as_of"]) & (met["known_at"] < met["as_of"])]
    met["age"] = (met["as_of"] - met["occurred_at"] - 1) // DAY_US
    met["weight"] = np.round(2.0**30 * 2.0 ** (-met["age"] / HALF_LIFE)) / 2.0**30
    by = ["snapshot_row", "type"]
    wide = [
        met[met["age"] < days].groupby(by, observed=True).size().unstack().add_suffix(f"_c{days}") for days in WINDOWS
    ]
    wide.append(met.groupby(by, observed=True)["weight"].sum().unstack().add_suffix("_decayed"))
    wide.append(met[met["age"] < 90].groupby(by, observed=True)["value"].sum().unstack().add_suffix("_value"))
    last = met.groupby(by, observed=True)["occurred_at"].max().unstack().add_suffix("_last")
    asked.set_index("snapshot_row").join([each.fillna(0) for each in wide]).join(last).to_parquet(out)


if __name__ == "__main__":
    arm, folder, events, out = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    {"leadscore": leadscore, "pivot": pivot, "floor": floor, "pandas": pandas}[arm](folder, events, out)
    spent = os.times()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": spent.user + spent.system, "peak": peak}))
