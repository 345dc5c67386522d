"""What Prometheus reads from a running service."""

import pytest

from .test_metrics import read

TRACK = {
    "type": "track",
    "userId": "canary-lead",
    "event": "e",
    "messageId": "m1",
    "traits": {"email": "canary@example.org"},
}


@pytest.fixture
def told(own):
    own.client.get("/readyz")
    return lambda: read(own.client.get("/metrics").content)


def test_messages_and_scores_are_counted_where_they_are_answered(own, told):
    own("POST", "/v1/batch", scope="write", json={"batch": [TRACK, TRACK, {**TRACK, "userId": None}, 17]})
    own("POST", "/v1/score", json={"lead": {}})
    own("GET", "/v1/leads/canary-lead")
    found = told()
    assert found["leadscore_messages_received_total",] == 4
    assert found["leadscore_messages_accepted_total",] == 1
    assert found["leadscore_messages_duplicate_total",] == 1
    assert found["leadscore_messages_dead_lettered_total", "LS-EVENT-01"] == 1
    assert found["leadscore_messages_dead_lettered_total", "LS-EVENT-02"] == 1
    assert found["leadscore_intake_waiting_messages",] == 0
    assert found["leadscore_commit_seconds_count",] == 1
    assert found["leadscore_score_seconds_count",] == 1
    assert found["leadscore_requests_total", "/v1/batch", "200", "POST"] == 1
    assert found["leadscore_requests_total", "/v1/leads/{lead_id:path}", "200", "GET"] == 1


def test_the_model_in_use_is_told_and_whether_another_was_refused(own, told):
    assert told()["leadscore_model_in_use", "1", "leadscore"] == 1
    assert told()["leadscore_model_refused",] == 0
    (own.champion / "manifest.json").write_text("{}")
    assert own("POST", "/v1/models/reload", scope="admin").status_code == 409
    assert told()["leadscore_model_refused",] == 1


def test_nothing_in_it_is_about_anybody(own, told):
    own("POST", "/v1/track", scope="write", json=TRACK)
    for path in ("/v1/leads/canary-lead", "/canary-lead", "/v1/leads/canary-lead/score?as_of=canary@example.org"):
        own("GET", path)
    own.client.request("CANARY", "/canary-lead")
    text = own.client.get("/metrics").text.lower()
    assert "leadscore_requests_total" in text
    assert not [word for word in ("canary", "example.org", *own.keys.values()) if word.lower() in text]


def test_it_is_text_that_prometheus_reads_without_a_key(bare):
    answer = bare.client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert read(answer.content)["leadscore_model_in_use", "none", "none"] == 1
