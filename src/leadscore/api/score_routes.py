"""Scoring of leads that callers bring along."""

import time
from functools import partial

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from leadscore.api.answers import ScoreAnswer, ScoresAnswer
from leadscore.api.bodies import read_body
from leadscore.api.contract import KEY, body_of, query_flag, query_text
from leadscore.api.hot_door import Answering
from leadscore.api.problems import KEYED, responses
from leadscore.api.requests import Asked, history_of
from leadscore.api.score_bodies import read_score, read_scores
from leadscore.api.service import authorized, json_answer, now_micros
from leadscore.domain.errors import DataError
from leadscore.domain.score import Score
from leadscore.workflows.score_lead import ScoringService
from leadscore.workflows.tell_score import score_document

router = APIRouter(tags=["scoring"])

_PROBLEMS = responses(
    *("LS-BODY-01", *KEYED, "LS-RATE-03", "LS-STORE-01", "LS-BODY-02", "LS-BODY-03", "LS-DATA-03", "LS-MODEL-01")
)
_STORE = query_flag(
    "store",
    "Keep the score and its decision; this needs a key of scope crm or admin, a lead_id, and an as_of that has passed.",
)

_EXPLAIN = query_text(
    "explain",
    "What the effects of reasons are: attributions along the paths of the trees, or with `shap` exact Shapley values "
    "(TreeSHAP). These are the slower option: several times the usual answer, and more the larger the trees.",
    {"enum": ["path", "shap"], "default": "path"},
)


@router.post(
    "/v1/score",
    operation_id="score",
    response_model=None,
    responses={200: {"model": ScoreAnswer}, **_PROBLEMS},
    openapi_extra={**body_of("ScoreRequest"), **KEY, "parameters": [_STORE, _EXPLAIN]},
)
async def score(request: Request) -> Response:
    """Score one lead with the events given; nothing is stored unless `?store=true`."""
    service = await authorized(request, "read")
    kept = shapley = False
    if request.scope["query_string"]:
        kept, shapley = _wanted(request.query_params.get("store")), _shapley(request.query_params.get("explain"))
    if kept:
        await authorized(request, "crm")
    asked = read_score(await read_body(request, service.settings.service.max_body_bytes))
    work = partial(_score_and_store if kept else _score, service.scoring, asked, now_micros(), shapley=shapley)
    begun = time.perf_counter()
    # What takes a while is done in a thread; the usual score is there sooner than a thread is woken.
    limiter = service.writer if kept else None
    scored = await anyio.to_thread.run_sync(work, limiter=limiter) if kept or shapley else work()
    service.metrics.scored(time.perf_counter() - begun)
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


def _score(scoring: ScoringService, asked: Asked, default_as_of: int, *, shapley: bool = False) -> Score:
    as_of = default_as_of if asked.as_of is None else asked.as_of
    return scoring.score(history_of(asked, as_of), as_of, shapley=shapley)


def _score_and_store(scoring: ScoringService, asked: Asked, now: int, *, shapley: bool) -> Score:
    if asked.lead_id is None:
        raise DataError("LS-BODY-03", found="lead.lead_id: a score can be stored only for a lead with an id")
    as_of = now if asked.as_of is None else asked.as_of
    if as_of > now:
        # Kept, it would pass for the latest score of its lead until that instant.
        raise DataError(
            "LS-BODY-03", where="as_of", found="a score of the future cannot be stored", allowed="until now"
        )
    return scoring.score_and_store(history_of(asked, as_of), as_of, now, shapley=shapley)


def _wanted(flag: str | None) -> bool:
    if flag in (None, "", "false", "0"):
        return False
    if flag in ("true", "1"):
        return True
    raise DataError("LS-BODY-03", where="store", found=f"{flag[:40]!r} is no truth value", allowed="true or false")


def _shapley(explain: str | None) -> bool:
    if explain in (None, "", "path"):
        return False
    if explain == "shap":
        return True
    found = f"{explain[:40]!r} is no kind of explanation"
    raise DataError("LS-BODY-03", where="explain", found=found, allowed="path or shap")
