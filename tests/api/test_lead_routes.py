import json
import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from leadscore.api import lead_routes
from leadscore.domain.event import Event
from leadscore.domain.outcome import Outcome
from leadscore.domain.time import DAY_US, format_instant, parse_instant
from leadscore.store.engine import writing
from leadscore.store.facts import insert_events, insert_outcomes
from leadscore.store.history import counts
from leadscore.store.tables import SCORES
from leadscore.workflows import erase_lead

DAYS_AGO = "2026-03-01T12:00:00Z"


def asked_at(score):
    return parse_instant(score["as_of"]).at


def test_a_stored_lead_without_a_score_is_scored_and_the_score_is_kept(own):
    first = own("GET", "/v1/leads/L1/score")
    assert first.status_code == 200
    assert first.json()["decision"]["id"].startswith("dec_")
    assert own("GET", "/v1/leads/L1/score").json() == first.json()


def test_a_new_fact_makes_a_new_score(own):
    before = own("GET", "/v1/leads/L2/score").json()
    now = asked_at(before) + 1
    insert_events(own.store, [Event("e2", "L2", "demo_requested", now, now)])
    after = own("GET", "/v1/leads/L2/score").json()
    assert asked_at(after) > asked_at(before)
    assert after["lifecycle"] == "sql"
    assert after["score"] > before["score"]


def test_a_fact_recorded_late_makes_a_new_score_too(own):
    before = own("GET", "/v1/leads/L2/score").json()
    yesterday = asked_at(before) - DAY_US
    insert_events(own.store, [Event("e2", "L2", "demo_requested", yesterday, yesterday)])
    assert own("GET", "/v1/leads/L2/score").json()["lifecycle"] == "sql"


def test_an_outcome_recorded_late_closes_the_lead(own):
    before = own("GET", "/v1/leads/L1/score").json()
    insert_outcomes(own.store, [Outcome("L1", "won", asked_at(before) - DAY_US, asked_at(before) - DAY_US)])
    after = own("GET", "/v1/leads/L1/score").json()
    assert (after["lifecycle"], after["temperature"], after["decision"]["route"]) == ("customer", None, "none")


def test_a_past_instant_is_scored_and_not_kept(own):
    as_of = format_instant(parse_instant(own("GET", "/v1/leads/L1/score").json()["as_of"]).at - 20 * DAY_US)
    past = own("GET", f"/v1/leads/L1/score?as_of={as_of}").json()
    assert (past["as_of"], past["decision"]["id"]) == (as_of, None)
    assert past["lifecycle"] != "sql"
    assert len(own("GET", "/v1/leads/L1").json()["scores"]) == 1


