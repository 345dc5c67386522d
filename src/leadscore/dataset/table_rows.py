"""The rows of a flat file as a frame: all of them, or the reason why each bad one is none."""

import gzip
import io
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leadscore.domain.errors import DataError
from leadscore.domain.notice import Notice, rows_named
from leadscore.ingest.clean import cleaned_text
from leadscore.ingest.detect import UNREADABLE, FileForm, unreadable
from leadscore.ingest.files import read_chunks
from leadscore.ingest.parquet_rows import texts_of
from leadscore.ingest.rows import RawChunk, require_unique

_MOST_NAMED = 10


def read_text_rows(path: Path, form: FileForm, notice: Notice) -> pd.DataFrame:
    """The rows of a CSV or JSONL file, every cell as text, "" where it is empty.

    Raises   DataError [LS-FILE-03] naming the rows that cannot be split or that repeat the header, since a model
             learnt from the rest, or scores without them, would look whole; [LS-FILE-01, LS-FILE-02] as the readers.
    """
    parts: list[pa.Table] = []
    faults: list[tuple[int, str]] = []
    total = 0
    nameless: set[int] = set()
    for chunk in read_chunks(path, form):
        faults += [(row.number, row.fault.found) for row in chunk.broken] + _repeated_headers(chunk)
        total += len(chunk) + len(chunk.broken)
        nameless |= set(chunk.nameless)
        # Chunk by chunk, so that the texts are never all held as objects of Python.
        parts.append(pa.table({name: pa.array(texts, pa.string()) for name, texts in chunk.columns.items()}))
    rows = pa.concat_tables(parts, promote_options="default")
    if faults:
        raise _broken(path, sorted(faults), total, rows.num_columns)
    if nameless:
        places = ", ".join(map(str, sorted(nameless)))
        notice(f"{path.name}: column {places} has no name and is not read; name it in the header")
    frame: pd.DataFrame = pa.table({name: pc.fill_null(rows[name], "") for name in rows.column_names}).to_pandas()
    return frame


def read_parquet_rows(path: Path, form: FileForm) -> pd.DataFrame:
    """The rows of a Parquet file with their types; nested values and bytes as JSON text.

    Raises   DataError [LS-FILE-01] if it is damaged, [LS-FILE-02] if two columns have one name.
    """
    try:
        file = pq.ParquetFile(io.BytesIO(gzip.decompress(path.read_bytes())) if form.gzipped else path)
        require_unique(path, [cleaned_text(name.strip()) for name in file.schema_arrow.names])
        table = file.read()
        frame: pd.DataFrame = table.select(
            [field.name for field in table.schema if not _is_opaque(field.type)]
        ).to_pandas()
        for field in table.schema:
            if _is_opaque(field.type):
                frame[field.name] = texts_of(table[field.name].combine_chunks())
    except (pa.ArrowException, ValueError, *UNREADABLE) as error:
        raise unreadable(path, error) from error
    frame = frame.reset_index(drop=frame.index.names == [None])
    return frame.set_axis([cleaned_text(str(name).strip()) for name in frame.columns], axis="columns")


def _is_opaque(kind: pa.DataType) -> bool:
    return bool(pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _repeated_headers(chunk: RawChunk) -> list[tuple[int, str]]:
    names = list(chunk.columns)
    first = chunk.columns[names[0]] if names else []
    places = [place for place, text in enumerate(first) if text == names[0]]
    repeats = [place for place in places if all(chunk.columns[name][place] == name for name in names)]
    return [(chunk.numbers[place], "the row repeats the header") for place in repeats]


def _broken(path: Path, faults: list[tuple[int, str]], total: int, width: int) -> DataError:
    named = "; ".join(f"row {number}: {found}" for number, found in faults[:_MOST_NAMED])
    more = f"; and {len(faults) - _MOST_NAMED:,} more" if len(faults) > _MOST_NAMED else ""
    title = width == 1 or len(faults) == total
    return DataError(
        "LS-FILE-03",
        where=str(path),
        found=f"{rows_named(len(faults))} of {total:,} cannot be read: {named}{more}",
        allowed="as many fields as the header has; a field that holds a separator or a line end stands in quotes",
        fix="delete the title above the header, if there is one, and mend these rows" if title else "mend these rows",
    )
