import json
import logging
from dataclasses import replace

import pytest
import sqlalchemy as sa

from leadscore.config.routing import RoutingConfig
from leadscore.domain.errors import OutsideError
from leadscore.domain.event import Event
from leadscore.domain.lead import Lead, LeadRow
from leadscore.domain.time import DAY_US
from leadscore.features.definitions import Feature, named
from leadscore.features.feature_set import FeatureSet
from leadscore.features.online import LeadHistory
from leadscore.modeling.artifact import load_artifact
from leadscore.store.engine import reading
from leadscore.store.facts import insert_events
from leadscore.store.leads import insert_leads
from leadscore.store.tables import SHADOW_SCORES
from leadscore.workflows import score_in_shadow
from leadscore.workflows.score_in_shadow import ShadowScoring
from leadscore.workflows.score_lead import ScoringService

from ..small_model import FEATURES, trained_texts, write_small_model

TEXTS = trained_texts()
NOW = 1_790_000_000_000_000
COLUMNS = [Feature("", "count", kind, 7, group=f"event:{kind}") for kind in ("demo_requested", "page_viewed", "a", "b")]
OTHER_FEATURES = FeatureSet(named(COLUMNS), {}, {})


def model(folder, version, features=FEATURES, texts=TEXTS):
    write_small_model(folder / version, texts, version, features)
    return load_artifact(folder / version)


@pytest.fixture
def champion(sqlite_store, tmp_path, monkeypatch):
    monkeypatch.setattr(score_in_shadow, "_now", lambda: NOW)
    insert_leads(
        sqlite_store, [LeadRow(Lead("L1", NOW - 40 * DAY_US, "web"), ("industry",), ("software",))], NOW - DAY_US
    )
    for day in range(1, 9):
        when = NOW - day * DAY_US
        insert_events(sqlite_store, [Event(f"e{day}", "L1", "page_viewed", when, when)])
    return ScoringService(model(tmp_path, "1"), RoutingConfig(), sqlite_store)


def shadows(store):
    with reading(store) as connection:
        return connection.execute(sa.select(SHADOW_SCORES).order_by(SHADOW_SCORES.c.as_of)).all()


@pytest.mark.parametrize("features", [FEATURES, OTHER_FEATURES])
def test_what_is_stored_is_scored_by_the_challenger_from_the_same_facts(champion, sqlite_store, tmp_path, features):
    challenger = model(tmp_path, "2", features, TEXTS[::-1])
    shadow = ShadowScoring(sqlite_store)
    shadow.use(challenger)
    champion.current("L1", NOW)
    assert shadow.work() is False
    (row,) = shadows(sqlite_store)
    expected = ScoringService(challenger, RoutingConfig(), sqlite_store).score_of("L1", NOW)
    assert (json.loads(row.p_convert), row.score, row.grade) == (expected.p_convert, expected.score, expected.grade)
    assert (row.lead_id, row.as_of, row.model_version, row.problem) == ("L1", NOW, "2", None)
    shadow.work()
    assert len(shadows(sqlite_store)) == 1


def test_what_was_stored_before_the_challenger_came_is_left_out_and_a_restart_leaves_nothing_out(
    champion, sqlite_store, tmp_path
):
    champion.score_and_store(champion._history("L1", NOW - DAY_US), NOW - DAY_US, NOW - 60_000_000)
    first = ShadowScoring(sqlite_store)
    first.use(model(tmp_path, "2"))
    champion.current("L1", NOW)
    first.work()
    champion.score_and_store(champion._history("L1", NOW - 2), NOW - 2, NOW + 5)
    again = ShadowScoring(sqlite_store)
    again.use(load_artifact(tmp_path / "2"))
    again.work()
    assert [row.as_of for row in shadows(sqlite_store)] == [NOW - 2, NOW]


def test_without_a_challenger_nothing_is_done(champion, sqlite_store, tmp_path):
    shadow = ShadowScoring(sqlite_store)
    champion.current("L1", NOW)
    assert shadow.work() is False
    shadow.use(model(tmp_path, "2"))
    shadow.use(None)
    assert shadow.artifact is None
    assert shadow.work() is False
    assert shadows(sqlite_store) == []


def test_a_lead_that_only_its_caller_knows_is_scored_from_its_feature_values_or_told_to_be_unknown(
    champion, sqlite_store, tmp_path
):
    champion.score_and_store(LeadHistory("X", NOW - DAY_US, (), ()), NOW, NOW)
    for version, features in (("2", FEATURES), ("3", OTHER_FEATURES)):
        shadow = ShadowScoring(sqlite_store)
        shadow.use(model(tmp_path, version, features))
        shadow.work()
    assert [(row.model_version, row.problem) for row in shadows(sqlite_store)] == [("2", None), ("3", "LS-LEAD-01")]


def test_a_fault_of_the_challenger_is_kept_with_the_score_and_harms_nobody(
    champion, sqlite_store, tmp_path, monkeypatch, caplog
):
    shadow = ShadowScoring(sqlite_store)
    shadow.use(model(tmp_path, "2"))
    champion.current("L1", NOW)

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(shadow._scoring.scorer, "score_row", fail)
    with caplog.at_level(logging.ERROR):
        assert shadow.work() is False
    assert [row.problem for row in shadows(sqlite_store)] == ["LS-INTERNAL-01"]


def test_while_the_store_is_away_it_waits(champion, sqlite_store, tmp_path, monkeypatch):
    shadow = ShadowScoring(sqlite_store)
    shadow.use(model(tmp_path, "2"))
    champion.current("L1", NOW)

    def away(*_):
        raise OutsideError("LS-STORE-01", found="locked")

    with monkeypatch.context() as patch:
        patch.setattr(score_in_shadow, "save_shadow_scores", away)
        assert shadow.work() is False
    shadow.work()
    assert len(shadows(sqlite_store)) == 1


def test_many_scores_are_answered_a_part_at_a_time(champion, sqlite_store, tmp_path):
    shadow = ShadowScoring(sqlite_store)
    shadow.use(model(tmp_path, "2"))
    history = champion._history("L1", NOW)
    for place in range(60):
        champion.score_and_store(history, NOW - place, NOW + place)
    assert shadow.work() is True
    assert shadow.work() is False
    assert len(shadows(sqlite_store)) == 60


def test_the_challenger_is_not_used_if_it_cannot_be(sqlite_store, tmp_path):
    shadow = ShadowScoring(sqlite_store)
    broken = replace(model(tmp_path, "2"), score_table={})
    with pytest.raises(Exception, match="LS-MODEL-02"):
        shadow.use(broken)
    assert shadow.artifact is None
