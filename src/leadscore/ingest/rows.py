"""Rows as they were found, column by column, before anything is known about their meaning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leadscore.domain.errors import DataError
from leadscore.ingest.clean import cleaned_text, json_text

Columns = dict[str, list[str | None]]


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row cannot be used: a code of the error catalogue, its column, what was found and what is allowed."""

    code: str
    column: str
    found: str
    allowed: str = ""

    def __str__(self) -> str:
        place = f"{self.column}: " if self.column else ""
        return f"{place}{self.found}" + (f" (allowed: {self.allowed})" if self.allowed else "")


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that could not even be split into columns: its 1-based number, its text and why."""

    number: int
    text: str
    fault: RowFault


@dataclass(slots=True)
class RawChunk:
    """Consecutive rows of a file.

    numbers  1-based number of each row among the rows of data.
    columns  column name -> one text per row; None where the row has nothing. Every list is as long as `numbers`.
    broken   rows that stand between them and could not be split.
    nameless 1-based places of columns that hold something but have no name, and are left out.
    """

    numbers: list[int]
    columns: Columns
    broken: list[BrokenRow] = field(default_factory=list)
    nameless: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.numbers)

    def row(self, place: int) -> dict[str, str | None]:
        """One row, by its place in the chunk."""
        return {name: values[place] for name, values in self.columns.items()}

    def take(self, places: Sequence[int]) -> "RawChunk":
        """The rows at the given places; broken rows are left behind."""
        return RawChunk(
            [self.numbers[place] for place in places],
            {name: [values[place] for place in places] for name, values in self.columns.items()},
        )


def require_unique(path: Path, names: Sequence[str]) -> None:
    """Make sure that no two columns of a file have one name; columns without a name do not count.

    Raises   DataError [LS-FILE-02] naming all that stand more than once.
    """
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise DataError(
            "LS-FILE-02",
            where=str(path),
            found=f"the column {', '.join(twice)} appears more than once",
            fix="rename one of them in the file, or delete it",
        )


def chunk_of(objects: Sequence[Mapping[str, Any]], first_number: int = 1) -> RawChunk:
    """A chunk of JSON objects; their columns are all keys that any of them has.

    >>> chunk_of([{"a": 1.5}, {"a": None, "b": [1]}]).columns
    {'a': ['1.5', None], 'b': [None, '[1]']}
    """
    names = list(dict.fromkeys(name for each in objects for name in each))
    columns = {cleaned_text(name): [json_text(each.get(name)) for each in objects] for name in names}
    return RawChunk(list(range(first_number, first_number + len(objects))), columns)
