"""What callers send: pydantic models of JSON bodies, and their way into the vocabulary."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, cast

from pydantic import (
    AfterValidator,
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

from leadscore.domain.consent import CONSENT
from leadscore.domain.errors import DataError
from leadscore.domain.event import VALUE_SCALE, Event
from leadscore.domain.lead import AttributeValue
from leadscore.domain.time import EARLIEST_US, LATEST_US, to_micros
from leadscore.features.online import LeadHistory

MOST_EVENTS = 10_000
MOST_LEADS = 1_000
MOST_TEXT = 10_000
MOST_LEAD_ID = 500
MOST_TYPE = 200
MOST_VALUE = Decimal(10) ** 15
"""Largest value of an event, either way."""


def instant(text: object) -> int:
    """Epoch microseconds of a date or date-time in ISO 8601; one that names no zone is read as UTC.

    Raises    ValueError if it is none, or lies outside the years 1 to 9999.
    """
    # As `parse_instant` reads it, in the fewest steps: one request carries hundreds of instants.
    try:
        moment = datetime.fromisoformat(text)  # type: ignore[arg-type]
        at = to_micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (TypeError, ValueError, OverflowError):
        raise ValueError("no date or date-time like 2026-03-01T12:00:00Z") from None
    # With its offset taken off, an instant can lie outside the years that dates are written with.
    if not EARLIEST_US <= at <= LATEST_US:
        raise ValueError("no instant of the years 1 to 9999 UTC")
    return at


def thousandths(value: Decimal) -> int:
    """A decimal as whole thousandths, half to even, as in the import of files."""
    return round(value * VALUE_SCALE)


def json_text(properties: object) -> str | None:
    """Properties as the text of their JSON; a text is taken for that."""
    return properties if properties is None or isinstance(properties, str) else json.dumps(properties)


def _when_it_happened(read: dict[str, Any]) -> int:
    # Without a valid occurred_at the event is refused anyway.
    return int(read.get("occurred_at", 0))


_DATE_TIME = WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-01T12:00:00Z"]})
Instant = Annotated[int, BeforeValidator(instant), _DATE_TIME]
"""A date or date-time, ISO 8601, as epoch microseconds; one that names no zone is read as UTC."""
Value = Annotated[
    Decimal,
    Field(ge=-MOST_VALUE, le=MOST_VALUE),
    AfterValidator(thousandths),
    WithJsonSchema({"type": "number", "minimum": -1e15, "maximum": 1e15}),
]
"""A decimal as whole thousandths, half to even, as in the import of files."""
Text = Annotated[str, Field(max_length=MOST_TEXT)]
AttributeCell = StrictStr | StrictBool | StrictInt | StrictFloat | None


@dataclass(slots=True)
class Asked:
    """A lead to score, as of an instant, however its body was read.

    created_at      epoch microseconds; None if the body does not tell.
    cells           attributes by name.
    events          objects with the members of an `Event` that scoring reads; one event_id may come several times.
    account_events  likewise; None if the body has none.
    as_of           epoch microseconds; None if the body does not tell.
    """

    lead_id: str | None
    created_at: int | None
    cells: Mapping[str, str | bool | int | float | None]
    events: Sequence[Event]
    account_events: Sequence[Event] | None
    as_of: int | None


class EventPart(BaseModel):
    """An engagement event of a lead to score; it has the members of an `Event` that scoring reads."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    type: Annotated[str, Field(min_length=1, max_length=MOST_TYPE)]
    """What happened, e.g. `demo_requested`."""
    occurred_at: Instant
    """When it happened."""
    known_at: Instant = Field(default_factory=_when_it_happened)
    """When it could first be used; when it happened by default."""
    value: Value | None = None
    """Pages, minutes or money."""
    channel: Text | None = None
    campaign: Text | None = None
    event_id: Text | None = None
    """Of several events with one id the first counts."""
    lead_id: Text | None = None
    """Ignored: an event belongs to the lead it is sent with. Taken so that rows of an events file can be sent."""
    properties: Annotated[Any, AfterValidator(json_text)] = None
    """A JSON object, or its text; features may ask for events with a certain property."""


class AccountEventPart(EventPart):
    """An engagement event of another lead of the same account."""

    lead_id: Annotated[str, Field(min_length=1, max_length=MOST_LEAD_ID)]
    """The other lead."""


class LeadPart(BaseModel):
    """A lead to score: any further members are attributes."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)
    __pydantic_extra__: dict[str, AttributeCell] = Field(init=False)

    lead_id: Annotated[str, Field(min_length=1, max_length=MOST_LEAD_ID)] | None = None
    created_at: Instant | None = None
    """When the lead was collected; the earliest event, or as_of, by default."""
    source: Text | None = None


class ScoreRequest(BaseModel):
    """A lead with its events, as of an instant."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    lead: LeadPart
    events: Annotated[list[EventPart], Field(max_length=MOST_EVENTS)] = []
    account_events: Annotated[list[AccountEventPart], Field(max_length=MOST_EVENTS)] | None = None
    """Events of the other leads of the account; left out, features of the account are unknown."""
    as_of: Instant | None = None
    """Only what was known before it counts; now by default."""

    def asked(self) -> Asked:
        """What is asked for."""
        lead = self.lead
        cells = dict(lead.__pydantic_extra__)
        if "source" in lead.model_fields_set:
            cells["source"] = lead.source
        # Copying the parts into Events would take as long as validating them, and nothing would read the difference.
        others = cast("list[Event] | None", self.account_events)
        return Asked(lead.lead_id, lead.created_at, cells, cast("list[Event]", self.events), others, self.as_of)


class ScoresRequest(BaseModel):
    """Many leads to score, each with its own events."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    leads: Annotated[list[ScoreRequest], Field(max_length=MOST_LEADS)]
    as_of: Instant | None = None
    """For those that name none themselves."""


def history_of(asked: Asked, as_of: int) -> LeadHistory:
    """The lead of a request in the vocabulary of the core.

    as_of     epoch microseconds, UTC.
    Raises    DataError [LS-BODY-03] if the lead says it was created later.
    """
    events, created_at = _each_once(asked.events), asked.created_at
    if created_at is None:
        created_at = min([as_of, *[event.occurred_at for event in events]])
    elif created_at > as_of:
        raise DataError("LS-BODY-03", where="lead.created_at", found="the lead was created after as_of")
    lead_id = asked.lead_id or ""
    # One value without history: what a lead refuses, it refuses for all events that come with it.
    attributes = tuple(
        AttributeValue(lead_id, name, attribute_text(cell), EARLIEST_US if name == CONSENT else created_at)
        for name, cell in asked.cells.items()
    )
    others = None if asked.account_events is None else tuple(_each_once(asked.account_events))
    return LeadHistory(asked.lead_id, created_at, attributes, tuple(events), account_events=others)


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


def _each_once(events: Sequence[Event]) -> Sequence[Event]:
    ids = [event.event_id for event in events if event.event_id is not None]
    if len(set(ids)) == len(ids):
        return events
    by_id = {event.event_id: event for event in reversed(events) if event.event_id is not None}
    return [*(event for event in events if event.event_id is None), *by_id.values()]
