"""Columns made of others: ids of several parts, dates of day counts, and what another file says of the same thing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from leadscore.config.mapping import FileMapping
from leadscore.domain.errors import DataError, UsageError
from leadscore.ingest.rows import Columns, RawChunk

_TIMES = ("created_at", "updated_at", "occurred_at", "known_at")


def joined(parts: Sequence[str | None]) -> str | None:
    """The parts of a key as one text; None if any is missing.

    >>> joined(["AAA", "2013J", "11391"]), joined(["AAA", None])
    ('AAA:2013J:11391', None)
    """
    return None if None in parts else ":".join(part for part in parts if part is not None)


def composed(rows: RawChunk, mapping: FileMapping) -> Columns:
    """The columns that `composed` of a mapping makes up."""
    nothing: list[str | None] = [None] * len(rows)
    return {
        name: [joined(key) for key in zip(*(rows.columns.get(part, nothing) for part in parts), strict=True)]
        for name, parts in mapping.composed.items()
    }


def with_dates(columns: Columns, rows: RawChunk, mapping: FileMapping) -> Columns:
    """Day counts as dates, each from the day zero that another column of its row calls for.

    A text that is no day count, or whose row calls for no known day zero, stays as it is: the reader refuses it.
    """
    dated = dict(columns)
    for column, zeros in mapping.day_zeros.items():
        called = [zeros.get(text) if text else None for text in rows.columns.get(column, [None] * len(rows))]
        for name in _TIMES:
            if name in dated:
                dated[name] = [_date(text, zero) for text, zero in zip(dated[name], called, strict=True)]
    return dated


def _date(text: str | None, zero: date | None) -> str | None:
    try:
        return (zero + timedelta(days=int(text))).isoformat() if text and zero else text
    except (ValueError, OverflowError):
        return text


@dataclass(frozen=True)
class JoinedFile:
    """What a further file says: value of the shared column -> one text per other column."""

    on: str
    names: tuple[str, ...]
    rows: dict[str, tuple[str | None, ...]]


def read_joined(chunks: Iterable[RawChunk], on: str, where: str) -> JoinedFile:
    """All rows of a further file.

    on       the shared column.
    where    the file, for errors.
    Raises   DataError [LS-FILE-02] if it lacks that column; UsageError [LS-CONFIG-02] if a value has several rows.
    """
    names: tuple[str, ...] = ()
    rows: dict[str, tuple[str | None, ...]] = {}
    for chunk in chunks:
        if on not in chunk.columns:
            raise DataError(
                "LS-FILE-02", where=where, found=f"no column {on}; the file has {', '.join(chunk.columns)}", allowed=on
            )
        names = tuple(name for name in chunk.columns if name != on)
        for key, *texts in zip(chunk.columns[on], *(chunk.columns[name] for name in names), strict=True):
            if key in rows:
                found = f"several rows have {on} {key!r}, so none can be joined"
                raise UsageError("LS-CONFIG-02", where=where, found=found, fix=f"leave one row per {on}")
            if key is not None:
                rows[key] = tuple(texts)
    return JoinedFile(on, names, rows)


def with_joined(chunks: Iterable[RawChunk], files: Sequence[JoinedFile]) -> Iterator[RawChunk]:
    """Rows with the columns of further files; a column that the rows have themselves stays theirs."""
    for chunk in chunks:
        for file in files:
            nothing: tuple[str | None, ...] = (None,) * len(file.names)
            keys = chunk.columns.get(file.on, [None] * len(chunk))
            found = [file.rows.get(key, nothing) if key else nothing for key in keys]
            added = {name: [texts[place] for texts in found] for place, name in enumerate(file.names)}
            chunk.columns.update({name: texts for name, texts in added.items() if name not in chunk.columns})
        yield chunk
