"""The effects of a score add up to it, and so do the moves between two scores."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.domain.event import Event
from leadscore.features.aggregations import BUILT_IN
from leadscore.features.definitions import Feature
from leadscore.features.visible_events import VisibleEvents
from leadscore.scoring.explanation import _differs, _shows_events, changes, explain, log_odds

from .test_scorer import FEATURES, band_text, rows, scorer_of

NAN = math.nan
HOUR_US = 3_600_000_000
# decayed, count in 30 days, days since the last demo; page views in 30 days; industry
QUIET = [0.0, 0.0, NAN, 2.0, 1.0]


@pytest.fixture(scope="module")
def scorer(tmp_path_factory):
    return scorer_of(tmp_path_factory.mktemp("model"), [band_text(1), band_text(2)])


def moved(scorer, after, before=None, days=10.0):
    return {change.feature: change for change in changes(scorer, QUIET if before is None else before, after, days)}


def test_the_effects_of_all_groups_add_up_to_the_score(scorer):
    for row in rows(200):
        found = explain(scorer, row.tolist())
        assert found.log_odds == log_odds(scorer.score_row(row.tolist()).p_main)
        assert found.base + sum(each.effect for each in found.effects) + found.rest == pytest.approx(found.log_odds)
        assert abs(found.rest) < 1e-3


def test_the_moves_of_all_groups_add_up_to_the_move_of_the_score(scorer):
    for before, after in zip(rows(100), rows(100, seed=4), strict=True):
        found = changes(scorer, before.tolist(), after.tolist(), 7.0)
        ends = [log_odds(scorer.score_row(row.tolist()).p_main) for row in (before, after)]
        assert sum(change.effect for change in found) == pytest.approx(ends[1] - ends[0], abs=2e-3)
        assert [abs(c.effect) for c in found] == sorted((abs(c.effect) for c in found), reverse=True)


def test_nothing_has_changed_between_a_row_and_itself(scorer):
    assert all(not changes(scorer, row.tolist(), row.tolist(), 0.0) for row in rows(20))


def test_something_that_happened_is_told_as_new_activity_with_what_it_was_before(scorer):
    found = moved(scorer, [0.9, 1.0, 1.5, 2.0, 1.0])
    (change,) = (found[name] for name in found if name.startswith("demo_requested"))
    assert change.cause == "new_events"
    assert change.effect > 0
    assert change.text in {
        "new activity: 1 demo request in 30 days (before: no demo request in 30 days)",
        "new activity: last demo request 1 day ago (before: no demo request so far)",
    }


def test_the_same_event_ten_days_older_is_the_passing_of_time(scorer):
    before, after = [0.9, 1.0, 1.5, 2.0, 1.0], [0.2, 0.0, 31.5, 2.0, 1.0]
    found = moved(scorer, after, before, days=30.0)
    (change,) = (found[name] for name in found if name.startswith("demo_requested"))
    assert change.cause == "ageing"
    assert change.text.startswith("time passed: ")
    # One that is nearer than the old one can have become by then is another event, though no count rose.
    (again,) = (c for name, c in moved(scorer, [0.2, 0.0, 20.0, 2.0, 1.0], before, 30.0).items() if "demo" in name)
    assert again.cause == "new_events"


def test_a_changed_detail_is_told_as_such(scorer):
    change = moved(scorer, [0.0, 0.0, NAN, 2.0, 0.0])["attribute_industry"]
    assert change.cause == "attribute"
    assert change.text == "detail changed: industry: software (before: industry: another value)"
    assert change.effect == pytest.approx(change.after - change.before)


def test_a_group_whose_own_values_stayed_is_said_to_weigh_differently(scorer):
    stayed = [
        change
        for change in changes(scorer, [0.0, 0.0, NAN, 2.0, 0.0], [0.0, 0.0, NAN, 9.0, 0.0], 0.0)
        if change.feature != "page_viewed_count_30d"
    ]
    assert stayed
    assert {change.cause for change in stayed} == {"context"}


def test_every_group_can_be_told(scorer):
    names = {
        change.feature for a, b in zip(rows(50), rows(50, seed=3), strict=True) for change in changes(scorer, a, b, 1)
    }
    groups = {feature.group for feature in FEATURES.features if feature.name in names}
    assert groups == {feature.group for feature in FEATURES.features}


@pytest.mark.parametrize("aggregation", BUILT_IN.values(), ids=BUILT_IN)
@given(hours_ago=st.lists(st.integers(1, 200), min_size=1, max_size=12), later=st.integers(1, 48))
def test_time_alone_is_never_told_as_new_activity(aggregation, hours_ago, later):
    events = [Event(str(n), "L1", "chat", -ago * HOUR_US, 0, 1_000, "web") for n, ago in enumerate(hours_ago)]
    for kind in aggregation.spans:
        span = None if kind == "ever" else 7
        before, after = (aggregation.row(span)(VisibleEvents.of(events, passed * HOUR_US)) for passed in (0, later))
        feature = Feature("f", aggregation.name, window_days=span)
        assert not (_differs(before, after) and _shows_events(feature, before, after, later / 24))
