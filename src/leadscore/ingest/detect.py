"""Finding out how a file is written: format, compression, encoding and separator, from its content alone."""

import codecs
import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

from leadscore.domain.errors import DataError, UsageError
from leadscore.ingest.encoding import find_encoding

UNREADABLE = (OSError, EOFError, zlib.error)
"""What reading a damaged file raises."""
SEPARATORS = ",;\t|"
_SAMPLE_BYTES = 65_536
_BLOCK_BYTES = 1_048_576
_AGAIN = "copy it again, or export it again"


@dataclass(frozen=True, slots=True)
class FileForm:
    """How a file is written.

    separator  empty unless it is CSV.
    rows       about how many rows it has, for telling progress only.
    has_nul    whether there are NUL bytes in it, which no database holds.
    errors     what is done with bytes that are wrong in the encoding, a name that `codecs` knows.
    doubts     what a reader should be told about it, in words.
    """

    format: str
    gzipped: bool
    encoding: str = "utf-8"
    separator: str = ""
    rows: int = 0
    has_nul: bool = False
    errors: str = "replace"
    doubts: tuple[str, ...] = ()


def require_files(paths: Sequence[Path]) -> None:
    """Make sure that each path is a file.

    Raises   UsageError [LS-FILE-01] naming all that are none.
    """
    absent = [path for path in paths if not path.is_file()]
    if absent:
        folders = all(path.is_dir() for path in absent)
        raise UsageError(
            "LS-FILE-01",
            where=", ".join(map(str, absent)),
            found="it is a folder" if folders else "there is no such file",
            fix="name the files in it" if folders else "check its name and the folder you are in",
        )


def detect_form(path: Path) -> FileForm:
    """Find out how a file is written.

    Returns  format `csv`, `jsonl` or `parquet`; encoding utf-8, utf-8-sig, utf-16 (with or without mark) or cp1252.
    Raises   UsageError [LS-FILE-01] if there is no such file; DataError [LS-FILE-01] if it is empty or unreadable.
    """
    require_files([path])
    try:
        gzipped = _start(path, gzipped=False).startswith(b"\x1f\x8b")
        sample = _start(path, gzipped)
        _refuse(path, sample)
        if sample.startswith(b"PAR1"):
            return FileForm("parquet", gzipped)
        found = find_encoding(sample, lambda: _blocks(path, gzipped))
    except UNREADABLE as error:
        raise unreadable(path, error) from error
    text = sample.decode(found.name, found.errors).lstrip("\ufeff").lstrip()
    form = FileForm("jsonl", gzipped, found.name, "", found.lines, found.has_nul, found.errors, found.doubts)
    if text.startswith("["):
        raise DataError(
            "LS-FILE-01", where=str(path), found="it is one JSON list", fix="write one JSON object per line (JSONL)"
        )
    if text.startswith("{"):
        return form
    return replace(form, format="csv", separator=_separator(text), rows=found.lines - 1)


def unreadable(path: Path, error: Exception) -> DataError:
    """The error of a damaged file, whatever reading it raised."""
    return DataError("LS-FILE-01", where=str(path), found=f"it cannot be read to its end: {error}", fix=_AGAIN)


def _refuse(path: Path, sample: bytes) -> None:
    """Refuse what is no file of rows, by its first bytes."""
    found, fix = "", "save it as CSV (UTF-8) first"
    if not sample.strip():
        found, fix = "it is empty", "export it again with its rows"
    elif sample.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        found = "it is a workbook or a zip file"
    elif sample.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        found = "it is written in UTF-32"
    if found:
        raise DataError("LS-FILE-01", where=str(path), found=found, fix=fix)


def open_binary(path: Path, gzipped: bool) -> BinaryIO:
    """The bytes of a file, inflated if it is gzipped."""
    return cast(BinaryIO, gzip.open(path, "rb")) if gzipped else path.open("rb")


def _start(path: Path, gzipped: bool) -> bytes:
    with open_binary(path, gzipped) as file:
        return file.read(_SAMPLE_BYTES)


def _blocks(path: Path, gzipped: bool) -> Iterator[bytes]:
    with open_binary(path, gzipped) as file:
        while block := file.read(_BLOCK_BYTES):
            yield block


def _separator(text: str) -> str:
    """The separator that splits the first line into most fields; a comma if none splits it."""
    lines = text.splitlines()
    return max(SEPARATORS, key=lambda separator: _width(lines, separator))


def _width(lines: list[str], separator: str) -> int:
    try:
        return len(next(csv.reader(lines, delimiter=separator), []))
    except csv.Error:
        return 0
