"""What callers send: pydantic models of JSON bodies, and their way into the vocabulary."""

import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    WithJsonSchema,
)

from leadscore.domain.errors import DataError
from leadscore.domain.event import VALUE_SCALE, Event
from leadscore.domain.lead import AttributeValue
from leadscore.domain.time import to_micros
from leadscore.features.online import LeadHistory

MOST_EVENTS = 10_000
MOST_LEADS = 1_000
_MOST_VALUE = Decimal(10) ** 15


def _instant(text: object) -> int:
    # As `parse_instant` reads it, in the fewest steps: one request carries hundreds of instants.
    try:
        moment = datetime.fromisoformat(text)  # type: ignore[arg-type]
        return to_micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (TypeError, ValueError, OverflowError):
        raise ValueError("no date or date-time like 2026-03-01T12:00:00Z") from None


_DATE_TIME = WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-01T12:00:00Z"]})
Instant = Annotated[int, BeforeValidator(_instant), _DATE_TIME]
"""A date or date-time, ISO 8601, as epoch microseconds; one that names no zone is read as UTC."""
Text = Annotated[str, Field(max_length=10_000)]
AttributeCell = StrictStr | StrictBool | StrictInt | StrictFloat | None


class EventPart(BaseModel):
    """An engagement event of a lead to score."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    type: Annotated[str, Field(min_length=1, max_length=200)]
    """What happened, e.g. `demo_requested`."""
    occurred_at: Instant
    """When it happened."""
    known_at: Instant | None = None
    """When it could first be used; when it happened by default."""
    value: Annotated[Decimal, Field(ge=-_MOST_VALUE, le=_MOST_VALUE)] | None = None
    """Pages, minutes or money."""
    channel: Text | None = None
    campaign: Text | None = None
    event_id: Text | None = None
    """Of several events with one id the first counts."""


class LeadPart(BaseModel):
    """A lead to score: any further members are attributes."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)
    __pydantic_extra__: dict[str, AttributeCell] = Field(init=False)

    lead_id: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    created_at: Instant | None = None
    """When the lead was collected; the earliest event, or as_of, by default."""
    source: Text | None = None


class ScoreRequest(BaseModel):
    """A lead with its events, as of an instant."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    lead: LeadPart
    events: Annotated[list[EventPart], Field(max_length=MOST_EVENTS)] = []
    as_of: Instant | None = None
    """Only what was known before it counts; now by default."""


class ScoresRequest(BaseModel):
    """Many leads to score, each with its own events."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    leads: Annotated[list[ScoreRequest], Field(max_length=MOST_LEADS)]
    as_of: Instant | None = None
    """For those that name none themselves."""


def history_of(request: ScoreRequest, as_of: int) -> LeadHistory:
    """The lead of a request in the vocabulary of the core.

    as_of     epoch microseconds, UTC.
    Raises    DataError [LS-LEAD-01] if the lead says it was created later.
    """
    lead, lead_id = request.lead, request.lead.lead_id
    events = tuple(_events(request.events, lead_id or ""))
    earliest = min((event.occurred_at for event in events), default=as_of)
    created_at = min(earliest, as_of) if lead.created_at is None else lead.created_at
    if created_at > as_of:
        raise DataError("LS-LEAD-01", where="lead.created_at", found="the lead was created after as_of")
    cells = dict(lead.__pydantic_extra__)
    if lead.source is not None:
        cells["source"] = lead.source
    attributes = tuple(
        AttributeValue(lead_id or "", name, attribute_text(cell), created_at) for name, cell in cells.items()
    )
    return LeadHistory(lead_id, created_at, attributes, events)


def attribute_text(cell: AttributeCell) -> str | None:
    """An attribute's JSON value as the text that a file import would store.

    >>> attribute_text(True), attribute_text(250.0), attribute_text(""), attribute_text("B2B")
    ('true', '250', None, 'B2B')
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return (str(int(cell)) if cell.is_integer() else str(cell)) if math.isfinite(cell) else None
    return str(cell)


def _events(parts: list[EventPart], lead_id: str) -> list[Event]:
    events, seen = [], set()
    for number, part in enumerate(parts):
        if part.event_id is not None:
            if part.event_id in seen:
                continue
            seen.add(part.event_id)
        occurred_at = part.occurred_at
        known_at = occurred_at if part.known_at is None else part.known_at
        # A decimal is rounded half to even, as in the import of files.
        value = None if part.value is None else round(part.value * VALUE_SCALE)
        event_id = part.event_id or f"#{number}"
        events.append(Event(event_id, lead_id, part.type, occurred_at, known_at, value, part.channel, part.campaign))
    return events
