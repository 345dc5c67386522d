import base64

import pytest

from leadscore.store.keys import create_key, list_keys, revoke_key

SCORE = ("POST", "/v1/score")


def basic(name):
    return "Basic " + base64.b64encode(f"{name}:".encode()).decode()


def status(installation, header, method="POST", path="/v1/score"):
    headers = {} if header is None else {"Authorization": header}
    return installation.client.request(method, path, headers=headers, json={"lead": {}}).status_code


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Bearer " + "x" * 500, "Token x", "Basic ***"])
def test_without_a_working_key_nothing_is_answered(shared, header):
    assert status(shared, header) == 401


def test_a_refusal_says_what_to_send(shared):
    answer = shared.client.post("/v1/score", json={"lead": {}})
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "LS-AUTH-01"
    assert "Authorization: Bearer" in answer.json()["fix"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/v1/score", {"read", "crm", "admin"}),
        ("POST", "/v1/scores", {"read", "crm", "admin"}),
        ("GET", "/v1/leads", {"read", "crm", "admin"}),
        ("GET", "/v1/leads/L1", {"read", "crm", "admin"}),
        ("GET", "/v1/leads/L1/score", {"read", "crm", "admin"}),
        ("GET", "/v1/models", {"read", "crm", "admin"}),
        ("POST", "/v1/models/reload", {"admin"}),
    ],
)
def test_each_route_is_open_to_its_scopes_only(shared, method, path, allowed):
    for scope in ("write", "read", "crm", "admin"):
        answer = shared(method, path, scope=scope, content=b"{}")
        assert (answer.status_code == 403) == (scope not in allowed)
        if answer.status_code == 403:
            assert answer.json()["code"] == "LS-AUTH-02"


def test_a_key_as_basic_user_name_is_for_tracking_only(shared):
    assert status(shared, basic(shared.keys["read"])) == 401


def test_the_word_bearer_may_be_written_in_any_case(shared):
    assert status(shared, f"bearer {shared.keys['read']}") == 200


def test_a_revoked_key_stops_working_within_a_second(own, monkeypatch):
    key_id, key = create_key(own.store, "read")
    ring = own.start().app.state.service.keys
    seconds = [100.0]
    ring._clock = lambda: seconds[0]
    assert own.client.get("/v1/leads", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert key_id in {record.id for record in list_keys(own.store)}
    revoke_key(own.store, key_id)
    seconds[0] += 1.0
    assert own.client.get("/v1/leads", headers={"Authorization": f"Bearer {key}"}).status_code == 401


def test_an_address_that_guesses_keys_is_told_to_wait_a_minute(own, monkeypatch):
    monkeypatch.setenv("LEADSCORE_MAX_WRONG_KEYS_PER_MINUTE", "3")
    own.start()
    assert own("GET", "/v1/leads").status_code == 200
    seen = [status(own, f"Bearer guess {number}") for number in range(5)]
    assert seen == [401, 401, 401, 429, 429]
    answer = own.client.post("/v1/track", json={}, headers={"Authorization": "Bearer guess"})
    assert (answer.json()["code"], answer.headers["retry-after"]) == ("LS-AUTH-03", "60")
    assert own.client.post("/sign-in", data={"key": "guess"}).status_code == 429
    assert own("GET", "/v1/leads").status_code == 200
