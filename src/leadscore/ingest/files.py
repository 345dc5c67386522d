"""Opening a file of facts, however it is written."""

from collections.abc import Iterator
from pathlib import Path

from leadscore.config.mapping import FileMapping, MappingConfig
from leadscore.ingest.column_reader import TimeReading
from leadscore.ingest.csv_rows import read_csv
from leadscore.ingest.detect import UNREADABLE, FileForm, detect_form, unreadable
from leadscore.ingest.jsonl_rows import read_jsonl
from leadscore.ingest.mapping import MappedChunk, map_chunks
from leadscore.ingest.parquet_rows import read_parquet
from leadscore.ingest.reshape import JoinedFile, read_joined, with_joined
from leadscore.ingest.rows import RawChunk

_READERS = {"csv": read_csv, "jsonl": read_jsonl, "parquet": read_parquet}


def open_chunks(path: Path, form: FileForm, kind: str, mapping: MappingConfig) -> Iterator[MappedChunk]:
    """The rows of a file of one kind under leadscore's column names, in chunks.

    form     how the file is written, from `detect_form`.
    kind     leads, attributes, events or outcomes.
    Raises   DataError [LS-FILE-01] if it is damaged, [LS-FILE-02] if it lacks columns; UsageError [LS-FILE-01] if a
             file to join is missing, [LS-CONFIG-02] if it has several rows for one value.
    """
    block = file_mapping(kind, mapping)
    further = [_further(path.parent / name, on) for name, on in block.join.items()]
    return map_chunks(with_joined(read_chunks(path, form), further), kind, block, str(path))


def _further(path: Path, on: str) -> JoinedFile:
    return read_joined(read_chunks(path, detect_form(path)), on, str(path))


def read_chunks(path: Path, form: FileForm) -> Iterator[RawChunk]:
    """The rows of a file as found, in chunks.

    Raises   DataError [LS-FILE-01] if it is damaged, [LS-FILE-02] if two columns have one name.
    """
    try:
        yield from _READERS[form.format](path, form)
    except UNREADABLE as error:
        raise unreadable(path, error) from error


def file_mapping(kind: str, mapping: MappingConfig) -> FileMapping:
    """The block of the mapping for one kind of file."""
    block: FileMapping = getattr(mapping, kind)
    return block


def time_reading(kind: str, mapping: MappingConfig) -> TimeReading:
    """How the times of one kind of file are read.

    Raises   UsageError [LS-CONFIG-02] if the mapping names an unknown zone or a day zero that is no date.
    """
    times = TimeReading(mapping.timezone, file_mapping(kind, mapping).day_zero)
    times.check("configs/mapping.yaml")
    return times
