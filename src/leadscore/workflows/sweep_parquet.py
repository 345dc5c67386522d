"""Take the rows of some leads out of a Parquet file; a program of its own, since what serves imports no Arrow.

Reads `{"file", "ids", "remove"}` as JSON and prints how many rows were found.
"""

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def sweep_parquet(path: Path, ids: list[str], *, remove: bool) -> int:
    """Rewrite a file without the rows whose first column, or `lead_id`, is one of some ids; how many there were."""
    schema = pq.read_schema(path)
    names = {"lead_id", *schema.names[:1]} & set(schema.names)
    columns = [name for name in names if _is_text(schema.field(name).type)]
    found = 0
    fresh = path.with_name(f".{path.name}.swept")
    with pq.ParquetFile(path) as file, pq.ParquetWriter(fresh, schema) as out:
        for batch in file.iter_batches():
            gone = pa.array([False] * batch.num_rows)
            for name in columns:
                texts = pc.cast(batch[name], pa.string())
                gone = pc.or_(gone, pc.is_in(texts, pa.array(ids, pa.string())))
            found += pc.sum(gone).as_py() or 0
            out.write_batch(batch.filter(pc.invert(gone)))
    if found and remove:
        fresh.replace(path)
    fresh.unlink(missing_ok=True)
    return int(found)


def _is_text(kind: pa.DataType) -> bool:
    whole = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(whole) or pa.types.is_large_string(whole))


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    sys.stdout.write(f"{sweep_parquet(Path(asked['file']), asked['ids'], remove=asked['remove'])}\n")
