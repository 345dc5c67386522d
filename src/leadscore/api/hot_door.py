"""A door before the framework's routing, which costs more than storing a message and a third of a score."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from leadscore.api.problems import problem
from leadscore.domain.errors import LeadscoreError

Answering = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class _HotRoute:
    path: str
    answer: Answering


class HotDoor:
    """Answers POST requests to the busiest addresses itself; all else goes on inside.

    hot   address -> what answers there. A route of the framework describes the same address in OpenAPI, and answers
          alike.
    """

    def __init__(self, app: ASGIApp, hot: Mapping[str, Answering]) -> None:
        self._inside = app
        self._hot = {path: _HotRoute(path, answer) for path, answer in hot.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        route = self._hot.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if route is None:
            await self._inside(scope, receive, send)
            return
        # The log of a fault names the route.
        scope["route"] = route
        try:
            answer = await route.answer(Request(scope, receive))
        except LeadscoreError as error:
            answer = problem(error)
        except ClientDisconnect:
            # Nobody is there to read it, and it is no fault of ours.
            answer = Response(status_code=400)
        await answer(scope, receive, send)
