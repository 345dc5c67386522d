"""How leads ended, as a CRM tells it."""

from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from leadscore.api.answers import OutcomesAnswer
from leadscore.api.bodies import read_body
from leadscore.api.contract import KEY, body_schema
from leadscore.api.problems import responses
from leadscore.api.service import authorized, json_answer, now_micros
from leadscore.domain.errors import DataError
from leadscore.domain.outcome import OUTCOMES
from leadscore.ingest.clean import read_json
from leadscore.workflows.record_outcome import record

router = APIRouter(tags=["outcomes"])

_INSTANT = {"type": "string", "format": "date-time"}
_OUTCOME: dict[str, Any] = {
    "type": "object",
    "required": ["lead_id", "outcome", "occurred_at"],
    "properties": {
        "lead_id": {"type": "string"},
        "outcome": {"enum": list(OUTCOMES)},
        "occurred_at": _INSTANT,
        "known_at": {**_INSTANT, "description": "When it could first be used; now by default."},
        "amount": {"type": "number"},
        "reason": {"type": "string"},
    },
}


@router.post(
    "/v1/outcomes",
    operation_id="outcomes",
    response_model=None,
    responses={
        200: {"model": OutcomesAnswer},
        **responses("LS-BODY-01", "LS-AUTH-01", "LS-AUTH-02", "LS-BODY-02", "LS-BODY-03", "LS-STORE-01"),
    },
    openapi_extra={**KEY, **body_schema({"anyOf": [_OUTCOME, {"type": "array", "items": _OUTCOME}]})},
)
async def outcomes(request: Request) -> Response:
    """Store one outcome or a list of them; each that cannot be stored is named with the reason."""
    service = await authorized(request, "crm")
    body = await read_body(request, service.settings.service.max_body_bytes)
    try:
        payload = read_json(body.decode("utf-8"))
    except ValueError as error:
        raise DataError("LS-BODY-01", found=f"the body is no JSON: {error}", allowed="JSON in UTF-8") from error
    found = await anyio.to_thread.run_sync(record, service.store, payload, now_micros(), limiter=service.writer)
    return json_answer(found)
