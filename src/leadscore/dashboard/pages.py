"""The page of the hottest leads and its sign-in; everything on it comes from this server."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl

import anyio.to_thread
import jinja2
from fastapi import APIRouter, Request, Response

from leadscore.dashboard.sessions import SESSION_SECONDS, Sessions
from leadscore.dashboard.view import hottest_view
from leadscore.store.engine import Store
from leadscore.workflows.authorize import ALLOWED_SCOPES, KeyRing
from leadscore.workflows.score_lead import ScoringService

_COOKIE = "leadscore_session"
_MOST_FORM_BYTES = 4_096
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_PAGES = jinja2.Environment(
    loader=jinja2.PackageLoader("leadscore.dashboard"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATE = _PAGES.get_template("dashboard.html")
_STYLE = files("leadscore.dashboard").joinpath("assets/leadscore.css").read_bytes()

router = APIRouter(include_in_schema=False)


@dataclass
class Dashboard:
    """What the pages need; made when the application starts.

    champion_settled   waits until it is known which model is in use, if that does not take too long.
    """

    store: Store
    keys: KeyRing
    scoring: ScoringService
    champion_settled: Callable[[], Awaitable[bool]]
    sessions: Sessions = field(default_factory=Sessions)


@router.get("/")
async def show_hottest(request: Request) -> Response:
    """The fifty hottest leads, for those who are signed in."""
    dashboard = _dashboard(request)
    key = dashboard.sessions.key_of(request.cookies.get(_COOKIE))
    if key is None or not await _may_read(dashboard, key):
        return _moved("/sign-in")
    await dashboard.champion_settled()
    view = await anyio.to_thread.run_sync(hottest_view, dashboard.store, dashboard.scoring.artifact)
    return _page(signed_in=True, **view)


@router.get("/sign-in")
async def ask_for_key() -> Response:
    """The form that asks for a key."""
    return _page(signed_in=False, problem=None)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Begin a session with a key that may read."""
    dashboard = _dashboard(request)
    key, host = (await _form(request)).get("key", "").strip(), request.client.host if request.client else ""
    dashboard.keys.refuse_guesses(key, host)
    if not key or not await _may_read(dashboard, key):
        dashboard.keys.count_guess(host)
        problem = (
            "This key is unknown, revoked, or may only send events. A key of scope read, crm or admin opens the page."
        )
        return _page(401, signed_in=False, problem=problem)
    answer = _moved("/")
    answer.set_cookie(
        _COOKIE,
        dashboard.sessions.open(key),
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session."""
    _dashboard(request).sessions.close(request.cookies.get(_COOKIE))
    answer = _moved("/sign-in")
    answer.delete_cookie(_COOKIE, httponly=True, samesite="strict")
    return answer


@router.get("/assets/leadscore.css")
async def style() -> Response:
    """The style sheet of the pages."""
    return Response(_STYLE, headers={"Cache-Control": "max-age=300"}, media_type="text/css")


def _dashboard(request: Request) -> Dashboard:
    dashboard: Dashboard = request.app.state.dashboard
    return dashboard


async def _may_read(dashboard: Dashboard, key: str) -> bool:
    remembered = dashboard.keys.remembered(key)
    scope = remembered[0] if remembered else await anyio.to_thread.run_sync(dashboard.keys.look_up, key)
    return scope in ALLOWED_SCOPES["read"]


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_FORM_BYTES:
            return {}
    return dict(parse_qsl(body.decode("utf-8", "replace")))


def _page(status: int = 200, **view: Any) -> Response:
    return Response(_TEMPLATE.render(view), status, _HEADERS, media_type="text/html")


def _moved(path: str) -> Response:
    return Response(status_code=303, headers={"Location": path, "Cache-Control": "no-store"})
