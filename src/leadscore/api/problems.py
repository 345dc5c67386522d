"""Errors as RFC 9457 problem+json, with the extra members `code` and `message` that tracking SDKs look for."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from leadscore.api.request_ids import REQUEST_ID
from leadscore.domain.errors import CATALOGUE, DataError, LeadscoreError

_MOST_FAULTS = 10
_METHODS = ("DELETE", "GET", "OPTIONS", "POST")
RETRY_AFTER_SECONDS = {"LS-AUTH-03": "60"}
"""Of codes that ask for more than a second. Whole numbers: some tracking SDKs read no date there."""

STATUS = {
    "LS-AUTH-01": 401,
    "LS-AUTH-02": 403,
    "LS-AUTH-03": 429,
    "LS-BODY-01": 400,
    "LS-BODY-02": 413,
    "LS-BODY-03": 422,
    "LS-DATA-03": 422,
    "LS-EVENT-01": 400,
    "LS-EVENT-02": 400,
    "LS-EVENT-03": 400,
    "LS-EVENT-04": 400,
    "LS-EVENT-05": 413,
    "LS-HTTP-01": 400,
    "LS-LEAD-01": 404,
    "LS-MODEL-01": 503,
    "LS-MODEL-02": 409,
    "LS-MODEL-03": 404,
    "LS-RATE-01": 429,
    "LS-RATE-02": 429,
    "LS-RATE-03": 429,
    "LS-ROUTE-01": 404,
    "LS-ROW-01": 422,
    "LS-ROW-02": 422,
    "LS-ROW-03": 409,
    "LS-STOP-01": 503,
    "LS-STORE-01": 503,
    "LS-TIME-01": 422,
    "LS-TIME-02": 422,
    "LS-USAGE-01": 400,
}
"""HTTP status of each code that a request can meet; any other is a fault of the service, 500."""


class Problem(BaseModel):
    """What went wrong (RFC 9457); `code` is stable, `message` repeats `detail`."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    type: str
    """`urn:leadscore:` and the code."""
    title: str
    status: int
    detail: str
    code: str
    """Stable code; the catalogue says what it means."""
    message: str
    allowed: str | None = None
    """What would have been accepted."""
    fix: str | None = None
    """What to do next."""
    request_id: str | None = None
    """Id of the request, as in the header X-Request-Id; the log names it too."""


def problem(error: LeadscoreError, status: int | None = None, headers: dict[str, str] | None = None) -> Response:
    """The answer to an error; the status follows from its code unless one is given."""
    status = status or STATUS.get(error.code, 500)
    detail = f"{error.where}: {error.found}" if error.where else error.found
    body = {
        "type": f"urn:leadscore:{error.code}",
        "title": CATALOGUE[error.code],
        "status": status,
        "detail": detail,
        "code": error.code,
        "message": detail,
    }
    more = (("allowed", error.allowed), ("fix", error.fix), ("request_id", REQUEST_ID.get()))
    body |= {name: text for name, text in more if text}
    if status == 429:
        headers = {"Retry-After": RETRY_AFTER_SECONDS.get(error.code, "1"), **(headers or {})}
    if status == 401:
        headers = {"WWW-Authenticate": "Bearer", **(headers or {})}
    return Response(to_json(body), status, headers, media_type="application/problem+json")


def invalid_body(error: ValidationError) -> DataError:
    """A body that its model refuses: each fault with its place, but never with the value that was sent.

    Returns    DataError [LS-BODY-01] if the body is no JSON at all, else [LS-BODY-03].
    """
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    if any(fault["type"] == "json_invalid" for fault in faults):
        return DataError("LS-BODY-01", found=faults[0]["msg"], allowed="one JSON document, UTF-8")
    told = [f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}" for fault in faults[:_MOST_FAULTS]]
    more = [f"and {len(faults) - _MOST_FAULTS} more"] if len(faults) > _MOST_FAULTS else []
    return DataError("LS-BODY-03", found="; ".join(told + more))


def install_problems(app: FastAPI) -> None:
    """Make every error of an application answer problem+json; `Watch` sees to its faults."""

    async def on_leadscore_error(_request: Request, error: Exception) -> Response:
        assert isinstance(error, LeadscoreError)
        return problem(error)

    async def on_http_error(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        found = f"{request.method} {request.url.path}"
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else None
        if status == 405:
            headers = {"Allow": ", ".join(_methods_of(request))}
        code = "LS-ROUTE-01" if status in (404, 405) else "LS-USAGE-01" if status < 500 else "LS-INTERNAL-01"
        return problem(DataError(code, found=found), status, headers)

    async def on_gone(_request: Request, _error: Exception) -> Response:
        # Nobody is there to read it.
        return Response(status_code=400)

    app.add_exception_handler(ClientDisconnect, on_gone)
    app.add_exception_handler(LeadscoreError, on_leadscore_error)
    app.add_exception_handler(HTTPException, on_http_error)


KEYED = ("LS-AUTH-01", "LS-AUTH-02", "LS-AUTH-03", "LS-RATE-01")
"""What every route that needs a key can answer."""


def responses(*codes: str) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route in OpenAPI: which problems it can answer."""
    described: dict[int | str, list[str]] = {}
    for code in dict.fromkeys(codes):
        described.setdefault(STATUS.get(code, 500), []).append(f"{code}: {CATALOGUE[code]}")
    return {status: _described(texts) for status, texts in described.items()}


def _methods_of(request: Request) -> list[str]:
    """The methods that an address knows; the framework names those of one of its routes only."""
    return [
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]


def _described(texts: Sequence[str]) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": " ".join(texts), "content": {"application/problem+json": {"schema": schema}}}