def test_an_instant_may_carry_an_offset(own):
    asked = own("GET", "/v1/leads/L1/score?as_of=2100-03-01T12:00:00+02:00").json()
    assert asked["as_of"] == "2100-03-01T10:00:00Z"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/leads/nobody/score", 404, "LS-LEAD-01"),
        ("/v1/leads/nobody", 404, "LS-LEAD-01"),
        ("/v1/leads/nobody/score?as_of=2100-01-01", 404, "LS-LEAD-01"),
        ("/v1/leads/L1/score?as_of=2000-01-01", 404, "LS-LEAD-01"),
        ("/v1/leads/L1/score?as_of=yesterday", 422, "LS-TIME-02"),
        ("/v1/leads?grade=E", 422, "LS-BODY-03"),
        ("/v1/leads?lifecycle=lost", 422, "LS-BODY-03"),
        ("/v1/leads?order=name", 422, "LS-BODY-03"),
        ("/v1/leads?limit=0", 422, "LS-BODY-03"),
        ("/v1/leads?limit=1001", 422, "LS-BODY-03"),
        ("/v1/leads?limit=many", 422, "LS-BODY-03"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_with_a_code(shared, path, status, code):
    answer = shared("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_lead_is_shown_with_its_timeline_scores_and_decisions(own):
    score = own("GET", "/v1/leads/L1/score").json()
    lead = own("GET", "/v1/leads/L1").json()
    assert lead["lead_id"] == "L1"
    assert lead["attributes"] == {"source": "webinar", "industry": "software"}
    assert lead["scores"] == [score]
    assert lead["decisions"] == [score["decision"]]
    assert [entry["kind"] for entry in lead["timeline"]] == ["event", "created", "attribute", "attribute"]
    assert lead["timeline"][0]["name"] == "demo_requested"


def test_a_lead_scored_twice_is_shown_with_what_changed(own):
    before = own("GET", "/v1/leads/L2/score").json()
    assert own("GET", "/v1/leads/L2").json()["changes"] is None
    now = asked_at(before) + 1
    insert_events(own.store, [Event("e2", "L2", "demo_requested", now, now)])
    after = own("GET", "/v1/leads/L2/score").json()
    changes = own("GET", "/v1/leads/L2").json()["changes"]
    assert (changes["since"], changes["score"], changes["model"]) == (before["as_of"], before["score"], "1")
    assert changes["effects"][0]["cause"] == "new_events"
    assert changes["effects"][0]["text"].startswith("new activity: ")
    odds = [math.log(score["p_convert"]["60d"] / (1 - score["p_convert"]["60d"])) for score in (before, after)]
    assert changes["log_odds"] == pytest.approx(odds[1] - odds[0])
    assert sum(each["effect"] for each in changes["effects"]) + changes["rest"] == pytest.approx(changes["log_odds"])


def test_another_model_between_two_scores_is_one_of_the_changes(own):
    own("GET", "/v1/leads/L2/score")
    with writing(own.store) as connection:
        chances = json.dumps({"14d": 0.5, "60d": 0.6, "180d": 0.7})
        connection.execute(sa.update(SCORES).values(model_version="0", p_convert=chances))
    insert_events(own.store, [Event("e2", "L2", "demo_requested", DAY_US, DAY_US)])
    after = own("GET", "/v1/leads/L2/score").json()
    changes = own("GET", "/v1/leads/L2").json()["changes"]
    (model,) = (each for each in changes["effects"] if each["cause"] == "model")
    assert model["text"] == "another model: version 1 instead of 0"
    main = after["p_convert"]["60d"]
    assert changes["log_odds"] == pytest.approx(math.log(main / (1 - main)) - math.log(0.6 / 0.4))
    assert sum(each["effect"] for each in changes["effects"]) == pytest.approx(changes["log_odds"])


def test_leads_are_listed_by_their_latest_scores(own):
    hot, cold = (own("GET", f"/v1/leads/{name}/score").json() for name in ("L1", "L2"))
    assert own("GET", "/v1/leads").json()["leads"] == [hot, cold]
    assert own("GET", "/v1/leads?order=as_of").json()["leads"] == [cold, hot]
    assert own("GET", "/v1/leads?limit=1").json()["leads"] == [hot]
    assert own("GET", "/v1/leads?lifecycle=sql").json()["leads"] == [hot]
    assert own("GET", f"/v1/leads?grade={hot['grade']}").json()["leads"][0] == hot
    assert own("GET", "/v1/leads?lifecycle=customer").json()["leads"] == []


def test_leads_of_an_owner_are_none_as_long_as_no_lead_has_one(own):
    own("GET", "/v1/leads/L1/score")
    assert len(own("GET", "/v1/leads").json()["leads"]) == 1
    assert own("GET", "/v1/leads?owner=bob").json() == {"leads": []}


def test_an_id_may_hold_any_characters(shared):
    for name in ("a%2Fb", "jane%40example.org", "%C3%A9"):
        answer = shared("GET", f"/v1/leads/{name}/score")
        assert (answer.status_code, answer.json()["code"]) == (404, "LS-LEAD-01")


def test_without_a_champion_a_stored_lead_is_shown_but_not_scored(bare):
    bare.seed()
    assert bare("GET", "/v1/leads/L1").status_code == 200
    answer = bare("GET", "/v1/leads/L1/score")
    assert (answer.status_code, answer.json()["code"]) == (503, "LS-MODEL-01")


def test_erasing_a_lead_takes_everything_and_what_is_sent_again_is_known(own):
    assert own("GET", "/v1/leads/L1/score").status_code == 200
    exported = own("GET", "/v1/leads/L1/export")
    assert exported.json()["ids"] == ["L1"]
    assert {name for name, rows in exported.json()["tables"].items() if rows} == {
        "leads",
        "attributes",
        "events",
        "scores",
        "decisions",
        "freshness",
    }
    erased = own("DELETE", "/v1/leads/L1", scope="admin")
    assert erased.status_code == 200
    assert erased.json()["erased"] is True
    assert "L1" not in erased.text
    for path in ("/v1/leads/L1", "/v1/leads/L1/score", "/v1/leads/L1/export"):
        assert own("GET", path).status_code == 404
    again = own("POST", "/v1/track", scope="write", json={"event": "x", "userId": "L1"})
    assert again.json() == {"success": True, "accepted": 0, "duplicates": 1, "rejected": 0}
    assert own("DELETE", "/v1/leads/L1", scope="admin").json()["erased"] is False
    assert own("GET", "/v1/leads/L2").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/leads/L1/score", None),
        ("POST", "/v1/score?store=true", {"lead": {"lead_id": "L9", "source": "webinar", "industry": "software"}}),
    ],
)
def test_a_score_that_is_kept_waits_until_a_long_erasure_has_ended(own, monkeypatch, method, path, body):
    begun = threading.Event()

    def erase(_settings, store, _leads, _now, turn):
        with turn(), writing(store):
            begun.set()
            time.sleep(1.5)
        return SimpleNamespace(to_dict=dict)

    monkeypatch.setattr(lead_routes, "erase_leads", erase)
    assert own("GET", "/readyz").status_code == 200
    with ThreadPoolExecutor(1) as others:
        erased = others.submit(own, "DELETE", "/v1/leads/L2", "admin")
        assert begun.wait(10)
        assert own(method, path, "crm", json=body).status_code == 200
        assert erased.result().status_code == 200


