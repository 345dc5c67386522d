"""Requests for scores beyond what may be in progress are refused at once, and each one that ends makes room."""

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response
from starlette.testclient import TestClient

from leadscore.api.admission import Admission, Gate
from leadscore.api.metrics import Metrics
from leadscore.domain.errors import DataError


def asked(path="/v1/score"):
    return {"type": "http", "method": "POST", "path": path, "headers": []}


@given(st.integers(1, 5), st.lists(st.sampled_from(["arrive", "leave"]), max_size=40))
def test_as_many_as_may_be_in_progress_are_let_in_and_never_more(most, steps):
    admission, inside = Admission(most, Metrics()), []
    for step in steps:
        if step == "arrive":
            scope = asked()
            admission.arrive(scope)
            if len(inside) < most:
                admission.check(scope)
                inside.append(scope)
            else:
                with pytest.raises(DataError, match="LS-RATE-03"):
                    admission.check(scope)
                admission.leave(scope)
        elif inside:
            admission.leave(inside.pop())
    for scope in inside:
        admission.leave(scope)
    assert admission.in_progress == 0


@pytest.mark.parametrize(
    ("path", "counted"), [("/v1/scores", 1), ("/v1/leads/L1/score", 1), ("/v1/track", 0), ("/", 0)]
)
def test_only_what_asks_for_scores_is_counted(path, counted):
    admission = Admission(1, Metrics())
    admission.arrive(asked(path))
    assert admission.in_progress == counted


def test_those_that_are_too_many_are_told_to_come_again_and_the_others_are_answered(own):
    client, headers = own.client, {"Authorization": f"Bearer {own.keys['read']}"}
    admission = client.app.state.admission
    admission.most, most = 0, admission.most
    refused = client.post("/v1/score", json={"lead": {}}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (429, "LS-RATE-03")
    assert refused.headers["retry-after"] == "1"
    assert client.get("/livez").status_code == 200
    admission.most = most
    assert client.post("/v1/score", json={"lead": {}}, headers=headers).status_code == 200
    assert admission.in_progress == 0


def test_a_fault_makes_room_too():
    admission = Admission(1, Metrics())

    async def broken(_scope, _receive, _send):
        raise ValueError("broken")

    for _ in range(3):
        with pytest.raises(ValueError, match="broken"):
            TestClient(Gate(broken, admission)).post("/v1/score", json={})
    assert admission.in_progress == 0


def test_a_request_that_is_not_whole_takes_no_place():
    admission, reached = Admission(1, Metrics()), []

    async def reading(scope, receive, send):
        await receive()
        reached.append(admission.in_progress)
        await Response()(scope, receive, send)

    async def run():
        gate, come = Gate(reading, admission), anyio.Event()

        async def slow():
            await come.wait()
            return {"type": "http.request", "body": b"", "more_body": False}

        async def ignore(_message):
            pass

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(gate, asked(), slow, ignore)
            await anyio.sleep(0.01)
            assert admission.in_progress == 0
            come.set()

    anyio.run(run)
    assert reached
    assert admission.in_progress == 0
