"""Scores and decisions: kept exactly, found again, the hottest open leads first."""

import math
from dataclasses import replace

from leadscore.domain.lead import Lead, LeadRow
from leadscore.domain.lifecycle import Lifecycle, Temperature
from leadscore.domain.outcome import Outcome
from leadscore.domain.score import Decision, Reason, Score, Versions
from leadscore.store.facts import insert_outcomes
from leadscore.store.leads import insert_leads
from leadscore.store.scores import ScoreRow, find_decision, hottest, latest_score, save_scores

SCORE = Score(
    lead_id="L1",
    as_of=1_000,
    p_convert={"14d": 0.1, "60d": 1 / 3},
    interval=(0.2, 0.4),
    score=71.25,
    grade="B",
    temperature=Temperature.WARM,
    lifecycle=Lifecycle.MQL,
    reasons=(Reason("demo_requested_count_30d", "1 demo request in 30 days", 0.7),),
    decision=Decision("nurture", "marketing", "score 71 is below 80"),
    versions=Versions("3", "sha256:abc", "sha256:def"),
)
VALUES = {"a": 0.1 + 0.2, "b": math.nan, "c": 5e-324}


def save(store, *scores, now=1):
    return save_scores(store, [ScoreRow(score, VALUES) for score in scores], now)


def test_a_score_comes_back_exactly_with_its_decision_and_feature_values(store):
    (decision_id,) = save(store, SCORE)
    found = latest_score(store, "L1")
    assert decision_id.startswith("dec_")
    assert found == find_decision(store, decision_id)
    assert found["p_convert"] == SCORE.p_convert
    assert found["interval"] == [0.2, 0.4]
    assert (found["score"], found["grade"], found["temperature"], found["lifecycle"]) == (71.25, "B", "warm", "mql")
    assert found["reasons"] == [
        {"feature": "demo_requested_count_30d", "text": "1 demo request in 30 days", "effect": 0.7}
    ]
    assert found["decision"] == {
        "id": decision_id,
        "route": "nurture",
        "queue": "marketing",
        "owner": None,
        "respond_by": None,
        "reason": "score 71 is below 80",
    }
    assert found["versions"] == {"model": "3", "features": "sha256:abc", "policy": "sha256:def"}
    assert found["feature_values"] == {"a": 0.1 + 0.2, "b": None, "c": 5e-324}


def test_an_unscored_lead_has_no_latest_score(store):
    assert latest_score(store, "L1") is None
    assert find_decision(store, "dec_x") is None


def test_the_same_score_saved_again_is_stored_once_under_the_same_id(store):
    ids = save(store, SCORE, SCORE)
    assert save(store, SCORE, now=2) == ids[:1] == ids[1:]
    assert len(hottest(store, 10)) == 1


def test_the_latest_score_is_that_of_the_latest_instant_then_the_one_saved_last(store):
    other_model = replace(SCORE, score=10.0, versions=Versions("4", "f", "p"))
    save(store, replace(SCORE, as_of=900, score=99.0), now=5)
    save(store, SCORE, now=6)
    save(store, other_model, now=7)
    assert latest_score(store, "L1")["versions"]["model"] == "4"
    save(store, SCORE, now=8)
    assert latest_score(store, "L1")["versions"]["model"] == "3"
    assert [found["score"] for found in hottest(store, 10)] == [71.25]


def test_the_hottest_are_open_leads_ordered_by_score_with_source(store):
    rows = [LeadRow(Lead(f"L{n}", 5, "web"), ("source",), (f"source {n}",)) for n in range(6)]
    insert_leads(store, rows, 10)
    scores = [replace(SCORE, lead_id=f"L{n}", score=10.0 * n) for n in range(6)]
    scores[5] = replace(scores[5], lifecycle=Lifecycle.CUSTOMER, temperature=None)
    save(store, *scores)
    insert_outcomes(store, [Outcome("L4", "lost", 7, 8)])
    found = hottest(store, 3)
    assert [one["lead_id"] for one in found] == ["L3", "L2", "L1"]
    assert (found[0]["source"], found[0]["created_at"]) == ("source 3", 5)
