"""From the columns of a foreign file to the columns of leadscore, by `configs/mapping.yaml`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from leadscore.config.mapping import FileMapping
from leadscore.domain.errors import DataError
from leadscore.ingest.reshape import composed, joined, with_dates
from leadscore.ingest.rows import Columns, RawChunk

DEAD_LETTER_PREFIX = "dead_letter_"
"""Columns that dead-letter files add; ignored on import, so that a mended file can be imported as it is."""

SPLIT_FIX = "separate the columns by comma, semicolon, tab or |"
"""What to do about a file that seems to have one column only."""


@dataclass(frozen=True)
class KindColumns:
    """The columns of one kind of file; `id_column` is the one that `key_columns` of a mapping can make up."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    id_column: str = "lead_id"
    open_ended: bool = False


KINDS: dict[str, KindColumns] = {
    "leads": KindColumns(("lead_id", "created_at"), ("source", "updated_at"), open_ended=True),
    "attributes": KindColumns(("lead_id", "name", "value", "known_at"), ()),
    "events": KindColumns(
        ("event_id", "lead_id", "type", "occurred_at"),
        ("known_at", "value", "channel", "campaign", "properties"),
        id_column="event_id",
    ),
    "outcomes": KindColumns(("lead_id", "outcome", "occurred_at"), ("known_at", "amount", "reason")),
}
"""Kinds of files and their columns (the contract of DESIGN 4.1); every further column of leads is an attribute."""


@dataclass(slots=True)
class MappedChunk:
    """Rows under leadscore's column names; `raw` holds the same rows as found, `skipped` counts those not kept."""

    raw: RawChunk
    columns: Columns
    skipped: int = 0

    def __len__(self) -> int:
        return len(self.raw)


def map_chunks(chunks: Iterable[RawChunk], kind: str, mapping: FileMapping, where: str) -> Iterator[MappedChunk]:
    """Rename, fill and filter the rows of a file.

    where    the file, for errors.
    Raises   DataError [LS-FILE-02] if the file lacks a column that its kind or the mapping needs.
    """
    checked = False
    for raw in chunks:
        if raw.columns and not checked:
            _check(list(raw.columns), kind, mapping, where)
            checked = True
        yield map_chunk(raw, kind, mapping)


def map_chunk(raw: RawChunk, kind: str, mapping: FileMapping | None = None) -> MappedChunk:
    """One chunk under leadscore's column names; columns that are not there are left out."""
    mapping = mapping or FileMapping()
    kept = _kept(raw, mapping)
    rows = raw if kept is None else raw.take(kept)
    columns = dict(_named(rows, kind, mapping)) | composed(rows, mapping)
    id_column = KINDS[kind].id_column
    if mapping.key_columns:
        parts = [rows.columns.get(name, [None] * len(rows)) for name in mapping.key_columns]
        given = columns.get(id_column, [None] * len(rows))
        columns[id_column] = [own or joined(key) for own, key in zip(given, zip(*parts, strict=True), strict=True)]
    for name, stored in mapping.values.items():
        columns[name] = [stored.get(text, text) if text else text for text in columns.get(name, [None] * len(rows))]
    return MappedChunk(rows, with_dates(columns, rows, mapping), skipped=len(raw) - len(rows))


def unread_columns(found: list[str], kind: str, mapping: FileMapping) -> list[str]:
    """The columns of a file that nothing is made of, in file order; of leads there are none."""
    columns = KINDS[kind]
    wanted = {mapping.columns.get(name, name) for name in (*columns.required, *columns.optional)}
    wanted |= {*mapping.columns.values(), *mapping.key_columns, *mapping.ignore}
    wanted.update(*further_columns(mapping).values())
    unread = [name for name in found if name not in wanted and not name.startswith(DEAD_LETTER_PREFIX)]
    return [] if columns.open_ended else unread


