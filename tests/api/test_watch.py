"""What is said around each answer: its id, a line of the log where wanted, and a problem where the service failed."""

import logging

import pytest
from starlette.responses import Response, StreamingResponse
from starlette.testclient import TestClient

from leadscore.api.metrics import Metrics
from leadscore.api.watch import Watch

NAME = {"X-Request-Id": "0123-4567"}


def client_of(app, metrics=None, *, access_log=False):
    return TestClient(Watch(app, metrics or Metrics(), access_log=access_log))


async def broken(scope, _receive, _send):
    raise ValueError(scope["path"])


async def broken_halfway(scope, receive, send):
    async def parts():
        yield b"half"
        raise ValueError("jo@example.org")

    await StreamingResponse(parts())(scope, receive, send)


def test_every_answer_of_the_service_names_its_request(shared):
    for path in ("/livez", "/v1/nothing", "/v1/leads/L1", "/metrics", "/"):
        assert shared("GET", path, headers=NAME).headers["x-request-id"] == "0123-4567"
        assert len(shared("GET", path).headers["x-request-id"]) == 16


def test_a_problem_names_its_request_too(shared):
    refused = shared("GET", "/v1/leads/nobody")
    assert refused.json()["request_id"] == refused.headers["x-request-id"]


def test_a_fault_is_answered_and_logged_under_the_same_id_without_the_words_of_the_exception(caplog):
    answer = client_of(broken).get("/jo@example.org", headers=NAME)
    assert (answer.status_code, answer.json()["code"]) == (500, "LS-INTERNAL-01")
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == "0123-4567"
    (record,) = [record for record in caplog.records if record.name == "leadscore.api"]
    said = record.getMessage() + record.fields["traceback"]
    assert "ValueError" in said
    assert "in broken" in said
    assert "jo@example.org" not in said


def test_a_fault_in_the_midst_of_an_answer_ends_the_connection(caplog):
    with pytest.raises(ValueError, match="jo"):
        client_of(broken_halfway).get("/")
    assert [record.getMessage() for record in caplog.records if record.name == "leadscore.api"] == ["GET other failed"]


def test_requests_are_logged_only_where_that_is_wanted_and_without_their_address(caplog):
    caplog.set_level(logging.INFO, "leadscore.access")
    client_of(Response()).get("/v1/leads/jo@example.org")
    assert not caplog.records
    client_of(Response(), access_log=True).request("BREW", "/v1/leads/jo@example.org")
    (record,) = caplog.records
    assert 0 < record.fields.pop("milliseconds") < 60_000
    assert record.fields == {"method": "other", "route": "other", "status": 200}
    assert "jo@example.org" not in record.getMessage()
