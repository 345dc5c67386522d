"""How many scores may be asked for at a time: more would only make all of them late."""

from collections.abc import Iterable, MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadscore.api.metrics import Metrics
from leadscore.api.problems import problem
from leadscore.api.request_ids import request_id
from leadscore.domain.errors import DataError

_PLACE = "leadscore.place"
_LIMITED = ("/score", "/scores")
_LIMITED_BYTES = (b"/score", b"/scores")


class Admission:
    """Counts the requests for scores that have arrived and are not answered yet.

    most      of them that are answered by a score; the others are told at once to come again.
    metrics   where those are counted that are refused before they are a request to the application.
    """

    def __init__(self, most: int, metrics: Metrics) -> None:
        self.most, self.in_progress, self._metrics = most, 0, metrics
        answer = problem(self._error())
        self._head = b"HTTP/1.1 429 Too Many Requests\r\nretry-after: %b\r\ncontent-type: %b\r\ncontent-length: %%d\r\n"
        self._head %= tuple(answer.headers[name].encode() for name in ("retry-after", "content-type"))
        self._body = bytes(answer.body)

    def arrive(self, scope: MutableMapping[str, Any]) -> None:
        """Count a request for a score, once it is whole; those that creep in take no place from others.

        Who reads requests from sockets calls this. A score has the event loop to itself, so that inside of it no more
        than one would ever be seen in progress.
        """
        if _PLACE not in scope and scope["path"].endswith(_LIMITED):
            self.in_progress += 1
            scope[_PLACE] = self.in_progress

    def check(self, scope: MutableMapping[str, Any]) -> None:
        """See whether a request that was counted may go on.

        Raises   DataError [LS-RATE-03].
        """
        if scope.get(_PLACE, 0) > self.most:
            raise self._error()

    def leave(self, scope: MutableMapping[str, Any]) -> None:
        """Count a request no longer, nor ever after."""
        if scope.setdefault(_PLACE, 0):
            self.in_progress -= 1

    def refuses(self, method: bytes, address: bytes) -> bool:
        """Whether a request for this address would be one too many."""
        if self.in_progress < self.most or method not in (b"GET", b"POST"):
            return False
        return address.partition(b"?")[0].endswith(_LIMITED_BYTES)

    def refusal(self, method: bytes, address: bytes, headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, bytes]:
        """Head, without its last line, and body of the refusal; as bytes it costs a fifth of an answer of the Gate.

        Under a load of which most is refused, what refusing costs decides how many scores are left.
        """
        self._metrics.answered(method.decode(), _route(address), 429)
        name = request_id(headers).encode()
        body = self._body[:-1] + b',"request_id":"' + name + b'"}'
        return self._head % len(body) + b"x-request-id: " + name + b"\r\n", body

    def _error(self) -> DataError:
        found = f"{self.most:,} requests for scores are being answered"
        return DataError("LS-RATE-03", found=found, fix="ask again in a second, or add workers")


class Gate:
    """Answers 429 to requests for scores that are too many, and hands on all others.

    admission   counts them.
    """

    def __init__(self, app: ASGIApp, admission: Admission) -> None:
        self._inside, self._admission = app, admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, or refuse."""
        if scope["type"] != "http" or not scope["path"].endswith(_LIMITED):
            await self._inside(scope, receive, send)
            return

        async def whole() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body", False):
                self._admission.arrive(scope)
                self._admission.check(scope)
            return message

        try:
            self._admission.check(scope)
            await self._inside(scope, receive if _PLACE in scope else whole, send)
        except DataError as error:
            await problem(error)(scope, receive, send)
        finally:
            self._admission.leave(scope)


def _route(address: bytes) -> str:
    path = address.partition(b"?")[0]
    return path.decode() if path in (b"/v1/score", b"/v1/scores") else "/v1/leads/{lead_id:path}/score"
