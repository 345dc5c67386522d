"""Rows of text to domain objects, or every reason why a row is none."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from leadscore.domain.event import VALUE_SCALE, Event
from leadscore.domain.lead import AttributeValue, Lead, LeadRow
from leadscore.domain.outcome import OUTCOMES, Outcome
from leadscore.ingest.column_reader import ColumnReader, TimeReading, UnreadableError, read_id
from leadscore.ingest.mapping import MappedChunk
from leadscore.ingest.network_addresses import names_an_ip, truncated
from leadscore.ingest.rows import RowFault

MINOR_UNITS = 100
UNKNOWN_SOURCE = "unknown"

Fact = TypeVar("Fact")


@dataclass(slots=True)
class Normalized(Generic[Fact]):
    """What rows of a chunk mean.

    facts    domain objects of the good rows.
    places   the place in the chunk of each fact.
    faults   place -> every fault, of the bad rows.
    zoneless columns with times that name no zone and were read in the zone of the mapping.
    latest   column of times -> the latest one and its place in the chunk.
    """

    facts: list[Fact]
    places: list[int]
    faults: dict[int, list[RowFault]]
    zoneless: set[str] = field(default_factory=set)
    latest: dict[str, tuple[int, int]] = field(default_factory=dict)


def to_events(chunk: MappedChunk, times: TimeReading) -> Normalized[Event]:
    """Engagement events; without `known_at` one is known when it occurred."""
    reader = ColumnReader(chunk, times)
    occurred_at = reader.instants("occurred_at", required=True)
    return _collected(
        reader,
        Event,
        reader.ids("event_id"),
        reader.ids("lead_id"),
        reader.ids("type"),
        occurred_at,
        _known_at(reader, occurred_at),
        reader.scaled("value", VALUE_SCALE),
        reader.texts("channel"),
        reader.texts("campaign"),
        reader.objects("properties"),
    )


def to_outcomes(chunk: MappedChunk, times: TimeReading) -> Normalized[Outcome]:
    """Outcomes; without `known_at` one is known when it occurred."""
    reader = ColumnReader(chunk, times)
    occurred_at = reader.instants("occurred_at", required=True)
    return _collected(
        reader,
        Outcome,
        reader.ids("lead_id"),
        reader.choices("outcome", OUTCOMES),
        occurred_at,
        _known_at(reader, occurred_at),
        reader.scaled("amount", MINOR_UNITS),
        reader.texts("reason"),
    )


def to_attributes(chunk: MappedChunk, times: TimeReading) -> Normalized[AttributeValue]:
    """Attribute history; an empty value means that the attribute was emptied."""
    reader = ColumnReader(chunk, times)
    names, values = reader.ids("name"), reader.texts("value")
    if any(map(names_an_ip, set(filter(None, names)))):
        pairs = zip(names, values, strict=True)
        values = [truncated(value) if value and names_an_ip(name or "") else value for name, value in pairs]
    return _collected(
        reader,
        AttributeValue,
        reader.ids("lead_id"),
        names,
        values,
        reader.instants("known_at", required=True),
    )


def to_leads(chunk: MappedChunk, times: TimeReading) -> Normalized[LeadRow]:
    """Leads; every column but their own is an attribute, a blank source is "unknown"."""
    reader = ColumnReader(chunk, times)
    own = ("lead_id", "created_at", "updated_at")
    names = ("source", *sorted(name for name in chunk.columns if name not in (*own, "source")))
    for name in names:
        _check_name(reader, name, len(chunk))
    shared: dict[str | None, str | None] = {}
    columns = [[shared.setdefault(text, text) for text in _texts_of(reader, name)] for name in names]
    columns[0] = [source or UNKNOWN_SOURCE for source in columns[0]]

    def lead_row(lead_id: str, created_at: int, updated_at: int | None, *values: str | None) -> LeadRow:
        return LeadRow(Lead(lead_id, created_at, values[0] or UNKNOWN_SOURCE), names, values, updated_at)

    return _collected(
        reader,
        lead_row,
        reader.ids("lead_id"),
        reader.instants("created_at", required=True),
        reader.instants("updated_at"),
        *columns,
    )


NORMALIZERS: dict[str, Callable[[MappedChunk, TimeReading], Normalized[Any]]] = {
    "leads": to_leads,
    "attributes": to_attributes,
    "events": to_events,
    "outcomes": to_outcomes,
}
"""Kind of file -> how its rows are read."""


def _texts_of(reader: ColumnReader, name: str) -> list[str | None]:
    """The texts of a column of leads; IP addresses truncated."""
    texts = reader.texts(name)
    return [text and truncated(text) for text in texts] if names_an_ip(name) else texts


def _known_at(reader: ColumnReader, occurred_at: list[int | None]) -> list[int | None]:
    told = reader.instants("known_at")
    return [known if known is not None else occurred for known, occurred in zip(told, occurred_at, strict=True)]


def _check_name(reader: ColumnReader, name: str, rows: int) -> None:
    try:
        read_id(name)
    except UnreadableError as error:
        for place in range(rows):
            reader.blame(place, RowFault("LS-ROW-02", name[:30], f"the column name {error.found}", error.allowed))


def _collected(reader: ColumnReader, make: Callable[..., Fact], *columns: list[Any]) -> Normalized[Fact]:
    faults = reader.faults
    places = range(len(columns[0]))
    if not faults:
        return Normalized(list(map(make, *columns)), list(places), faults, reader.zoneless, reader.latest)
    good = [place for place in places if place not in faults]
    facts = [make(*(column[place] for column in columns)) for place in good]
    return Normalized(facts, good, faults, reader.zoneless, reader.latest)
