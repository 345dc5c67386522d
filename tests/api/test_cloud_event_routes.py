import gzip
import json

import pytest

from leadscore.domain.errors import OutsideError
from leadscore.store.history import counts, load_history

EVENT = {"id": "1", "source": "/crm", "specversion": "1.0", "type": "call", "subject": "u1", "data": {"value": 2}}
STRUCTURED = {"Content-Type": "application/cloudevents+json"}
BATCH = {"Content-Type": "application/cloudevents-batch+json"}


def post(installation, content, headers, scope="write"):
    body = content if isinstance(content, bytes) else json.dumps(content)
    return installation("POST", "/v1/cloudevents", scope=scope, content=body, headers=headers)


def test_an_event_is_stored_and_answered_by_200_and_an_object(bare):
    for accepted in (1, 0):
        answer = post(bare, EVENT, STRUCTURED)
        assert answer.status_code == 200
        assert answer.json() == {"success": True, "accepted": accepted, "duplicates": 1 - accepted, "rejected": 0}
    (event,) = load_history(bare.store, "u1").events
    assert (event.type, event.value) == ("call", 2_000)


def test_one_bad_event_does_not_fail_its_batch(bare):
    answer = post(bare, [EVENT, {**EVENT, "id": ""}, "nonsense"], BATCH)
    assert answer.json() == {"success": True, "accepted": 1, "duplicates": 0, "rejected": 2}
    assert counts(bare.store)["dead_letters"] == 2


def test_gzip_is_inflated(bare):
    packed = gzip.compress(json.dumps([EVENT]).encode())
    assert post(bare, packed, {**BATCH, "Content-Encoding": "gzip"}).json()["accepted"] == 1


@pytest.mark.parametrize("scope", ["read", "crm"])
def test_keys_of_other_scopes_do_not_send(bare, scope):
    answer = post(bare, EVENT, STRUCTURED, scope)
    assert (answer.status_code, answer.json()["code"]) == (403, "LS-AUTH-02")
    assert bare.client.post("/v1/cloudevents", json=EVENT).status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [(b"{", 400, "LS-BODY-01"), (b"[]", 400, "LS-EVENT-01"), (b"x" * 10_000_001, 413, "LS-BODY-02")],
)
def test_a_hopeless_body_is_refused_with_a_code_and_a_message(bare, body, status, code):
    answer = post(bare, body, STRUCTURED)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert isinstance(answer.json()["message"], str)


def test_a_store_that_fails_asks_the_sender_to_come_back(bare, monkeypatch):
    async def fail(_delivery):
        raise OutsideError("LS-STORE-01", found="the disk is full")

    assert bare.client.get("/livez").status_code == 200
    monkeypatch.setattr(bare.client.app.state.service.intake, "take", fail)
    answer = post(bare, EVENT, STRUCTURED)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
