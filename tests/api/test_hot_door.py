import pytest
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.testclient import TestClient

from leadscore.api import score_routes, tracking_routes
from leadscore.api.contract import TRACKING_TYPES
from leadscore.api.hot_door import HotDoor
from leadscore.api.metrics import Metrics
from leadscore.api.watch import Watch

BODY = {"lead": {}, "as_of": "2026-03-01T12:00:00Z"}
MESSAGE = {"userId": "u1", "event": "Demo Requested", "messageId": "m1", "batch": []}


@pytest.fixture
def door(own):
    """A client of the door of a running service, and what went on inside instead of being answered there."""
    reached = []

    async def inside(scope, receive, send):
        reached.append((scope["method"], scope["path"]))
        await Response()(scope, receive, send)

    hot = Watch(HotDoor(inside, {**tracking_routes.HOT, **score_routes.HOT}), Metrics(), access_log=False)

    async def app(scope, receive, send):
        await hot({**scope, "app": own.client.app}, receive, send)

    client = TestClient(app)
    client.portal = own.client.portal  # one event loop for the service: its locks wake nobody in another
    return client, reached


def test_messages_and_scores_are_answered_before_the_routing_and_nothing_else_is(own, door):
    client, reached = door
    headers = {"Authorization": f"Bearer {own.keys['admin']}"}
    for name in TRACKING_TYPES:
        assert client.post(f"/v1/{name}", json=MESSAGE, headers=headers).json()["success"] is True
    assert client.post("/v1/score", json=BODY, headers=headers).json() == own("POST", "/v1/score", json=BODY).json()
    assert reached == []
    client.options("/v1/track")
    client.get("/v1/score")
    client.post("/v1/scores")
    client.post("/v1/score/")
    assert reached == [
        ("OPTIONS", "/v1/track"),
        ("GET", "/v1/score"),
        ("POST", "/v1/scores"),
        ("POST", "/v1/score/"),
    ]


def test_a_refusal_is_worded_as_everywhere(own, door):
    client, _ = door
    same = {"X-Request-Id": "the-same-one"}
    refused = client.post("/v1/score", json=BODY, headers=same)
    elsewhere = own.client.post("/v1/scores", json={"leads": [BODY]}, headers=same)
    assert (refused.status_code, refused.json()) == (401, elsewhere.json())
    assert dict(refused.headers) == dict(elsewhere.headers)


def test_a_caller_who_went_away_is_no_fault():
    async def gone(_request):
        raise ClientDisconnect

    assert TestClient(HotDoor(Response(), {"/v1/score": gone})).post("/v1/score").status_code == 400


def test_the_log_of_a_fault_names_the_address(own, caplog):
    service = own.start().app.state.service
    own("GET", "/readyz")
    service.scoring = None
    assert own("POST", "/v1/score", json=BODY).status_code == 500
    assert "POST /v1/score failed" in caplog.text
