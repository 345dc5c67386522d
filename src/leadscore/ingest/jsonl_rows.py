"""JSONL files in chunks: one JSON object per line."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leadscore.ingest.clean import cleaned_text, read_json
from leadscore.ingest.csv_rows import CHUNK_ROWS
from leadscore.ingest.detect import FileForm, open_binary
from leadscore.ingest.rows import BrokenRow, RawChunk, RowFault, chunk_of


def read_jsonl(path: Path, form: FileForm) -> Iterator[RawChunk]:
    """The rows of a JSONL file; blank lines are none, a key that a row lacks is None."""
    with open_binary(path, form.gzipped) as binary:
        lines = io.TextIOWrapper(binary, form.encoding, errors=form.errors, newline="\n")
        objects: dict[int, dict[str, Any]] = {}
        broken: list[BrokenRow] = []
        number = 0
        for line in lines:
            text = line.lstrip("\ufeff").strip()
            if not text:
                continue
            number += 1
            found = _object(text)
            if isinstance(found, dict):
                objects[number] = found
            else:
                broken.append(BrokenRow(number, cleaned_text(text), RowFault("LS-ROW-02", "", found, "a JSON object")))
            if len(objects) + len(broken) == CHUNK_ROWS:
                yield _chunk(objects, broken)
                objects, broken = {}, []
        yield _chunk(objects, broken)


def _object(text: str) -> dict[str, Any] | str:
    try:
        found = read_json(text)
    except ValueError as error:
        return f"the line is no JSON: {error}"
    return found if isinstance(found, dict) else "the line is JSON, but no object"


def _chunk(objects: dict[int, dict[str, Any]], broken: list[BrokenRow]) -> RawChunk:
    chunk = chunk_of(list(objects.values()))
    return RawChunk(list(objects), chunk.columns, broken)
