"""Scoring of leads that callers bring along."""

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from leadscore.api.answers import ScoreAnswer, ScoresAnswer
from leadscore.api.bodies import read_body
from leadscore.api.contract import KEY, body_of, query_flag
from leadscore.api.hot_door import Answering
from leadscore.api.problems import KEYED, responses
from leadscore.api.requests import Asked, history_of
from leadscore.api.score_bodies import read_score, read_scores
from leadscore.api.service import Service, authorized, json_answer, now_micros
from leadscore.domain.errors import DataError
from leadscore.domain.score import Score
from leadscore.workflows.score_lead import ScoringService, score_document

router = APIRouter(tags=["scoring"])

_PROBLEMS = responses("LS-BODY-01", *KEYED, "LS-STORE-01", "LS-BODY-02", "LS-BODY-03", "LS-DATA-03", "LS-MODEL-01")
_STORE = query_flag(
    "store",
    "Keep the score and its decision; this needs a key of scope crm or admin, a lead_id, and an as_of that has passed.",
)


@router.post(
    "/v1/score",
    operation_id="score",
    response_model=None,
    responses={200: {"model": ScoreAnswer}, **_PROBLEMS},
    openapi_extra={**body_of("ScoreRequest"), **KEY, "parameters": [_STORE]},
)
async def score(request: Request) -> Response:
    """Score one lead with the events given; nothing is stored unless `?store=true`."""
    service = await authorized(request, "read")
    kept = bool(request.scope["query_string"]) and _wanted(request.query_params.get("store"))
    if kept:
        await authorized(request, "crm")
    asked = read_score(await read_body(request, service.settings.service.max_body_bytes))
    now = now_micros()
    if kept:
        scored = await anyio.to_thread.run_sync(_score_and_store, service, asked, now)
    else:
        scored = _score(service.scoring, asked, now)
    return json_answer(score_document(scored))


HOT: dict[str, Answering] = {"/v1/score": score}
"""What `HotDoor` answers; the route describes the same address in OpenAPI."""


@router.post(
    "/v1/scores",
    operation_id="scores",
    response_model=None,
    responses={200: {"model": ScoresAnswer}, **_PROBLEMS},
    openapi_extra={**body_of("ScoresRequest"), **KEY},
)
async def scores(request: Request) -> Response:
    """Score up to 1,000 leads with the events given; nothing is stored."""
    service = await authorized(request, "read")
    leads, as_of = read_scores(await read_body(request, service.settings.service.max_body_bytes))
    default = now_micros() if as_of is None else as_of

    def score_all() -> list[Score]:
        scoring = service.scoring.pinned()
        return [_score(scoring, lead, default) for lead in leads]

    # A thousand leads take most of a second; meanwhile the event loop answers others.
    found = await anyio.to_thread.run_sync(score_all)
    return json_answer({"scores": [score_document(scored) for scored in found]})


def _score(scoring: ScoringService, asked: Asked, default_as_of: int) -> Score:
    as_of = default_as_of if asked.as_of is None else asked.as_of
    return scoring.score(history_of(asked, as_of), as_of)


def _score_and_store(service: Service, asked: Asked, now: int) -> Score:
    if asked.lead_id is None:
        raise DataError("LS-BODY-03", found="lead.lead_id: a score can be stored only for a lead with an id")
    as_of = now if asked.as_of is None else asked.as_of
    if as_of > now:
        # Kept, it would pass for the latest score of its lead until that instant.
        raise DataError(
            "LS-BODY-03", where="as_of", found="a score of the future cannot be stored", allowed="until now"
        )
    return service.scoring.score_and_store(history_of(asked, as_of), as_of, now)


def _wanted(flag: str | None) -> bool:
    if flag in (None, "", "false", "0"):
        return False
    if flag in ("true", "1"):
        return True
    raise DataError("LS-BODY-03", where="store", found=f"{flag[:40]!r} is no truth value", allowed="true or false")
