"""Import a file of leads, attributes, events or outcomes: the good rows go in, each bad row is named."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leadscore.config.mapping import FileMapping, MappingConfig
from leadscore.domain.errors import UsageError
from leadscore.domain.lead import LeadRow
from leadscore.domain.outcome import Outcome
from leadscore.domain.progress import Progress, silent
from leadscore.domain.time import format_instant
from leadscore.ingest.detect import detect_form
from leadscore.ingest.file_doubts import FileDoubts
from leadscore.ingest.files import file_mapping, open_chunks, time_reading
from leadscore.ingest.first_rows import first_rows
from leadscore.ingest.mapping import KINDS, MappedChunk, as_told
from leadscore.ingest.mentions import words_in
from leadscore.ingest.normalize import NORMALIZERS, Normalized
from leadscore.ingest.rows import RowFault
from leadscore.store.bulk import collector_paused
from leadscore.store.engine import Store, reading
from leadscore.store.facts import InsertResult, insert_attributes, insert_events, insert_outcomes
from leadscore.store.history import outcomes_before_creation
from leadscore.store.leads import insert_leads
from leadscore.store.suppression import nobody_suppressed, suppressed_places
from leadscore.workflows.write_dead_letters import DeadLetterFile, DeadRow

_TRANSACTION_ROWS = 50_000
"""Large enough that index pages are written seldom, small enough that live tracking waits about a second."""

_INSERT: dict[str, Callable[[Store, Sequence[Any]], InsertResult]] = {
    "attributes": insert_attributes,
    "events": insert_events,
    "outcomes": insert_outcomes,
}


@dataclass(frozen=True)
class ImportReport:
    """What became of a file: read = inserted + unchanged + rejected.

    dead_letter_file  where the rejected rows are, with their reasons; None if there are none.
    warnings          what is doubtful about it, in words, each with its column and first row.
    skipped           rows that the mapping's `keep` or `first_rows_only` leaves out; they are not counted as read.
    """

    kind: str
    read: int
    inserted: int
    unchanged: int
    rejected: int
    dead_letter_file: Path | None
    warnings: tuple[str, ...] = ()
    skipped: int = 0


@dataclass
class _Part:
    """A chunk of the file and what its rows mean."""

    chunk: MappedChunk
    meaning: Normalized[Any]


@dataclass
class _Tally:
    inserted: int = 0
    unchanged: int = 0
    rejected: int = 0
    skipped: int = 0
    suppressed: int = 0
    first_rows: dict[str, int] = field(default_factory=dict)


def import_file(  # noqa: PLR0913, PLR0917
    store: Store,
    kind: str,
    path: Path,
    mapping: MappingConfig,
    dead_letter_folder: Path,
    now: int,
    progress: Progress = silent,
) -> ImportReport:
    """Import one file; importing it again changes nothing.

    kind     leads, attributes, events or outcomes.
    path     CSV, Parquet or JSONL; separator, encoding and gzip are detected.
    now      import time, epoch microseconds.
    Raises   UsageError [LS-FILE-01] if there is no such file, [LS-CONFIG-02] if the mapping means nothing;
             DataError [LS-FILE-01] if it is empty or damaged, [LS-FILE-02] if it lacks columns;
             OutsideError [LS-STORE-01] if the store fails. What was stored before an error stays.
    """
    if kind not in KINDS:
        raise UsageError("LS-USAGE-01", where="kind", found=repr(kind), allowed=", ".join(KINDS))
    times = time_reading(kind, mapping)
    form = detect_form(path)
    tally = _Tally()
    doubts = FileDoubts(path.name, kind, file_mapping(kind, mapping), mapping.timezone, now)
    doubts.add(*form.doubts)
    parts = (
        _Part(chunk, NORMALIZERS[kind](chunk, times)) for chunk in open_chunks(path, form, kind, mapping) if _any(chunk)
    )
    with DeadLetterFile(dead_letter_folder, path, kind, now, form.format == "jsonl") as letters, collector_paused():
        done = 0
        for group in _grouped(parts, None if kind == "leads" else _TRANSACTION_ROWS):
            if kind == "leads" and mapping.leads.first_rows_only:
                tally.skipped += _keep_first_rows(group)
            facts = [fact for part in group for fact in part.meaning.facts]
            # All leads at once: rows of one lead are judged together.
            result = insert_leads(store, facts, now, progress) if kind == "leads" else _INSERT[kind](store, facts)
            bad = _dead_rows(group, result)
            dead = _without_erased(store, bad, file_mapping(kind, mapping))
            letters.add(dead, list(group[0].chunk.raw.columns))
            tally.unchanged += len(bad) - len(dead)
            tally.suppressed += result.suppressed + len(bad) - len(dead)
            _count(tally, group, result, len(dead))
            _note(doubts, group, dead, tally)
            done += sum(len(part.chunk) + len(part.chunk.raw.broken) + part.chunk.skipped for part in group)
            progress(f"importing {kind}", done, max(done, form.rows))
    _note_early_outcomes(doubts, store, kind, tally)
    if tally.suppressed:
        doubts.add(f"rows about erased people: {tally.suppressed}; they were stored nowhere and count as unchanged")
    counts = (tally.inserted, tally.unchanged, tally.rejected)
    return ImportReport(kind, sum(counts), *counts, letters.path, doubts.lines(), tally.skipped)


def _any(chunk: MappedChunk) -> bool:
    return bool(len(chunk) or chunk.raw.broken or chunk.skipped)


def _grouped(parts: Iterable[_Part], rows: int | None) -> Iterator[list[_Part]]:
    """Parts together as large as one transaction; all in one group if rows is None."""
    group: list[_Part] = []
    held = 0
    for part in parts:
        group.append(part)
        held += len(part.chunk)
        if rows is not None and held >= rows:
            yield group
            group, held = [], 0
    if group:
        yield group


def _keep_first_rows(group: list[_Part]) -> int:
    """Leave one row per lead; how many others there were."""
    before = sum(len(part.meaning.facts) for part in group)
    for part, meaning in zip(group, first_rows([part.meaning for part in group]), strict=True):
        part.meaning = meaning
    return before - sum(len(part.meaning.facts) for part in group)


def _dead_rows(group: list[_Part], result: InsertResult) -> list[DeadRow]:
    refused = {row.position: RowFault("LS-ROW-03", row.column, row.reason) for row in result.rejected}
    dead = []
    first = 0
    for part in group:
        raw, meaning = part.chunk.raw, part.meaning
        dead += [DeadRow(row.number, [row.fault], {}, row.text) for row in raw.broken]
        dead += [DeadRow(raw.numbers[place], faults, raw.row(place)) for place, faults in meaning.faults.items()]
        dead += [
            DeadRow(raw.numbers[place], [refused[position]], raw.row(place))
            for position, place in enumerate(meaning.places, first)
            if position in refused
        ]
        first += len(meaning.facts)
    return sorted(dead, key=lambda row: row.number)


def _without_erased(store: Store, rows: list[DeadRow], block: FileMapping) -> list[DeadRow]:
    """The rows that speak of no erased person; the others are written nowhere."""
    if not rows:
        return rows
    with reading(store) as connection:
        if nobody_suppressed(connection):
            return rows
        words = [words_in({**as_told(row.cells, block), "": [row.text, *map(str, row.faults)]}) for row in rows]
        gone = suppressed_places(connection, words)
    return [row for place, row in enumerate(rows) if place not in gone]


def _count(tally: _Tally, group: list[_Part], result: InsertResult, dead: int) -> None:
    tally.inserted += result.inserted
    tally.unchanged += result.unchanged
    tally.rejected += dead
    for part in group:
        tally.skipped += part.chunk.skipped


def _note(doubts: FileDoubts, group: list[_Part], dead: list[DeadRow], tally: _Tally) -> None:
    for part in group:
        doubts.add_chunk(part.chunk, part.meaning.zoneless, part.meaning.latest)
        for fact, place in zip(part.meaning.facts, part.meaning.places, strict=True):
            if isinstance(fact, Outcome | LeadRow):
                lead_id = fact.lead_id if isinstance(fact, Outcome) else fact.lead.lead_id
                tally.first_rows.setdefault(lead_id, part.chunk.raw.numbers[place])
    for row in dead:
        doubts.add_rejected(row.number, row.faults)


def _note_early_outcomes(doubts: FileDoubts, store: Store, kind: str, tally: _Tally) -> None:
    """Say which outcomes of the file's leads occurred before their lead was created; either may come first."""
    if kind not in ("leads", "outcomes") or not tally.inserted:
        return
    early = [found for found in outcomes_before_creation(store) if found[0] in tally.first_rows]
    if early:
        lead_id, occurred_at, created_at = min(early, key=lambda found: tally.first_rows[found[0]])
        doubts.add(
            f"outcomes before their lead was created: {len(early)}; such leads teach nothing; first row "
            f"{tally.first_rows[lead_id]}: lead {lead_id} has occurred_at {format_instant(occurred_at)} and created_at "
            f"{format_instant(created_at)}; mend one of the two"
        )
