import base64
import gzip
import json
import time

import pytest

from leadscore.api.contract import TRACKING_TYPES
from leadscore.domain.time import format_instant, parse_instant
from leadscore.store.history import counts, load_history

TRACK = {"userId": "u1", "event": "Demo Requested", "messageId": "m1", "timestamp": "2026-03-01T12:00:00Z"}


def stored(installation):
    found = counts(installation.store)
    return found["messages"], found["events"], found["dead_letters"]


@pytest.mark.parametrize("scope", ["write", "admin"])
def test_a_message_is_stored_and_answered_by_200_and_an_object(bare, scope):
    answer = bare("POST", "/v1/track", scope=scope, json=TRACK)
    assert answer.status_code == 200
    assert answer.json() == {"success": True, "accepted": 1, "duplicates": 0, "rejected": 0}
    (event,) = load_history(bare.store, "u1").events
    assert (event.event_id, event.type) == ("m1", "Demo Requested")
    assert event.occurred_at == parse_instant("2026-03-01T12:00:00Z").at < event.known_at


def test_the_same_message_again_changes_nothing(bare):
    for _ in range(3):
        answer = bare("POST", "/v1/track", scope="write", json=TRACK)
    assert answer.json() == {"success": True, "accepted": 0, "duplicates": 1, "rejected": 0}
    assert stored(bare) == (1, 1, 0)


@pytest.mark.parametrize("kind", ["identify", "track", "page", "screen", "group", "alias"])
def test_each_type_has_an_address_and_a_short_one(bare, kind):
    message = {**TRACK, "groupId": "g", "previousId": "u1"}
    for address in (kind, kind[0]):
        assert bare("POST", f"/v1/{address}", scope="write", json=message).status_code == 200


def test_one_bad_message_does_not_fail_its_batch(bare):
    batch = [{**TRACK, "type": "track"}, {"type": "track", "event": "x"}, "nonsense", {"type": "jump", "userId": "u"}]
    answer = bare("POST", "/v1/batch", scope="write", json={"batch": batch})
    assert answer.status_code == 200
    assert answer.json() == {"success": True, "accepted": 1, "duplicates": 0, "rejected": 3}
    assert stored(bare) == (1, 1, 3)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/json"])
def test_any_content_type_and_gzip_will_do(bare, content_type):
    body = gzip.compress(json.dumps({"batch": [{**TRACK, "type": "track"}]}).encode())
    headers = {"Content-Type": content_type, "Content-Encoding": "gzip"}
    assert bare("POST", "/v1/b", scope="write", content=body, headers=headers).json()["accepted"] == 1


def test_json_that_is_not_strict_is_taken(bare):
    body = b'{"userId":"u1","event":"x\\ud800","messageId":"m","properties":{"a":NaN,"b":-Infinity,"c":"\\u0000"}}'
    assert bare("POST", "/v1/track", scope="write", content=body).json()["accepted"] == 1


def test_a_batch_of_five_megabytes_is_taken(bare):
    message = {"type": "track", "event": "x", "userId": "u", "properties": {"text": "y" * 48_000}}
    batch = [{**message, "messageId": str(number)} for number in range(100)]
    assert bare("POST", "/v1/batch", scope="write", json={"batch": batch}).json()["accepted"] == 100


def by_basic(key):
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}


def test_the_key_may_be_a_basic_user_name_or_a_member_of_the_body(bare):
    key = bare.keys["write"]
    client = bare.client
    assert client.post("/v1/track", json=TRACK, headers=by_basic(key)).status_code == 200
    assert client.post("/v1/track", json={**TRACK, "writeKey": key}).status_code == 200
    assert client.post("/v1/batch", json={"batch": [], "writeKey": key}).status_code == 200


@pytest.mark.parametrize("body", [{}, {"writeKey": 5}, {"writeKey": "wrong"}, []])
def test_without_a_key_nothing_is_stored(bare, body):
    answer = bare.client.post("/v1/track", json=body)
    assert (answer.status_code, answer.json()["code"]) == (401, "LS-AUTH-01")
    assert bare.client.post("/v1/track", json=TRACK, headers=by_basic("wrong")).status_code == 401


@pytest.mark.parametrize("scope", ["read", "crm"])
def test_keys_of_other_scopes_do_not_track(bare, scope):
    answer = bare("POST", "/v1/track", scope=scope, json=TRACK)
    assert (answer.status_code, answer.json()["code"]) == (403, "LS-AUTH-02")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [(b"{", 400, "LS-BODY-01"), (b"[]", 400, "LS-EVENT-01"), (b"x" * 10_000_001, 413, "LS-BODY-02")],
)
def test_a_hopeless_body_is_refused_with_a_code_and_a_message(bare, body, status, code):
    answer = bare("POST", "/v1/batch", scope="write", content=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert isinstance(answer.json()["message"], str)


def test_browsers_of_other_sites_may_send_and_read_refusals(bare):
    asked = bare.client.options("/v1/t", headers={"Origin": "https://shop.example.org"})
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == "*"
    assert {"authorization", "content-type"} <= set(asked.headers["access-control-allow-headers"].split(", "))
    for answer in (bare.client.post("/v1/t", json=TRACK), bare("POST", "/v1/t", scope="write", json=TRACK)):
        assert answer.headers["access-control-allow-origin"] == "*"


def test_no_tracking_address_redirects(bare):
    for name in TRACKING_TYPES:
        answer = bare("POST", f"/v1/{name}/", scope="write", json=TRACK)
        assert (answer.status_code, answer.json()["code"]) == (404, "LS-ROUTE-01")


def test_a_tracked_lead_is_scored_at_once(own):
    before = own("POST", "/v1/identify", scope="write", json={"userId": "new", "traits": {"industry": "software"}})
    assert before.status_code == 200
    cold = own("GET", "/v1/leads/new/score").json()
    own("POST", "/v1/track", scope="write", json={"userId": "new", "event": "demo_requested", "messageId": "m9"})
    hot = own("GET", "/v1/leads/new/score").json()
    assert (cold["lifecycle"] == "sql", hot["lifecycle"]) == (False, "sql")
    assert hot["score"] > cold["score"]


def test_a_late_identify_brings_the_anonymous_history_to_the_score_of_the_lead(own):
    def send(kind, **message):
        assert own("POST", f"/v1/{kind}", scope="write", json=message).json()["accepted"] == 1

    send("identify", userId="late", traits={"industry": "software"}, messageId="i1")
    send("identify", userId="same", traits={"industry": "software"}, messageId="i2")
    for lead in ({"anonymousId": "visitor"}, {"userId": "same"}):
        send("track", **lead, event="demo_requested", timestamp="2026-11-01T00:00:00Z", messageId=f"t{lead}")
    before = own("GET", "/v1/leads/late/score").json()
    send("identify", userId="late", anonymousId="visitor", messageId="i3")
    after = own("GET", "/v1/leads/late/score").json()
    assert after["score"] > before["score"]
    assert own("GET", "/v1/leads/visitor/score").json()["lead_id"] == "late"
    as_of = {"as_of": format_instant(time.time_ns() // 1_000 + 1_000)}
    late, same = (own("GET", f"/v1/leads/{lead}/score", params=as_of).json() for lead in ("late", "same"))
    assert (late["p_convert"], late["reasons"]) == (same["p_convert"], same["reasons"])
