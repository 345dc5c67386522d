"""Feature values of many snapshots into a Parquet file, a part of the leads at a time."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leadscore.domain.progress import Progress
from leadscore.features.feature_set import FeatureSet
from leadscore.features.offline import Engine, compute_matrix
from leadscore.store.fact_partitions import FactPartitions


def write_matrix(
    parts: FactPartitions, asked: pa.Table, features: FeatureSet, out: Path, progress: Progress, engine: Engine
) -> int:
    """The feature values of snapshots (lead_id, as_of) as a Parquet file, a part of the leads at a time.

    Returns  how many snapshots are of leads that did not exist at their instant: their rows say nothing.
    """
    absent = 0
    number = parts.parts_of(asked["lead_id"].combine_chunks())
    schema = pa.schema(
        [("lead_id", pa.string()), ("as_of", pa.int64()), *((name, pa.float64()) for name in features.names)],
        metadata={"feature_fingerprint": features.fingerprint},
    )
    with pq.ParquetWriter(out, schema, use_dictionary=["lead_id"]) as writer:
        for part in range(parts.count):
            mine = asked.take(np.flatnonzero(number == part))
            facts = parts.read(part, features)
            absent += mine.num_rows - int(facts.existing(mine).to_numpy().sum())
            matrix = compute_matrix(facts, mine, features, engine=engine)
            columns = [*mine.columns, *(pa.array(column) for column in matrix.T)]
            writer.write_table(pa.table(columns, schema=schema))
            progress("features", part + 1, parts.count)
    return absent
