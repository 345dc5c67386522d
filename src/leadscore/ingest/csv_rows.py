"""CSV files in chunks; a line that cannot be split costs itself and no other."""

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from leadscore.domain.errors import DataError
from leadscore.ingest.clean import cleaned_text
from leadscore.ingest.detect import FileForm, open_binary
from leadscore.ingest.rows import BrokenRow, RawChunk, RowFault

CHUNK_ROWS = 10_000


def read_csv(path: Path, form: FileForm) -> Iterator[RawChunk]:
    """The rows of a CSV file; blank lines are none, an empty field is None.

    Raises   DataError [LS-FILE-01] if the header cannot be split; [LS-FILE-02] if two columns have one name.
    """
    with open_binary(path, form.gzipped) as binary:
        lines = _Lines(io.TextIOWrapper(binary, form.encoding, errors="replace", newline=""))
        rows = _split(lines, form.separator)
        names = _names(path, next((row for row in rows if row), []))
        numbers: list[int] = []
        fields: list[list[str]] = []
        broken: list[BrokenRow] = []
        number = 0
        for row in rows:
            if not row:
                continue
            number += 1
            if isinstance(row, _Unsplit) or len(row) != len(names):
                broken.append(_broken(number, row, lines, len(names)))
            else:
                numbers.append(number)
                fields.append(row)
            if len(numbers) + len(broken) == CHUNK_ROWS:
                yield _chunk(names, numbers, fields, broken)
                numbers, fields, broken = [], [], []
        yield _chunk(names, numbers, fields, broken)


class _Unsplit(str):
    """Why the reader could not split a line."""

    __slots__ = ()


class _Lines:
    """Lines of a file that remembers those the current row has taken, and can give all but the first back."""

    def __init__(self, source: Iterable[str]) -> None:
        self._source = iter(source)
        self._returned: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._source)
        self.taken.append(line)
        return line

    def forget(self) -> None:
        """The current row is done with."""
        self.taken.clear()

    def give_back(self) -> str:
        """Give all lines of the current row but its first back; they may be rows of their own."""
        first, *others = self.taken
        self._returned.extendleft(reversed(others))
        self.taken = [first]
        return first


def _split(lines: _Lines, separator: str) -> Iterator[list[str] | _Unsplit]:
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        lines.forget()
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _Unsplit(error)


def _broken(number: int, row: list[str] | _Unsplit, lines: _Lines, width: int) -> BrokenRow:
    found = f"cannot be split: {row}" if isinstance(row, _Unsplit) else f"has {len(row)} fields, the header {width}"
    text = cleaned_text(lines.give_back().rstrip("\r\n"))
    return BrokenRow(number, text, RowFault("LS-ROW-02", "", f"the row {found}"))


def _names(path: Path, header: list[str] | _Unsplit) -> list[str]:
    if isinstance(header, _Unsplit):
        raise DataError("LS-FILE-01", where=str(path), found=f"its first line cannot be split into columns: {header}")
    names = [cleaned_text(name.strip().lstrip("\ufeff")) for name in header]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise DataError(
            "LS-FILE-02",
            where=str(path),
            found=f"the column {', '.join(twice)} appears more than once",
            fix="rename one of them in the file",
        )
    return names


def _chunk(names: list[str], numbers: list[int], fields: list[list[str]], broken: list[BrokenRow]) -> RawChunk:
    by_column = zip(*fields, strict=True) if fields else ((),) * len(names)
    columns = {
        name: [text if text else None for text in texts] for name, texts in zip(names, by_column, strict=True) if name
    }
    return RawChunk(numbers, columns, broken)