def _named(rows: RawChunk, kind: str, mapping: FileMapping) -> Iterator[tuple[str, list[str | None]]]:
    columns = KINDS[kind]
    known = (*columns.required, *columns.optional)
    wanted = {name: mapping.columns.get(name, name) for name in known} | mapping.columns
    if columns.open_ended:
        taken = {*wanted.values(), *known, *mapping.ignore}
        wanted |= {name: name for name in rows.columns if name not in taken and not name.startswith(DEAD_LETTER_PREFIX)}
    for name, column in wanted.items():
        if name not in mapping.constants and column in rows.columns:
            yield name, rows.columns[column]
    for name, value in mapping.constants.items():
        yield name, [value] * len(rows)


def _kept(raw: RawChunk, mapping: FileMapping) -> list[int] | None:
    if not mapping.keep:
        return None
    tests = [(raw.columns.get(name, [None] * len(raw)), frozenset(values)) for name, values in mapping.keep.items()]
    return [place for place in range(len(raw)) if all(texts[place] in values for texts, values in tests)]


def _check(found: list[str], kind: str, mapping: FileMapping, where: str) -> None:
    columns = KINDS[kind]
    made_up = {*mapping.composed, *([columns.id_column] if mapping.key_columns else [])}
    needed = {name: mapping.columns.get(name, name) for name in columns.required if name not in made_up}
    needed |= {f"(columns: {name})": column for name, column in mapping.columns.items() if name not in needed}
    needed |= {f"(key_columns) {name}": name for name in mapping.key_columns}
    needed |= {f"({part}) {name}": name for part, names in further_columns(mapping).items() for name in names}
    lacking = {name: column for name, column in needed.items() if column not in found and name not in mapping.constants}
    if not lacking:
        return
    hints = [_hint(name, column, found) for name, column in lacking.items()]
    optional = f"; optional: {', '.join(columns.optional)}" if columns.optional else ""
    further = "; every other column becomes an attribute" if columns.open_ended else ""
    raise DataError(
        "LS-FILE-02",
        where=where,
        found=f"no column {', '.join(lacking.values())}; the file has {', '.join(found)}",
        allowed=f"{kind} need {', '.join(columns.required)}{optional}{further}",
        fix=f"say in configs/mapping.yaml, under `{kind}:`, which column is meant: {'; '.join(hints)}"
        + (f"; or {SPLIT_FIX}" if len(found) == 1 else ""),
    )


def further_columns(mapping: FileMapping) -> dict[str, list[str]]:
    """Columns that a file must have for other reasons than being renamed: setting of the mapping -> columns."""
    parts = [name for names in mapping.composed.values() for name in names]
    return {
        "keep": list(mapping.keep),
        "composed": parts,
        "day_zeros": list(mapping.day_zeros),
        "join": list(mapping.join.values()),
    }


def _hint(name: str, column: str, found: list[str]) -> str:
    close = get_close_matches(column.lower(), [other.lower() for other in found], n=1)
    meant = next((other for other in found if close and other.lower() == close[0]), None)
    if name.startswith("("):
        return f"{name} is {column!r}" + (f", perhaps {meant!r} is meant" if meant else "")
    hint = f"`columns: {{{name}: {meant or 'COLUMN OF THE FILE'}}}`"
    return hint if name != "event_id" or meant else f"{hint}, or `key_columns: [...]` whose values together are unique"


def as_told(cells: Mapping[str, Any], block: FileMapping | None) -> dict[str, Any]:
    """A row of a foreign file with the id of its lead under our own name, as the mapping finds it.

    >>> as_told({"Kunde": "7"}, FileMapping(columns={"lead_id": "Kunde"}))["lead_id"]
    '7'
    """
    row = dict(cells)
    if block is not None and "lead_id" in block.composed:
        row["lead_id"] = ":".join(str(cells.get(name) or "") for name in block.composed["lead_id"])
    elif block is not None and "lead_id" in block.columns:
        row["lead_id"] = cells.get(block.columns["lead_id"])
    return row