def test_messages_are_taken_in_while_an_erasure_goes_through_files_and_turned_away_while_it_writes(own, monkeypatch):
    begun, go_on, again = threading.Event(), threading.Event(), threading.Event()

    def sweep(*_asked, **_options):
        begun.set()
        go_on.wait(10)
        return SimpleNamespace(files=0, rows=0)

    def clean(_store):
        again.set()
        time.sleep(1.5)

    monkeypatch.setattr(erase_lead, "sweep_files", sweep)
    monkeypatch.setattr(erase_lead, "clean_files", clean)
    page = {"type": "page", "userId": "L1", "name": "Prices"}
    with ThreadPoolExecutor(1) as others:
        erased = others.submit(own, "DELETE", "/v1/leads/L2", "admin")
        assert begun.wait(10)
        assert own("POST", "/v1/track", "write", json={**page, "messageId": "m1"}).status_code == 200
        go_on.set()
        assert again.wait(10)
        refused = own("POST", "/v1/track", "write", json={**page, "messageId": "m2"})
        assert (refused.status_code, refused.json()["code"]) == (429, "LS-RATE-02")
        assert int(refused.headers["retry-after"]) >= 1
        assert erased.result().status_code == 200
    assert own("POST", "/v1/track", "write", json={**page, "messageId": "m2"}).json()["accepted"] == 1


def test_erasing_needs_a_key_of_scope_admin_and_a_known_lead(own):
    for scope in ("write", "read", "crm"):
        assert own("DELETE", "/v1/leads/L1", scope=scope).status_code == 403
    assert own("GET", "/v1/leads/L1/export", scope="write").status_code == 403
    unknown = own("DELETE", "/v1/leads/nobody", scope="admin")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "LS-LEAD-01")


def test_a_score_of_an_erased_lead_can_be_asked_for_but_is_kept_nowhere(own):
    own("DELETE", "/v1/leads/L1", scope="admin")
    body = {"lead": {"lead_id": "L1"}}
    scored = own("POST", "/v1/score?store=true", scope="crm", json=body)
    assert (scored.status_code, scored.json()["decision"]["id"]) == (200, None)
    assert own("GET", "/v1/leads/L1/score").status_code == 404


def test_a_service_deletes_what_is_too_old_when_it_starts(own):
    (own.home / "configs").mkdir()
    (own.home / "configs" / "service.yaml").write_text("retention_days: {events: 5}\n")
    own.start()
    until = time.monotonic() + 20
    while counts(own.store)["events"] and time.monotonic() < until:
        time.sleep(0.05)
    assert counts(own.store)["events"] == 0
