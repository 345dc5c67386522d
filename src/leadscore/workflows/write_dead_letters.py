"""Write rows that could not be imported to a file: what is wrong with each, and the row itself."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TextIO

from leadscore.domain.errors import OutsideError
from leadscore.domain.time import format_instant
from leadscore.ingest.mapping import DEAD_LETTER_PREFIX
from leadscore.ingest.rows import RowFault

_NOTES = ("row", "code", "column", "reason", "text")


@dataclass(frozen=True, slots=True)
class DeadRow:
    """A row that could not be imported: its 1-based number, all its faults, and its cells or, unsplit, its text."""

    number: int
    faults: Sequence[RowFault]
    cells: dict[str, str | None]
    text: str = ""


class DeadLetterFile:
    """A file of refused rows, made when the first one comes: CSV, or JSONL if the rows come from JSONL.

    Its first columns are `dead_letter_row`, `_code`, `_column`, `_reason` and `_text`; the cells of the row follow,
    under their own names. Imports ignore those five, so once the cells are mended the file can be imported as it is.
    """

    def __init__(self, folder: Path, source: Path, kind: str, now: int, as_json: bool) -> None:
        stamp = format_instant(now).replace(":", "").replace("-", "")
        self._folder, self._as_json = folder, as_json
        self._name = f"{kind}-{source.name.split('.')[0]}-{stamp}"
        self._file: TextIO | None = None
        self._columns: list[str] = []
        self.path: Path | None = None

    def __enter__(self) -> "DeadLetterFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, rows: Sequence[DeadRow], columns: Sequence[str]) -> None:
        """Write rows.

        columns  the columns of the file they come from.
        Raises   OutsideError [LS-FILE-01] if the file cannot be written.
        """
        if not rows:
            return
        try:
            file = self._file or self._open(columns)
            for row in rows:
                self._write(file, row)
            file.flush()
        except OSError as error:
            raise OutsideError("LS-FILE-01", where=str(self.path), found=f"it cannot be written: {error}") from error

    def _open(self, columns: Sequence[str]) -> TextIO:
        suffix = "jsonl" if self._as_json else "csv"
        self._folder.mkdir(parents=True, exist_ok=True)
        free = (f"{self._name}{'' if turn == 1 else f'-{turn}'}.{suffix}" for turn in range(1, 1_000_000))
        self.path = next(path for name in free if not (path := self._folder / name).exists())
        self._file = self.path.open("x", encoding="utf-8", newline="" if suffix == "csv" else "\n")
        self._columns = [name for name in columns if not name.startswith(DEAD_LETTER_PREFIX)]
        if not self._as_json:
            csv.writer(self._file).writerow([*(DEAD_LETTER_PREFIX + note for note in _NOTES), *self._columns])
        return self._file

    def _write(self, file: TextIO, row: DeadRow) -> None:
        notes = {DEAD_LETTER_PREFIX + name: note for name, note in zip(_NOTES, _notes(row), strict=True)}
        if self._as_json:
            own = {name: cell for name, cell in row.cells.items() if not name.startswith(DEAD_LETTER_PREFIX)}
            file.write(json.dumps(notes | own, ensure_ascii=False) + "\n")
        else:
            csv.writer(file).writerow([*notes.values(), *(row.cells.get(name) for name in self._columns)])


def _notes(row: DeadRow) -> tuple[int, str, str, str, str | None]:
    faults = row.faults
    return (
        row.number,
        ", ".join(dict.fromkeys(fault.code for fault in faults)),
        ", ".join(dict.fromkeys(fault.column for fault in faults if fault.column)),
        "; ".join(map(str, faults)),
        row.text or None,
    )
