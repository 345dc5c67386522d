import pytest

from leadscore.domain.time import DAY_US, format_instant
from leadscore.store.history import load_history

from .conftest import NOW

ENDED = NOW - 20 * DAY_US
WON = {"lead_id": "L1", "outcome": "won", "occurred_at": "2026-03-01T12:00:00Z", "amount": 120}


def test_an_outcome_is_stored_and_closes_its_lead(own):
    answer = own("POST", "/v1/outcomes", scope="crm", json=WON)
    assert answer.status_code == 200
    assert answer.json() == {"accepted": 1, "duplicates": 0, "rejected": []}
    assert [outcome.outcome for outcome in load_history(own.store, "L1").outcomes] == ["won"]
    assert own("GET", "/v1/leads/L1/score").json()["lifecycle"] == "customer"


def test_a_lead_that_bought_from_a_competitor_is_set_aside_until_a_day(own):
    # L2 has asked for nothing since; L1 would count as recycled.
    sent = {"lead_id": "L2", "outcome": "competitor", "occurred_at": format_instant(ENDED), "reason": "price"}
    own("POST", "/v1/outcomes", scope="crm", json=sent)
    score = own("GET", "/v1/leads/L2/score").json()
    assert (score["lifecycle"], score["decision"]["route"]) == ("set_aside", "return_later")
    assert score["decision"]["respond_by"] == format_instant(ENDED + 365 * DAY_US)
    assert (
        f"competitor (price); ask again on {format_instant(ENDED + 365 * DAY_US)[:10]}" in score["decision"]["reason"]
    )


def test_a_lead_that_asks_for_a_demo_after_it_was_lost_is_open_again(own):
    own("POST", "/v1/outcomes", scope="crm", json={**WON, "outcome": "lost", "occurred_at": format_instant(ENDED)})
    score = own("GET", "/v1/leads/L1/score").json()
    assert score["lifecycle"] == "sql"
    assert score["decision"]["reason"].startswith("recycled after lost; explicit intent: demo requested")


def test_good_outcomes_are_stored_and_each_bad_one_is_named(bare):
    sent = [WON, WON, {**WON, "outcome": "maybe"}, "nonsense"]
    answer = bare("POST", "/v1/outcomes", scope="admin", json=sent).json()
    assert (answer["accepted"], answer["duplicates"]) == (1, 1)
    assert [(entry["index"], entry["column"]) for entry in answer["rejected"]] == [(2, "outcome"), (3, "")]
    assert all(entry["code"].startswith("LS-ROW-") and entry["message"] for entry in answer["rejected"])


def test_a_list_without_outcomes_is_nothing_to_do(bare):
    answer = bare("POST", "/v1/outcomes", scope="crm", json=[])
    assert answer.status_code == 200
    assert answer.json() == {"accepted": 0, "duplicates": 0, "rejected": []}


@pytest.mark.parametrize("scope", ["write", "read"])
def test_keys_of_other_scopes_record_nothing(bare, scope):
    answer = bare("POST", "/v1/outcomes", scope=scope, json=WON)
    assert (answer.status_code, answer.json()["code"]) == (403, "LS-AUTH-02")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [(b"{", 400, "LS-BODY-01"), (b"\xff", 400, "LS-BODY-01"), (b"5", 422, "LS-BODY-03"), (b"null", 422, "LS-BODY-03")],
)
def test_a_body_that_holds_no_outcome_is_refused(bare, body, status, code):
    answer = bare("POST", "/v1/outcomes", scope="crm", content=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
