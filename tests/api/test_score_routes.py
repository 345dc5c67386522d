import json

import pytest

from leadscore.domain.time import DAY_US, format_instant, parse_instant
from leadscore.store.history import load_history

AS_OF = "2026-03-01T12:00:00Z"


def event(kind="page_viewed", at="2026-02-20T10:00:00Z", **more):
    return {"type": kind, "occurred_at": at, **more}


def body(*events, **lead):
    return {"lead": lead, "events": list(events), "as_of": AS_OF}


def test_a_score_has_exactly_the_members_that_callers_rely_on(shared):
    answer = shared("POST", "/v1/score", json=body(event("demo_requested"), lead_id="L9", industry="software"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    score = answer.json()
    assert list(score) == [
        *("lead_id", "as_of", "p_convert", "interval", "score", "grade", "temperature", "lifecycle"),
        *("reasons", "decision", "versions"),
    ]
    assert (score["lead_id"], score["as_of"]) == ("L9", AS_OF)
    assert list(score["p_convert"]) == ["14d", "60d", "180d"]
    assert list(score["p_convert"].values()) == sorted(score["p_convert"].values())
    assert score["interval"][0] <= score["p_convert"]["60d"] <= score["interval"][1]
    assert 0 < score["score"] < 100
    assert score["grade"] in "ABCD"
    assert score["lifecycle"] == "sql"
    assert all(set(reason) == {"feature", "text", "effect"} and reason["text"] for reason in score["reasons"])
    assert set(score["decision"]) == {"id", "route", "queue", "owner", "respond_by", "reason"}
    assert [score["decision"][name] for name in ("id", "owner", "respond_by")] == [None, None, None]
    assert score["decision"]["route"] == "sales"
    assert score["versions"]["model"] == "1"
    assert score["versions"]["features"].startswith("sha256:")
    assert score["versions"]["policy"].startswith("sha256:")


def test_what_was_not_known_before_as_of_changes_nothing(shared):
    past = body(event())
    later = body(
        event(),
        event("demo_requested", AS_OF),
        event("demo_requested", "2026-04-01T00:00:00Z"),
        event("demo_requested", "2026-02-01T00:00:00Z", known_at="2026-03-02T00:00:00Z"),
    )
    past["lead"] = later["lead"] = {"created_at": "2026-01-01T00:00:00Z"}
    assert shared("POST", "/v1/score", json=past).json() == shared("POST", "/v1/score", json=later).json()


def test_an_event_sent_twice_with_one_id_counts_once(shared):
    once, twice = body(event(event_id="e1")), body(event(event_id="e1"), event(event_id="e1"))
    assert shared("POST", "/v1/score", json=once).json() == shared("POST", "/v1/score", json=twice).json()


def test_events_without_ids_each_count(shared):
    one, two = (shared("POST", "/v1/score", json=body(*[event()] * times)).json() for times in (1, 2))
    assert one["p_convert"] != two["p_convert"]


def test_more_interest_scores_higher(shared):
    cold = shared("POST", "/v1/score", json=body()).json()
    warm = shared("POST", "/v1/score", json=body(event("demo_requested"), *[event()] * 5, industry="software")).json()
    assert warm["score"] > cold["score"]


def test_as_of_is_now_by_default(shared):
    first = parse_instant(shared("POST", "/v1/score", json={"lead": {}}).json()["as_of"]).at
    second = parse_instant(shared("POST", "/v1/score", json={"lead": {}}).json()["as_of"]).at
    assert 0 < second - first < DAY_US


def test_attributes_of_any_json_type_are_taken(shared):
    answer = shared("POST", "/v1/score", json=body(industry="software", size=250, share=0.5, active=True, note=None))
    assert answer.status_code == 200


def test_any_content_type_will_do(shared):
    answer = shared("POST", "/v1/score", content=json.dumps(body()), headers={"Content-Type": "text/plain"})
    assert answer.status_code == 200


def test_nothing_is_stored_unless_asked(own):
    own("POST", "/v1/score", json=body(lead_id="L1"))
    assert own("GET", "/v1/leads").json() == {"leads": []}


def test_a_score_is_stored_when_asked(own):
    stored = own("POST", "/v1/score?store=true", scope="crm", json=body(event(), lead_id="L1")).json()
    assert stored["decision"]["id"].startswith("dec_")
    assert own("GET", "/v1/leads").json() == {"leads": [stored]}


@pytest.mark.parametrize(("scope", "status"), [("write", 403), ("read", 403), ("crm", 200), ("admin", 200)])
def test_only_keys_that_may_write_store_a_score(own, scope, status):
    answer = own("POST", "/v1/score?store=true", scope=scope, json=body(lead_id="L1"))
    assert answer.status_code == status
    assert len(own("GET", "/v1/leads").json()["leads"]) == (status == 200)


def test_a_score_of_the_future_cannot_be_stored(own):
    asked = {"lead": {"lead_id": "L1"}, "as_of": "2100-01-01T00:00:00Z"}
    assert own("POST", "/v1/score", json=asked).status_code == 200
    answer = own("POST", "/v1/score?store=true", scope="admin", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "LS-BODY-03")
    assert own("GET", "/v1/leads").json() == {"leads": []}


def test_a_score_without_a_lead_id_cannot_be_stored(shared):
    answer = shared("POST", "/v1/score?store=true", scope="crm", json=body())
    assert (answer.status_code, answer.json()["code"]) == (422, "LS-BODY-03")


def test_shapley_values_explain_the_same_score_when_asked_for(shared):
    asked = body(event("demo_requested"), *[event()] * 5, lead_id="L9", industry="software")
    plain, exact = (
        shared("POST", f"/v1/score{query}", json=asked).json() for query in ("?explain=path", "?explain=shap")
    )
    assert plain == shared("POST", "/v1/score", json=asked).json()
    assert {**exact, "reasons": None} == {**plain, "reasons": None}
    assert [set(reason) for reason in exact["reasons"]] == [{"feature", "text", "effect"}] * len(exact["reasons"])
    assert [reason["effect"] for reason in exact["reasons"]] != [reason["effect"] for reason in plain["reasons"]]
    # Both start from the mean of the training rows and end at the score of this lead.
    totals = [sum(reason["effect"] for reason in found["reasons"]) for found in (plain, exact)]
    assert totals[0] == pytest.approx(totals[1], abs=1e-6)


def test_a_stored_score_can_be_explained_by_shapley_values(own):
    stored = own("POST", "/v1/score?store=true&explain=shap", scope="crm", json=body(event(), lead_id="L1")).json()
    assert own("GET", "/v1/leads").json() == {"leads": [stored]}


@pytest.mark.parametrize("query", ["store=maybe", "store=yes", "explain=lime"])
def test_an_unclear_flag_is_refused(shared, query):
    assert shared("POST", f"/v1/score?{query}", json=body()).status_code == 422


@pytest.mark.parametrize(
    ("sent", "status", "code", "place"),
    [
        (b"{", 400, "LS-BODY-01", "JSON"),
        (b"", 400, "LS-BODY-01", "EOF"),
        (b"[]", 422, "LS-BODY-03", "body"),
        (b"{}", 422, "LS-BODY-03", "lead: Field required"),
        (b'{"lead":{},"evnts":[]}', 422, "LS-BODY-03", "evnts"),
        (b'{"lead":{},"events":[{"type":"a"}]}', 422, "LS-BODY-03", "events.0.occurred_at"),
        (b'{"lead":{},"events":[{"type":"a","occurred_at":"20 May"}]}', 422, "LS-BODY-03", "events.0.occurred_at"),
        (b'{"lead":{},"events":[{"type":"a","occurred_at":17}]}', 422, "LS-BODY-03", "events.0.occurred_at"),
        (b'{"lead":{"tags":["x"]}}', 422, "LS-BODY-03", "lead.tags"),
        (b'{"lead":{},"as_of":"tomorrow"}', 422, "LS-BODY-03", "as_of"),
    ],
)
def test_a_wrong_body_is_told_what_is_wrong_and_where(shared, sent, status, code, place):
    answer = shared("POST", "/v1/score", content=sent)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert place in answer.json()["message"]


def test_what_was_sent_is_not_repeated_in_an_error(shared):
    answer = shared("POST", "/v1/score", content=b'{"lead":{"tags":["jane@example.org"]}}')
    assert "jane" not in answer.text


def test_a_lead_created_after_as_of_is_a_wrong_body(shared):
    answer = shared("POST", "/v1/score", json=body(created_at="2026-03-02T00:00:00Z"))
    assert (answer.status_code, answer.json()["code"]) == (422, "LS-BODY-03")


@pytest.mark.parametrize("as_of", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"])
def test_an_instant_that_no_date_can_write_is_a_wrong_body(shared, as_of):
    answer = shared("POST", "/v1/score", json={"lead": {}, "as_of": as_of})
    assert (answer.status_code, answer.json()["code"]) == (422, "LS-BODY-03")


@pytest.mark.parametrize("as_of", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_the_first_and_the_last_instant_are_scored(shared, as_of):
    assert shared("POST", "/v1/score", json={"lead": {}, "as_of": as_of}).json()["as_of"] == as_of


def test_event_rows_with_all_columns_of_an_events_file_are_scored(shared):
    row = event(lead_id="L9", properties={"page": "/pricing"})
    assert shared("POST", "/v1/score", json=body(row)).json() == shared("POST", "/v1/score", json=body(event())).json()


def test_without_a_champion_scoring_is_unavailable(bare):
    answer = bare("POST", "/v1/score", json=body())
    assert (answer.status_code, answer.json()["code"]) == (503, "LS-MODEL-01")
    assert "leadscore train" in answer.json()["fix"]


def test_many_leads_are_scored_in_their_order(shared):
    leads = [body(lead_id="a"), body(event("demo_requested"), lead_id="b"), body(lead_id="a")]
    answer = shared("POST", "/v1/scores", json={"leads": leads}).json()
    assert [score["lead_id"] for score in answer["scores"]] == ["a", "b", "a"]
    assert answer["scores"] == [shared("POST", "/v1/score", json=lead).json() for lead in leads]


def test_one_as_of_can_hold_for_many_leads(shared):
    leads = [{"lead": {"lead_id": "a"}}, {"lead": {"lead_id": "b"}, "as_of": "2026-01-01T00:00:00Z"}]
    answer = shared("POST", "/v1/scores", json={"leads": leads, "as_of": AS_OF}).json()
    assert [score["as_of"] for score in answer["scores"]] == [AS_OF, "2026-01-01T00:00:00Z"]


def test_more_than_a_thousand_leads_at_once_are_refused(shared):
    answer = shared("POST", "/v1/scores", json={"leads": [{"lead": {}}] * 1001})
    assert (answer.status_code, answer.json()["code"]) == (422, "LS-BODY-03")


def test_a_scored_history_equals_that_of_the_stored_lead(own):
    history = load_history(own.store, "L1")
    asked = {
        "lead": {"lead_id": "L1", "created_at": format_instant(history.created_at), "source": "webinar"},
        "events": [
            {"type": item.type, "occurred_at": format_instant(item.occurred_at), "event_id": item.event_id}
            for item in history.events
        ],
        "as_of": "2100-01-01T00:00:00Z",
    }
    asked["lead"]["industry"] = "software"
    stored = own("GET", "/v1/leads/L1/score?as_of=2100-01-01T00:00:00Z").json()
    assert own("POST", "/v1/score", json=asked).json() == stored
