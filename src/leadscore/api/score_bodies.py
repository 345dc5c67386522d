"""Bodies of leads to score, read in a quarter of the time that their pydantic models take.

What is read here is what the models would have read. They judge whatever this reader does not take, so that a wrong
body is told what is wrong and a rare form of a right one is read all the same.
"""

from decimal import Decimal
from typing import Annotated, Any, TypeVar, cast

from msgspec import UNSET, Meta, MsgspecError, Struct
from msgspec.json import Decoder
from pydantic import BaseModel, ValidationError

from leadscore.api.problems import invalid_body
from leadscore.api.requests import (
    MOST_EVENTS,
    MOST_LEAD_ID,
    MOST_LEADS,
    MOST_TEXT,
    MOST_TYPE,
    MOST_VALUE,
    Asked,
    ScoreRequest,
    ScoresRequest,
    instant,
    json_text,
    thousandths,
)
from leadscore.domain.event import Event

Model = TypeVar("Model", bound=BaseModel)

_Text = Annotated[str, Meta(max_length=MOST_TEXT)] | None
_LeadId = Annotated[str, Meta(min_length=1, max_length=MOST_LEAD_ID)]
_Cell = str | bool | int | float | None


class _Event(Struct, kw_only=True, forbid_unknown_fields=True, gc=False):
    """An `EventPart`; its instants are texts until they are read."""

    type: Annotated[str, Meta(min_length=1, max_length=MOST_TYPE)]
    occurred_at: Any
    known_at: Any = UNSET
    value: int | float | None = None
    channel: _Text = None
    campaign: _Text = None
    event_id: _Text = None
    lead_id: _Text = None
    properties: str | dict[str, _Cell] | None = None


class _AccountEvent(_Event, kw_only=True, forbid_unknown_fields=True, gc=False):
    lead_id: _LeadId


class _Score(Struct, forbid_unknown_fields=True):
    lead: dict[str, _Cell]
    events: Annotated[list[_Event], Meta(max_length=MOST_EVENTS)] = []
    account_events: Annotated[list[_AccountEvent], Meta(max_length=MOST_EVENTS)] | None = None
    as_of: Any = None

    def asked(self) -> Asked:
        """What is asked for.

        Raises    ValueError if an instant, a value or a member of the lead is not as the models want it.
        """
        cells = self.lead
        lead_id, created_at = cells.pop("lead_id", None), cells.pop("created_at", None)
        if not (lead_id is None or (isinstance(lead_id, str) and 0 < len(lead_id) <= MOST_LEAD_ID)):
            raise ValueError("lead_id")
        source = cells.get("source")
        if not (source is None or (isinstance(source, str) and len(source) <= MOST_TEXT)):
            raise ValueError("source")
        return Asked(
            lead_id,
            None if created_at is None else instant(created_at),
            cells,
            _read(self.events),
            None if self.account_events is None else _read(self.account_events),
            None if self.as_of is None else instant(self.as_of),
        )


class _Scores(Struct, forbid_unknown_fields=True):
    leads: Annotated[list[_Score], Meta(max_length=MOST_LEADS)]
    as_of: Any = None


_SCORE, _SCORES = Decoder(_Score), Decoder(_Scores)


def read_score(body: bytes) -> Asked:
    """The body of `POST /v1/score`.

    Raises    DataError [LS-BODY-01] if it is no JSON, [LS-BODY-03] if it is another JSON.
    """
    try:
        return _SCORE.decode(body).asked()
    except (MsgspecError, ValueError):
        return _judged(body, ScoreRequest).asked()


def read_scores(body: bytes) -> tuple[list[Asked], int | None]:
    """The body of `POST /v1/scores`: the leads, and as_of of those that name none themselves.

    Raises    as `read_score`.
    """
    try:
        found = _SCORES.decode(body)
        return [lead.asked() for lead in found.leads], None if found.as_of is None else instant(found.as_of)
    except (MsgspecError, ValueError):
        judged = _judged(body, ScoresRequest)
        return [lead.asked() for lead in judged.leads], judged.as_of


def _judged(body: bytes, model: type[Model]) -> Model:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise invalid_body(error) from error


def _read(events: list[Any]) -> list[Event]:
    for event in events:
        event.occurred_at = occurred_at = instant(event.occurred_at)
        event.known_at = occurred_at if event.known_at is UNSET else instant(event.known_at)
        if event.value is not None:
            event.value = _value(event.value)
        if event.properties is not None:
            event.properties = json_text(event.properties)
    return cast("list[Event]", events)


def _value(number: int | float) -> int:
    exact = Decimal(str(number))
    if not -MOST_VALUE <= exact <= MOST_VALUE:
        raise ValueError("value")
    return thousandths(exact)
