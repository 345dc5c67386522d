"""Stored leads: their scores, their timelines, and lists of them."""

from functools import partial
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from leadscore.api.answers import ErasedAnswer, ExportAnswer, LeadAnswer, LeadsAnswer, ScoreAnswer
from leadscore.api.contract import KEY, query_text
from leadscore.api.problems import KEYED, responses
from leadscore.api.service import authorized, json_answer, now_micros
from leadscore.domain.errors import DataError
from leadscore.domain.lifecycle import Lifecycle
from leadscore.domain.time import parse_instant
from leadscore.scoring.grades import GRADES
from leadscore.store.scored_leads import ORDERS, latest_scores
from leadscore.workflows.erase_lead import erase_leads
from leadscore.workflows.export_person import export_person
from leadscore.workflows.show_lead import show_lead
from leadscore.workflows.tell_score import score_document, stored_document

router = APIRouter(tags=["leads"])

_MOST_LEADS = 1_000
_STATES = tuple(state.value for state in Lifecycle)
_PROBLEMS = responses(*KEYED, "LS-RATE-03", "LS-STORE-01", "LS-LEAD-01", "LS-DATA-03", "LS-MODEL-01", "LS-TIME-02")
_LEAD = {"name": "lead_id", "in": "path", "required": True, "schema": {"type": "string"}}
_AS_OF = query_text(
    "as_of",
    "Score from what was known before this instant; nothing is stored.",
    {"type": "string", "format": "date-time"},
)
_FILTERS = [
    query_text("lifecycle", "Only leads in this state.", {"enum": list(_STATES)}),
    query_text("grade", "Only leads of this grade.", {"enum": sorted(GRADES)}),
    query_text("owner", "Only leads whose decision names this owner; none does yet.", {"type": "string"}),
    query_text(
        "order", "What comes first: the highest score, or the latest.", {"enum": list(ORDERS), "default": "score"}
    ),
    query_text("limit", "Leads at most.", {"type": "integer", "minimum": 1, "maximum": _MOST_LEADS, "default": 50}),
]


@router.get(
    "/v1/leads",
    operation_id="leads",
    response_model=None,
    responses={200: {"model": LeadsAnswer}, **responses(*KEYED, "LS-STORE-01", "LS-MODEL-01", "LS-BODY-03")},
    openapi_extra={**KEY, "parameters": _FILTERS},
)
async def leads(request: Request) -> Response:
    """The latest stored scores of leads."""
    service = await authorized(request, "read")
    asked = request.query_params
    lifecycle, grade = _one_of(asked, "lifecycle", _STATES), _one_of(asked, "grade", GRADES)
    order, limit = _one_of(asked, "order", tuple(ORDERS)) or "score", _limit(asked.get("limit"))
    owner = asked.get("owner")

    def listed() -> list[dict[str, Any]]:
        found = latest_scores(service.store, lifecycle=lifecycle, grade=grade, order=order, limit=limit)
        return [stored_document(score) for score in found if owner in (None, score["decision"]["owner"])]

    return json_answer({"leads": await anyio.to_thread.run_sync(listed)})


@router.get(
    "/v1/leads/{lead_id:path}/score",
    operation_id="leadScore",
    response_model=None,
    responses={200: {"model": ScoreAnswer}, **_PROBLEMS},
    openapi_extra={**KEY, "parameters": [_LEAD, _AS_OF]},
)
async def lead_score(request: Request) -> Response:
    """The latest stored score of a lead, computed anew and stored if there is none or facts have changed since."""
    service = await authorized(request, "read")
    lead_id, asked = request.path_params["lead_id"], request.query_params.get("as_of")

    def found() -> dict[str, Any] | None:
        if asked is None:
            return service.scoring.held(lead_id, now_micros())
        # An unencoded + in a query arrives as a space.
        as_of = parse_instant(asked.replace(" ", "+") if "T" in asked else asked).at
        return score_document(service.scoring.score_of(lead_id, as_of))

    answer = await anyio.to_thread.run_sync(found)
    if answer is None:
        answer = await anyio.to_thread.run_sync(service.scoring.current, lead_id, now_micros(), limiter=service.writer)
    return json_answer(answer)


@router.get(
    "/v1/leads/{lead_id:path}/export",
    operation_id="exportLead",
    response_model=None,
    responses={200: {"model": ExportAnswer}, **responses(*KEYED, "LS-LEAD-01", "LS-STORE-01")},
    openapi_extra={**KEY, "parameters": [_LEAD]},
)
async def export_lead(request: Request) -> Response:
    """Everything stored about a person, with all of its ids; nothing about anybody else."""
    service = await authorized(request, "read")
    lead_id = request.path_params["lead_id"]
    return json_answer(await anyio.to_thread.run_sync(export_person, service.store, lead_id, now_micros()))


@router.delete(
    "/v1/leads/{lead_id:path}",
    operation_id="eraseLead",
    response_model=None,
    responses={200: {"model": ErasedAnswer}, **responses(*KEYED, "LS-LEAD-01", "LS-STORE-01")},
    openapi_extra={**KEY, "parameters": [_LEAD]},
)
async def erase_lead(request: Request) -> Response:
    """Erase a person with all of its ids, from the database to the last file; what is sent later is stored nowhere.

    Answered once no byte of it can be read any more; asking again is harmless, and finishes what was interrupted.
    """
    service = await authorized(request, "admin")
    given = [request.path_params["lead_id"]]
    erase = partial(erase_leads, service.settings, service.store, given, now_micros(), turn=service.turn_to_write)
    return json_answer((await anyio.to_thread.run_sync(erase, limiter=service.eraser)).to_dict())


@router.get(
    "/v1/leads/{lead_id:path}",
    operation_id="lead",
    response_model=None,
    responses={200: {"model": LeadAnswer}, **responses(*KEYED, "LS-STORE-01", "LS-MODEL-01", "LS-LEAD-01")},
    openapi_extra={**KEY, "parameters": [_LEAD]},
)
async def lead(request: Request) -> Response:
    """A lead with its timeline, its scores and its decisions, and what changed between the two latest scores."""
    service = await authorized(request, "read")
    lead_id = request.path_params["lead_id"]
    scoring = service.scoring.pinned()
    return json_answer(await anyio.to_thread.run_sync(show_lead, service.store, lead_id, now_micros(), scoring))


def _one_of(asked: Any, name: str, allowed: tuple[str, ...]) -> str | None:
    value: str | None = asked.get(name)
    if value is not None and value not in allowed:
        raise DataError("LS-BODY-03", where=name, found=f"{value[:40]!r}", allowed=", ".join(allowed))
    return value


def _limit(text: str | None) -> int:
    number = int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 50 if text is None else 0
    if not 1 <= number <= _MOST_LEADS:
        raise DataError("LS-BODY-03", where="limit", found=f"{(text or '')[:40]!r}", allowed=f"1 to {_MOST_LEADS}")
    return number
