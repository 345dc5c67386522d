"""How leads ended, as a CRM tells it."""

from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from leadscore.api.answers import OutcomesAnswer
from leadscore.api.bodies import read_body
from leadscore.api.contract import KEY, body_schema
from leadscore.api.problems import KEYED, responses
from leadscore.api.service import authorized, json_answer, now_micros
from leadscore.domain.errors import DataError
from leadscore.domain.outcome import OUTCOMES
from leadscore.ingest.clean import read_json
from leadscore.workflows.record_outcome import record

router = APIRouter(tags=["outcomes"])

_OUTCOME: dict[str, Any] = {
    "type": "object",
    # Types are told in words: an outcome that cannot be stored is named in the answer and does not fail the others.
    "properties": {
        "lead_id": {"description": "Whose outcome it is; needed."},
        "outcome": {"description": f"How it ended, {', '.join(OUTCOMES)}; needed."},
        "occurred_at": {"description": "When, a date or date-time; needed."},
        "known_at": {"description": "When it could first be used, a date or date-time; now by default."},
        "amount": {"description": "Money, a decimal."},
        "reason": {"description": "Why, a text."},
    },
    "examples": [{"lead_id": "L1", "outcome": OUTCOMES[0], "occurred_at": "2026-03-01T12:00:00Z"}],
}


@router.post(
    "/v1/outcomes",
    operation_id="outcomes",
    response_model=None,
    responses={
        200: {"model": OutcomesAnswer},
        **responses("LS-BODY-01", *KEYED, "LS-STORE-01", "LS-BODY-02", "LS-BODY-03"),
    },
    openapi_extra={
        **KEY,
        **body_schema({"anyOf": [_OUTCOME, {"type": "array"}]}),
    },
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
    if found["accepted"]:
        told = payload if isinstance(payload, list) else [payload]
        service.freshness.note_leads(str(each.get("lead_id")) for each in told if isinstance(each, dict))
    return json_answer(found)
