"""Parquet files in chunks, every column as text."""

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leadscore.ingest.clean import cleaned_text, json_text
from leadscore.ingest.csv_rows import CHUNK_ROWS
from leadscore.ingest.detect import FileForm, unreadable
from leadscore.ingest.rows import RawChunk, require_unique


def read_parquet(path: Path, form: FileForm) -> Iterator[RawChunk]:
    """The rows of a Parquet file; NaN is None, an instant with a zone is written in UTC, a nested value as JSON.

    Raises   DataError [LS-FILE-01] if it is damaged, [LS-FILE-02] if two columns have one name.
    """
    try:
        source = io.BytesIO(gzip.decompress(path.read_bytes())) if form.gzipped else path
        file = pq.ParquetFile(source)
        names = [cleaned_text(name.strip()) for name in file.schema_arrow.names]
        require_unique(path, names)
        number = 1
        for batch in file.iter_batches(batch_size=CHUNK_ROWS):
            columns = {name: texts_of(values) for name, values in zip(names, batch.columns, strict=True)}
            yield RawChunk(list(range(number, number + batch.num_rows)), columns)
            number += batch.num_rows
        if number == 1:
            yield RawChunk([], {name: [] for name in names})
    except (pa.ArrowException, OSError) as error:
        raise unreadable(path, error) from error


def texts_of(values: pa.Array) -> list[str | None]:
    """A column as text, None where it has no value or no finite number; nested values and bytes as JSON."""
    kind = values.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return [json_text(_plain(value)) for value in values.to_pylist()]
    if pa.types.is_floating(kind):
        values = pc.if_else(pc.is_finite(values), values, None)
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        values = values.cast(pa.timestamp(kind.unit, "UTC"))
    return [cleaned_text(text) if text else None for text in values.cast(pa.string()).to_pylist()]


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
