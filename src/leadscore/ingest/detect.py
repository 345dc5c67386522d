"""Finding out how a file is written: format, compression, encoding and separator, from its content alone."""

import codecs
import csv
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from leadscore.domain.errors import DataError, UsageError

UNREADABLE = (OSError, EOFError, zlib.error)
"""What reading a damaged file raises."""
SEPARATORS = ",;\t|"
_SAMPLE_BYTES = 65_536
_BLOCK_BYTES = 1_048_576
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class FileForm:
    """How a file is written.

    separator  empty unless it is CSV.
    rows       about how many rows it has, for telling progress only.
    has_nul    whether there are NUL bytes in it, which no database holds.
    """

    format: str
    gzipped: bool
    encoding: str = "utf-8"
    separator: str = ""
    rows: int = 0
    has_nul: bool = False


def detect_form(path: Path) -> FileForm:
    """Find out how a file is written.

    Returns  format `csv`, `jsonl` or `parquet`; encoding utf-8, utf-8-sig, utf-16 (with or without mark) or cp1252.
    Raises   UsageError [LS-FILE-01] if there is no such file; DataError [LS-FILE-01] if it is empty or unreadable.
    """
    if not path.is_file():
        raise UsageError("LS-FILE-01", where=str(path), found="there is no such file")
    try:
        gzipped = _start(path, gzipped=False).startswith(b"\x1f\x8b")
        sample = _start(path, gzipped)
    except UNREADABLE as error:
        raise DataError("LS-FILE-01", where=str(path), found=f"it cannot be read: {error}") from error
    if not sample.strip():
        raise DataError("LS-FILE-01", where=str(path), found="it is empty", fix="export it again with its rows")
    if sample.startswith(b"PAR1"):
        return FileForm("parquet", gzipped)
    if sample.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise DataError(
            "LS-FILE-01", where=str(path), found="it is a workbook or a zip file", fix="save it as CSV (UTF-8) first"
        )
    encoding, lines, has_nul = _encoding(path, gzipped, sample)
    text = sample.decode(encoding, "replace").lstrip("\ufeff").lstrip()
    if text.startswith("["):
        raise DataError(
            "LS-FILE-01", where=str(path), found="it is one JSON list", fix="write one JSON object per line (JSONL)"
        )
    if text.startswith("{"):
        return FileForm("jsonl", gzipped, encoding, rows=lines, has_nul=has_nul)
    return FileForm("csv", gzipped, encoding, _separator(text), lines - 1, has_nul)


def open_binary(path: Path, gzipped: bool) -> BinaryIO:
    """The bytes of a file, inflated if it is gzipped."""
    return cast(BinaryIO, gzip.open(path, "rb")) if gzipped else path.open("rb")


def _start(path: Path, gzipped: bool) -> bytes:
    with open_binary(path, gzipped) as file:
        return file.read(_SAMPLE_BYTES)


def _encoding(path: Path, gzipped: bool, sample: bytes) -> tuple[str, int, bool]:
    """The encoding of a file, its number of lines and whether it has NUL bytes, from reading it once to its end."""
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if sample.startswith(mark)), None)
    # Latin text in UTF-16 has a NUL in every other byte, the later one of each pair if little-endian.
    for name, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if encoding is None and zeros.count(0) > 0.4 * len(zeros):
            encoding = name
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, has_nul, is_utf8 = 0, False, True
    try:
        for block in _blocks(path, gzipped):
            lines += block.count(b"\n")
            has_nul = has_nul or b"\0" in block
            is_utf8 = is_utf8 and (encoding is not None or _decodes(decoder, block))
        is_utf8 = is_utf8 and (encoding is not None or _decodes(decoder, b"", final=True))
    except UNREADABLE as error:
        raise DataError("LS-FILE-01", where=str(path), found=f"it cannot be read: {error}") from error
    return encoding or ("utf-8" if is_utf8 else "cp1252"), lines, has_nul


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _blocks(path: Path, gzipped: bool) -> Iterator[bytes]:
    with open_binary(path, gzipped) as file:
        while block := file.read(_BLOCK_BYTES):
            yield block


def _separator(text: str) -> str:
    """The separator that splits the first line into most fields; a comma if none splits it."""
    lines = text.splitlines()
    return max(SEPARATORS, key=lambda separator: len(next(csv.reader(lines, delimiter=separator), [])))
