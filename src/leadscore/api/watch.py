"""Around everything that answers requests: their ids, how they ended, and an answer to faults."""

import logging
import time
from collections.abc import Iterator
from traceback import format_tb

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadscore.api.metrics import Metrics
from leadscore.api.problems import problem
from leadscore.api.request_ids import HEADER, REQUEST_ID, request_id
from leadscore.domain.errors import LeadscoreError

_LOG = logging.getLogger("leadscore.api")
_ACCESS = logging.getLogger("leadscore.access")
_METHODS = frozenset(("DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"))
_ELSEWHERE = "other"
_GAVE_UP = 499


class Watch:
    """Counts and perhaps logs each request, gives its id back, and turns faults of the service into a problem.

    Neither the log nor the figures name an address, which may hold the id of a lead, but the route that it belongs to.

    metrics      where requests are counted.
    access_log   whether each request is logged.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, *, access_log: bool) -> None:
        self._inside, self._metrics, self._access_log = app, metrics, access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, and watch its answer."""
        if scope["type"] != "http":
            await self._inside(scope, receive, send)
            return
        began, status = time.perf_counter(), 0
        name = request_id(scope["headers"])
        marked = (HEADER, name.encode("ascii"))

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append(marked)
            await send(message)

        token = REQUEST_ID.set(name)
        try:
            await self._inside(scope, receive, told)
        except Exception as error:
            _log_fault(scope, error)
            if status:
                # Half an answer is out: only closing the connection tells its reader.
                raise
            fault = LeadscoreError("LS-INTERNAL-01", found="the service met a fault of its own; its log says more")
            await problem(fault)(scope, receive, told)
        finally:
            method, route = _method(scope), _route(scope)
            self._metrics.answered(method, route, status or _GAVE_UP)
            if self._access_log:
                taken = round(1_000 * (time.perf_counter() - began), 3)
                fields = {"method": method, "route": route, "status": status or _GAVE_UP, "milliseconds": taken}
                _ACCESS.info("answered", extra={"fields": fields})
            REQUEST_ID.reset(token)


def _log_fault(scope: Scope, error: BaseException) -> None:
    # What an exception says may quote the request; where it was raised does not.
    lines = [line for each in _chain(error) for line in (f"{type(each).__name__}\n", *format_tb(each.__traceback__))]
    _LOG.error("%s %s failed", _method(scope), _route(scope), extra={"fields": {"traceback": "".join(lines)}})


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    return method if method in _METHODS else _ELSEWHERE


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", _ELSEWHERE)
