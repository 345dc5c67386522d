import pytest
import sqlalchemy as sa

from leadscore.domain.lifecycle import Lifecycle
from leadscore.domain.score import Decision, Reason, Score, Versions
from leadscore.store.engine import reading, writing
from leadscore.store.erasure import delete_person
from leadscore.store.personal import find_person
from leadscore.store.retention import delete_expired
from leadscore.store.scores import ScoreRow, save_scores
from leadscore.store.shadow_scores import ShadowScore, answered_until, save_shadow_scores, scores_without_shadow
from leadscore.store.tables import SHADOW_SCORES


def given_score(store, lead_id, as_of, now, version="1"):
    decision = Decision("sales", "inbound", "hot")
    score = Score(
        lead_id=lead_id,
        as_of=as_of,
        p_convert={"14d": 0.1},
        interval=(0.0, 0.2),
        score=50.0,
        grade="B",
        temperature=None,
        lifecycle=Lifecycle.SUSPECT,
        reasons=(Reason("a", "text", 0.5),),
        decision=decision,
        versions=Versions(version, "sha256:f", "sha256:p"),
    )
    save_scores(store, [ScoreRow(score, {"a": 1.5, "b": float("nan")})], now)


def waiting(store, version="2", since=0, limit=10):
    return [(each.lead_id, each.as_of) for each in scores_without_shadow(store, version, since, limit)]


def stored(store):
    with reading(store) as connection:
        return connection.execute(sa.select(SHADOW_SCORES).order_by(SHADOW_SCORES.c.lead_id)).all()


def test_scores_wait_in_the_order_in_which_they_were_saved_until_they_are_answered(store):
    for place, lead in enumerate(("L2", "L1", "L3")):
        given_score(store, lead, 10, 100 + place)
    given_score(store, "L4", 10, 99)
    assert waiting(store, since=100) == [("L2", 10), ("L1", 10), ("L3", 10)]
    assert waiting(store, since=100, limit=2) == [("L2", 10), ("L1", 10)]
    first = scores_without_shadow(store, "2", 100, 1)
    assert (first[0].features, first[0].feature_values) == ("sha256:f", {"a": 1.5, "b": None})
    assert answered_until(store, "2") is None
    save_shadow_scores(store, "2", [ShadowScore(first[0], {"14d": 0.25}, 60.0, "A")], 200)
    assert answered_until(store, "2") == 100
    assert waiting(store, since=100) == [("L1", 10), ("L3", 10)]
    assert waiting(store, "3", since=100) == [("L2", 10), ("L1", 10), ("L3", 10)]
    (row,) = stored(store)
    assert (row.lead_id, row.model_version, row.p_convert, row.score, row.grade, row.problem, row.saved_at) == (
        ("L2", "2", '{"14d":0.25}', 60.0, "A", None, 200)
    )


def test_a_version_does_not_shadow_itself(store):
    given_score(store, "L1", 10, 100, version="2")
    assert waiting(store, "2") == []


def test_what_cannot_be_answered_waits_no_more(store):
    given_score(store, "L1", 10, 100)
    save_shadow_scores(store, "2", [ShadowScore(scores_without_shadow(store, "2", 0, 1)[0], problem="LS-LEAD-01")], 200)
    assert waiting(store) == []
    assert stored(store)[0].problem == "LS-LEAD-01"


def test_the_same_answer_is_kept_once(store):
    given_score(store, "L1", 10, 100)
    shadow = ShadowScore(scores_without_shadow(store, "2", 0, 1)[0], {"14d": 0.25}, 60.0, "A")
    for _ in range(2):
        save_shadow_scores(store, "2", [shadow, shadow], 200)
    assert len(stored(store)) == 1


@pytest.mark.parametrize("first", ["shadow", "erasure"])
def test_nothing_is_left_of_an_erased_lead_whichever_comes_first(store, first):
    given_score(store, "L1", 10, 100)
    given_score(store, "L2", 10, 101)
    shadows = [ShadowScore(each, {"14d": 0.2}, 60.0, "A") for each in scores_without_shadow(store, "2", 0, 9)]
    if first == "shadow":
        save_shadow_scores(store, "2", shadows, 200)
    with writing(store) as connection:
        delete_person(connection, find_person(connection, ["L1"]))
    if first == "erasure":
        save_shadow_scores(store, "2", shadows, 200)
    assert [row.lead_id for row in stored(store)] == ["L2"]


def test_they_are_kept_as_long_as_scores(store):
    given_score(store, "L1", 10, 100)
    save_shadow_scores(store, "2", [ShadowScore(scores_without_shadow(store, "2", 0, 1)[0], {"14d": 0.2})], 200)
    assert delete_expired(store, {"scores": 1}, 10**12)["shadow_scores"] == 1
