"""Tracking, compatible with Segment's and RudderStack's SDKs: what they rely on decides every answer."""

from functools import partial

import anyio.to_thread
from fastapi import APIRouter, Request, Response
from pydantic_core import to_json

from leadscore.api.access import authorize
from leadscore.api.answers import ReceivedAnswer
from leadscore.api.bodies import read_body
from leadscore.api.contract import TRACKING_KEY, TRACKING_TYPES, body_schema
from leadscore.api.hot_door import Answering
from leadscore.api.problems import KEYED, problem, responses
from leadscore.api.service import now_micros, service_of
from leadscore.domain.errors import DataError, LeadscoreError, OutsideError
from leadscore.ingest.clean import read_json
from leadscore.workflows.receive_events import read_delivery

router = APIRouter(tags=["tracking"])

# Browsers of any site may send: a key says for whom, and no cookie is looked at.
_FROM_ANY_SITE = {"Access-Control-Allow-Origin": "*"}
_PREFLIGHT = {
    **_FROM_ANY_SITE,
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "authorization, content-type, content-encoding, anonymousid, x-retry-count",
    "Access-Control-Max-Age": "86400",
}
_BATCH = {"type": "object", "required": ["batch"], "properties": {"batch": {"type": "array"}}}
_SMALL_BODY = 32_768
_PROBLEMS = responses("LS-BODY-01", "LS-EVENT-01", *KEYED, "LS-BODY-02", "LS-RATE-02")


async def _track(request: Request) -> Response:
    """Store tracking messages; answered once they are durable, and sending them again adds nothing.

    A message that cannot be used is set aside with the reason and does not fail the others.
    """
    try:
        return await _received(request)
    except LeadscoreError as error:
        # SDKs wait and send again on 429; some of them drop what they sent, or do not wait, on 503.
        status = 429 if isinstance(error, OutsideError) else None
        # Without this header a browser cannot tell a refusal from a network fault, and resends.
        return problem(error, status, headers=_FROM_ANY_SITE)


async def _received(request: Request) -> Response:
    service = service_of(request)
    limits = service.settings.service
    body = await read_body(request, limits.max_body_bytes)
    key = None if "authorization" in request.headers else await anyio.to_thread.run_sync(_key_in, body)
    service.rate.admit(await authorize(request, service.keys, "track", key))
    route = TRACKING_TYPES[request.scope["path"].rpartition("/")[2]]
    read = partial(read_delivery, body, now_micros(), route, limits.max_event_bytes)
    # A small body is read sooner than a thread is woken.
    delivery = read() if len(body) < _SMALL_BODY else await anyio.to_thread.run_sync(read)
    receipt = await service.intake.take(delivery)
    return Response(to_json(receipt.to_dict()), headers=_FROM_ANY_SITE, media_type="application/json")


async def _preflight() -> Response:
    """What browsers ask before they send an Authorization header."""
    return Response(status_code=204, headers=_PREFLIGHT)


def _key_in(body: bytes) -> str | None:
    """The `writeKey` member that some SDKs send instead of a header."""
    try:
        found = read_json(body.decode("utf-8", "replace"))
    except ValueError as error:
        raise DataError("LS-BODY-01", found=f"the body is no JSON: {error}", allowed="a JSON object") from error
    key = found.get("writeKey") if isinstance(found, dict) else None
    return key if isinstance(key, str) else None


HOT: dict[str, Answering] = {f"/v1/{name}": _track for name in TRACKING_TYPES}
"""What `HotDoor` answers; the routes describe the same addresses in OpenAPI."""

for _name, _type in TRACKING_TYPES.items():
    router.add_api_route(
        f"/v1/{_name}",
        _track,
        methods=["POST"],
        operation_id=_type,
        summary=f"Receive {_type} messages",
        include_in_schema=len(_name) > 1,
        response_model=None,
        responses={200: {"model": ReceivedAnswer}, **_PROBLEMS},
        openapi_extra={**TRACKING_KEY, **body_schema(_BATCH if _type == "batch" else {"type": "object"})},
    )
    router.add_api_route(f"/v1/{_name}", _preflight, methods=["OPTIONS"], include_in_schema=False)
