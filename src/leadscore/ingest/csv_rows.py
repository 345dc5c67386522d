"""CSV files in chunks; a line that cannot be split costs itself and no other."""

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from leadscore.domain.errors import DataError
from leadscore.ingest.clean import cleaned_text
from leadscore.ingest.detect import FileForm, open_binary
from leadscore.ingest.rows import BrokenRow, RawChunk, RowFault, require_unique

CHUNK_ROWS = 10_000


def read_csv(path: Path, form: FileForm) -> Iterator[RawChunk]:
    """The rows of a CSV file; blank lines are none, an empty field is None, a column without a name is left out.

    Raises   DataError [LS-FILE-01] if the header cannot be split; [LS-FILE-02] if two columns have one name.
    """
    with open_binary(path, form.gzipped) as binary:
        lines = _Lines(_without_nul(io.TextIOWrapper(binary, form.encoding, errors=form.errors, newline=""), form))
        header = next((row for row in _split(lines, form.separator) if row), [])
        names = _names(path, header)
        number = 1
        while block := lines.take(CHUNK_ROWS):
            fields = _plain_rows(block, form.separator, len(names))
            if fields is not None:
                chunk = _chunk(names, list(range(number, number + len(fields))), fields, [])
            else:
                lines.put_back(block)
                chunk = _careful_chunk(lines, form.separator, names, number)
            yield chunk
            number += len(chunk) + len(chunk.broken)
        if number == 1:
            yield _chunk(names, [], [], [])


def _without_nul(lines: Iterable[str], form: FileForm) -> Iterable[str]:
    return map(cleaned_text, lines) if form.has_nul else lines


def _plain_rows(block: list[str], separator: str, width: int) -> list[list[str]] | None:
    """The rows of a block of lines if each line is one whole row; None if any needs a closer look."""
    try:
        rows = list(csv.reader(block, delimiter=separator, strict=True))
    except csv.Error:
        return None
    return rows if len(rows) == len(block) and set(map(len, rows)) == {width} else None


def _careful_chunk(lines: "_Lines", separator: str, names: list[str], number: int) -> RawChunk:
    """The next rows one by one: they may span lines or be broken."""
    numbers: list[int] = []
    fields: list[list[str]] = []
    broken: list[BrokenRow] = []
    for row in _split(lines, separator):
        if row:
            if isinstance(row, _Unsplit) or len(row) != len(names):
                broken.append(_broken(number, row, lines, len(names)))
            else:
                numbers.append(number)
                fields.append(row)
            number += 1
        if len(numbers) + len(broken) == CHUNK_ROWS:
            break
    return _chunk(names, numbers, fields, broken)


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

    def take(self, count: int) -> list[str]:
        """The next lines, at most `count`."""
        lines = list(islice(self._source, max(0, count - len(self._returned))))
        return [self._returned.popleft() for _ in range(min(count, len(self._returned)))] + lines

    def put_back(self, lines: list[str]) -> None:
        """Make lines the next ones again."""
        self._returned.extendleft(reversed(lines))

    def give_back(self) -> str:
        """Give all lines of the current row but its first back; they may be rows of their own."""
        first, *others = self.taken
        self.put_back(others)
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
        raise DataError(
            "LS-FILE-01",
            where=str(path),
            found=f"its first line cannot be split into columns: {header}",
            fix="close its quotes",
        )
    names = [cleaned_text(name.strip().lstrip("\ufeff")) for name in header]
    require_unique(path, names)
    return names


def _chunk(names: list[str], numbers: list[int], fields: list[list[str]], broken: list[BrokenRow]) -> RawChunk:
    by_column = list(zip(*fields, strict=True)) if fields else [()] * len(names)
    columns = {
        name: list(texts) if all(texts) else [text or None for text in texts]
        for name, texts in zip(names, by_column, strict=True)
        if name
    }
    nameless = [place for place, name in enumerate(names) if not name and any(by_column[place])]
    return RawChunk(numbers, columns, broken, [place + 1 for place in nameless])
