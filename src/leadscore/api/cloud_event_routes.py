"""The second door: CloudEvents 1.0, for what sends no tracking messages, such as webhooks of CRM and e-mail systems."""

from functools import partial
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from leadscore.api.answers import ReceivedAnswer
from leadscore.api.bodies import read_body
from leadscore.api.contract import TRACKING_KEY
from leadscore.api.problems import KEYED, problem, responses
from leadscore.api.service import authorized, json_answer, now_micros
from leadscore.domain.errors import OutsideError
from leadscore.ingest.cloud_events import parse_cloud_events
from leadscore.workflows.receive_events import Delivery

router = APIRouter(tags=["tracking"])

_PROBLEMS = responses("LS-BODY-01", "LS-EVENT-01", *KEYED, "LS-BODY-02", "LS-RATE-02")
_CONTENT: dict[str, Any] = {
    "application/cloudevents+json": {"schema": {"type": "object"}},
    "application/cloudevents-batch+json": {"schema": {"type": "array"}},
}


@router.post(
    "/v1/cloudevents",
    operation_id="cloudevents",
    response_model=None,
    responses={200: {"model": ReceivedAnswer}, **_PROBLEMS},
    openapi_extra={**TRACKING_KEY, "requestBody": {"required": True, "content": _CONTENT}},
)
async def receive_cloud_events(request: Request) -> Response:
    """Store CloudEvents 1.0: one event in `ce-` headers and body, one in JSON, or a batch in JSON.

    Source and id tell an event apart, and sending it again adds nothing; `subject` is the lead, `type` the type of the
    engagement event, `time` when it happened, `data` its properties. An event that cannot be used is set aside with the
    reason and does not fail the others.
    """
    try:
        return await _received(request)
    except OutsideError as error:
        # As for tracking messages: 429 asks to come again.
        return problem(error, 429)


async def _received(request: Request) -> Response:
    service = await authorized(request, "track")
    limits = service.settings.service
    body = await read_body(request, limits.max_body_bytes)
    received_at = now_micros()
    read = partial(parse_cloud_events, body, request.headers, received_at, limits.max_event_bytes)
    parsed = await anyio.to_thread.run_sync(read)
    receipt = await service.intake.take(Delivery(parsed, received_at, received_at))
    return json_answer(receipt.to_dict())
