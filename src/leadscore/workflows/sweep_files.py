"""Take the rows about a person out of the files that leadscore wrote: dead letters, exports, scores, lists of grades.

A file is known by its columns; whatever else lies in the folders is somebody's own and is left alone.
"""

import csv
import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TextIO, cast

from leadscore.config.load import Settings
from leadscore.config.mapping import FileMapping
from leadscore.domain.errors import OutsideError
from leadscore.domain.progress import Progress
from leadscore.ingest.mapping import DEAD_LETTER_PREFIX, KINDS, as_told
from leadscore.ingest.mentions import Mentions
from leadscore.workflows.export_facts import EVENT_COLUMNS, MESSAGE_COLUMNS
from leadscore.workflows.export_person import DOCUMENT

_OURS: tuple[frozenset[str], ...] = (
    frozenset({DEAD_LETTER_PREFIX + "row", DEAD_LETTER_PREFIX + "code"}),
    frozenset(EVENT_COLUMNS),
    frozenset(MESSAGE_COLUMNS),
    frozenset({"lead_id", "as_of", "score", "model_version"}),
    frozenset({"p_convert", "score", "grade", "reason_1"}),
    frozenset({"lead_id", "before", "after", "score_before", "score_after"}),
    frozenset({"id", "received_at", "code", "reason", "message"}),
)
_SUFFIXES = (".csv", ".csv.gz", ".jsonl", ".json", ".parquet")
_WHOLE_FOLDERS = ("data", "models", "reports")
_HEAD_BYTES = 1_000


class Swept(NamedTuple):
    """In how many files how many rows were found."""

    files: int
    rows: int


@dataclass(frozen=True)
class _Sweep:
    mentions: Mentions
    ids: frozenset[str]
    settings: Settings
    remove: bool


class _Row(NamedTuple):
    """A row by column, and its text in the file."""

    cells: Mapping[str, Any]
    text: str


def sweep_files(
    settings: Settings, mentions: Mentions, ids: frozenset[str], progress: Progress, *, remove: bool = True
) -> Swept:
    """Remove every row about a person from the files of leadscore below the home; other rows stay byte for byte.

    remove   False only counts.
    Raises   OutsideError [LS-FILE-01] if a file cannot be read or written.
    """
    sweep = _Sweep(mentions, ids, settings, remove)
    files = list(_candidates(settings.service.home))
    counts = []
    for number, path in enumerate(files, start=1):
        try:
            counts.append(_sweep_one(path, sweep))
        except (OSError, EOFError, UnicodeError, csv.Error) as error:
            raise OutsideError("LS-FILE-01", where=str(path), found=f"it cannot be searched: {error}") from error
        progress("searching files", number, len(files))
    return Swept(sum(count > 0 for count in counts), sum(counts))


def _candidates(home: Path) -> Iterator[Path]:
    """Files in the folders that leadscore writes to, and those beside and just below them in the home."""
    whole = [path for name in _WHOLE_FOLDERS for path in (home / name).rglob("*")]
    near = [path for pattern in ("*", "*/*") for path in home.glob(pattern)]
    hidden = (path for path in dict.fromkeys([*whole, *near]) if path.name.endswith(_SUFFIXES))
    for path in sorted(hidden):
        inside = path.relative_to(home).parts
        if not any(part.startswith(".") for part in inside) and path.is_file() and not path.is_symlink():
            yield path


def _sweep_one(path: Path, sweep: _Sweep) -> int:
    if path.suffix == ".parquet":
        return _sweep_parquet(path, sweep)
    if path.suffix == ".json":
        return _sweep_document(path, sweep)
    block = _block_of(path, sweep.settings)
    with _rows_in(path) as rows:
        head = next(rows, None)
        if head is None or not any(ours <= set(head.cells) for ours in _OURS):
            return 0
        about = [sweep.mentions.within(as_told(row.cells, block)) for row in rows]
    if any(about) and sweep.remove:
        _rewrite(path, about)
    return sum(about)


def _rewrite(path: Path, gone: list[bool]) -> None:
    """Leave rows out of a file, by their numbers; a file that would have none left goes."""
    if all(gone):
        path.unlink()
        return
    fresh = path.with_name(f".{path.name}")
    with _rows_in(path) as rows, _open(fresh, "w") as out:
        out.write(next(rows).text)
        out.writelines(row.text for row, skipped in zip(rows, gone, strict=True) if not skipped)
    shutil.copymode(path, fresh)
    fresh.replace(path)


@contextmanager
def _rows_in(path: Path) -> Iterator[Iterator[_Row]]:
    """The head of a file, whose cells are the names of its columns and whose text may be empty, then its rows."""
    with _open(path, "r") as file:
        yield _csv_rows(file) if ".csv" in path.suffixes else _json_rows(file)


def _block_of(path: Path, settings: Settings) -> FileMapping | None:
    """The mapping by which the rows of a dead-letter file were read."""
    kind = path.name.split("-")[0]
    return getattr(settings.mapping, kind) if kind in KINDS else None


def _csv_rows(file: TextIO) -> Iterator[_Row]:
    """The rows with their texts; the first is the head, whose cells are the names of the columns."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in file:
            taken.append(line)
            yield line

    names: list[str] | None = None
    for cells in csv.reader(lines()):
        text = "".join(taken)
        taken.clear()
        if names is None:
            names = cells
        yield _Row(dict(zip(names, cells, strict=False)), text)


def _json_rows(file: TextIO) -> Iterator[_Row]:
    for number, line in enumerate(file):
        try:
            found = json.loads(line)
        except ValueError:
            found = line
        row = found if isinstance(found, dict) else {"": found}
        if number == 0:
            yield _Row(dict.fromkeys(row), "")
        yield _Row(row, line)


def _sweep_document(path: Path, sweep: _Sweep) -> int:
    """Remove what was exported about the person as one document."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        if DOCUMENT.encode() not in head:
            return 0
        try:
            ids = json.loads(head + file.read())["ids"]
        except (ValueError, KeyError, TypeError):
            return 0
    if sweep.ids.isdisjoint(map(str, ids)):
        return 0
    if sweep.remove:
        path.unlink()
    return 1


def _sweep_parquet(path: Path, sweep: _Sweep) -> int:
    """Let another process do it: what serves imports no Arrow."""
    asked = {"file": str(path), "ids": sorted(sweep.ids), "remove": sweep.remove}
    done = subprocess.run(
        [sys.executable, "-m", "leadscore.workflows.sweep_parquet"],
        input=json.dumps(asked).encode(),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise OSError(" ".join(told) or f"reading it ends a process with status {done.returncode}")
    return int(done.stdout)


def _open(path: Path, mode: str) -> TextIO:
    opened: Callable[..., Any] = gzip.open if path.name.endswith(".gz") else open
    return cast(TextIO, opened(path, mode + "t", encoding="utf-8", errors="surrogateescape", newline=""))
