"""One lead as of one instant, typed by hand; that the numbers equal the bulk engine's is tested there."""

import math

import pytest

from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue
from leadscore.domain.time import DAY_US
from leadscore.features.definitions import Feature, named
from leadscore.features.feature_set import Encoder, FeatureSet
from leadscore.features.online import LeadHistory, OnlineFeatures

NOW = 100 * DAY_US


def event(days_ago: float, kind: str = "demo", value: int | None = None, known_late_by: int = 0) -> Event:
    at = NOW - int(days_ago * DAY_US)
    return Event(f"{kind} {days_ago}", "a", kind, at, at + known_late_by, value)


def value(
    feature: Feature, *events: Event, attributes: tuple[AttributeValue, ...] = (), created_at: int = 0, **parts: object
) -> float:
    encoders = {"industry": Encoder("category", {"software": 0, "mining": 1})}
    engine = OnlineFeatures(FeatureSet(named([feature]), encoders, {}, **parts))
    return engine.row(LeadHistory("a", created_at, attributes, events), NOW)[0]


COUNT_7 = Feature("", "count", "demo", window_days=7)


def test_an_event_known_at_the_instant_is_not_visible():
    assert value(COUNT_7, event(1, known_late_by=DAY_US)) == 0
    assert value(COUNT_7, event(1, known_late_by=DAY_US - 1)) == 1


def test_an_event_that_happens_at_the_instant_is_not_visible_even_if_known_before():
    assert value(COUNT_7, event(0, known_late_by=-5)) == 0
    assert value(COUNT_7, Event("e", "a", "demo", NOW - 1, NOW - 9)) == 1


def test_a_window_holds_events_from_its_first_instant_on():
    assert value(COUNT_7, event(7)) == 1
    assert value(COUNT_7, Event("e", "a", "demo", NOW - 7 * DAY_US - 1, 0)) == 0


def test_an_event_counts_half_one_half_life_later():
    decayed = Feature("", "decayed", "demo", half_life_days=7)
    assert value(decayed, event(0.5)) == 1.0
    assert value(decayed, event(7.5)) == 0.5
    assert value(decayed, event(7.5), event(14.5), event(14.6)) == 1.0


def test_values_are_summed_in_units_and_a_missing_one_adds_nothing():
    assert value(Feature("", "value", "demo"), event(1, value=2_500), event(90, value=-500), event(3)) == 2.0
    assert value(Feature("", "value_decayed", "demo", half_life_days=7), event(7.5, value=3_000)) == 1.5


def test_a_huge_value_counts_up_to_the_limit():
    assert value(Feature("", "value", "demo"), event(1, value=2**62)) == 2**40 / 1000


def test_days_since_the_last_event_are_missing_without_one():
    since = Feature("", "days_since_last", "demo")
    assert value(since, event(3), event(2.5)) == 2.5
    assert math.isnan(value(since, event(1, kind="chat")))


def test_activity_counts_all_types_but_the_ignored():
    events = (event(0.5), event(0.6, "chat"), event(5, "unheard of"), event(20, "mail_sent"))
    ignored = ("mail_sent",)
    assert value(Feature("", "count"), *events, ignored_types=ignored) == 3
    assert value(Feature("", "types", window_days=2), *events, ignored_types=ignored) == 2
    assert value(Feature("", "active_days", window_days=30), *events, ignored_types=ignored) == 2
    assert value(Feature("", "days_since_first"), *events, ignored_types=ignored) == 5


def attribute(text: str | None, known_at: int) -> AttributeValue:
    return AttributeValue("a", "industry", text, known_at)


@pytest.mark.parametrize(
    ("history", "code"),
    [
        ((), math.nan),
        ((attribute("software", 5),), 0.0),
        ((attribute("mining", 9), attribute("software", 5)), 1.0),
        ((attribute("mining", NOW), attribute("software", 5)), 0.0),
        ((attribute("software", 5), attribute("mining", 5)), 0.0),
        ((attribute("software", 5), attribute(None, 5)), 0.0),
        ((attribute("software", 5), attribute(None, 6)), math.nan),
    ],
)
def test_the_latest_visible_attribute_value_counts(history, code):
    industry = Feature("", "attribute", attribute="industry")
    assert value(industry, attributes=history) == pytest.approx(code, nan_ok=True)


def test_what_arrives_with_the_lead_is_visible_from_its_first_instant():
    industry = Feature("", "attribute", attribute="industry")
    assert value(industry, attributes=(attribute("mining", NOW),), created_at=NOW) == 1.0
    assert value(Feature("", "lead_age"), created_at=NOW) == 0.0
    assert math.isnan(value(COUNT_7, created_at=NOW + 1))
