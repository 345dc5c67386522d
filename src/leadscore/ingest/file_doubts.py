"""What is said about a file of facts beside its counts: one line for each column and cause, with the first row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from leadscore.config.mapping import FileMapping
from leadscore.domain.notice import rows_named
from leadscore.domain.time import DAY_US, format_instant
from leadscore.ingest.mapping import KINDS, MappedChunk, unread_columns
from leadscore.ingest.rows import RowFault

MOST_NAMED = 12
"""Columns or values named in one line; of more only the number is told."""


@dataclass
class _Fault:
    rows: int
    first_row: int
    words: str


class FileDoubts:
    """Collects what a person should know about one file.

    name    of the file.
    kind    leads, attributes, events or outcomes.
    now     import time, epoch microseconds: what lies more than a day after it lies in the future.
    """

    def __init__(self, name: str, kind: str, mapping: FileMapping, timezone: str, now: int) -> None:
        self._name, self._kind, self._mapping, self._timezone = name, kind, mapping, timezone
        self._future_at = now + DAY_US
        self._lines: list[str] = []
        self._faults: dict[tuple[str, str], _Fault] = {}
        self._rows = self._rejected = 0
        self._zoneless: set[str] = set()
        self._latest: dict[str, tuple[int, int]] = {}
        self._nameless: set[int] = set()

    def add(self, *lines: str) -> None:
        """Note something in words."""
        self._lines += lines

    def add_chunk(self, chunk: MappedChunk, zoneless: Iterable[str], latest: dict[str, tuple[int, int]]) -> None:
        """Note rows that were read.

        zoneless  columns with times that name no zone.
        latest    column of times -> the latest one and its place in the chunk.
        """
        if not self._rows:
            unread = unread_columns(list(chunk.raw.columns), self._kind, self._mapping)
            self._lines += [_unread(unread, self._kind)] if unread else []
        self._rows += len(chunk.raw) + len(chunk.raw.broken)
        self._zoneless |= set(zoneless)
        self._nameless |= set(chunk.raw.nameless)
        for column, (at, place) in latest.items():
            self._latest[column] = max(self._latest.get(column, (at, 0)), (at, chunk.raw.numbers[place]))

    def add_rejected(self, number: int, faults: Sequence[RowFault]) -> None:
        """Note a row that could not be used."""
        self._rejected += 1
        for fault in faults:
            known = self._faults.setdefault(
                (fault.column, fault.code), _Fault(0, number, f"{_found(fault)} [{fault.code}]")
            )
            known.rows += 1

    def lines(self) -> tuple[str, ...]:
        """Everything noted, each line naming the file."""
        found = list(self._lines)
        if self._nameless:
            found.append(f"column {_listed(sorted(self._nameless))} has no name and is not read; name it in the header")
        found += [
            f"times in column {column} name no zone and are read as {self._timezone};"
            " `timezone:` in configs/mapping.yaml changes that"
            for column in sorted(self._zoneless)
        ]
        found += [
            f"column {column} lies in the future: {format_instant(at)} in row {number}; mend it, since training takes"
            " the latest time known for today, but for a few that stray far from all others"
            for column, (at, number) in sorted(self._latest.items())
            if at > self._future_at
        ]
        if self._rejected:
            found.append(f"{self._rejected} of {self._rows} rows are rejected; mend them and import them again:")
            found += [
                f"  {column or 'whole row'}: {rows_named(fault.rows)}, first row {fault.first_row}: {fault.words}"
                for (column, _), fault in self._faults.items()
            ]
        return tuple(f"{self._name}: {line}" for line in found)


def _found(fault: RowFault) -> str:
    return fault.found + (f" (allowed: {fault.allowed})" if fault.allowed else "")


def _unread(names: list[str], kind: str) -> str:
    columns = KINDS[kind]
    hints = {name: get_close_matches(name.lower(), columns.optional, n=1) for name in names}
    meant = [f"perhaps {name} means {close[0]}" for name, close in hints.items() if close]
    allowed = f"{kind} have {', '.join((*columns.required, *columns.optional))}"
    return "; ".join([f"column {_listed(names)} is not read", *meant, allowed])


def _listed(names: Sequence[object]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(map(str, names[:MOST_NAMED])) + more
