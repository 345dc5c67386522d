import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.config.routing import QualificationRules, RoutingConfig, TemperatureCuts
from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue
from leadscore.domain.lifecycle import OPEN_STATES, Lifecycle, Temperature
from leadscore.domain.outcome import Outcome
from leadscore.domain.time import DAY_US, format_instant
from leadscore.features.online import LeadHistory
from leadscore.routing.qualify import attributes_as_of, policy_fingerprint, qualify
from leadscore.scoring.scorer import RowScore

AS_OF = 1_000 * DAY_US
CREATED = 900 * DAY_US
CONFIG = RoutingConfig()


def score(near=0.01, main=0.02, far=0.02):
    return RowScore({"14d": near, "60d": main, "180d": far}, main, (0.0, 1.0), 50.0, "B", ())


def lead(attributes=(), events=(), outcomes=()):
    return LeadHistory("L1", CREATED, tuple(attributes), tuple(events), tuple(outcomes))


def event(kind="demo_requested", days_ago=3.0, known_days_ago=None):
    occurred = AS_OF - int(days_ago * DAY_US)
    known = occurred if known_days_ago is None else AS_OF - int(known_days_ago * DAY_US)
    return Event(f"e{days_ago}", "L1", kind, occurred, known)


def outcome(kind, days_ago, known_days_ago=None, reason=None):
    known = days_ago if known_days_ago is None else known_days_ago
    return Outcome("L1", kind, AS_OF - int(days_ago * DAY_US), AS_OF - int(known * DAY_US), reason=reason)


def attribute(value, name="role", known_at=CREATED):
    return AttributeValue("L1", name, value, known_at)


@pytest.mark.parametrize(
    ("kind", "state", "route"),
    [
        ("won", Lifecycle.CUSTOMER, "none"),
        ("lost", Lifecycle.SET_ASIDE, "return_later"),
        ("competitor", Lifecycle.SET_ASIDE, "return_later"),
        ("disqualified", Lifecycle.DISCARDED, "drop"),
    ],
)
def test_a_known_outcome_decides_before_everything_else(kind, state, route):
    history = lead([attribute("student")], [event()], [outcome(kind, 1)])
    found = qualify(history, AS_OF, score(near=0.9, main=0.9, far=0.9), CONFIG)
    assert (found.lifecycle, found.decision.route, found.temperature) == (state, route, None)
    assert found.decision.queue == ""
    assert kind in found.decision.reason


def test_the_last_known_outcome_is_the_one_that_counts():
    history = lead(outcomes=[outcome("won", 2), outcome("lost", 40, reason="too expensive")])
    assert qualify(history, AS_OF, score(), CONFIG).lifecycle is Lifecycle.CUSTOMER
    assert "too expensive" in qualify(history, AS_OF - 10 * DAY_US, score(), CONFIG).decision.reason


def test_an_outcome_known_at_the_instant_is_not_visible():
    assert qualify(lead(outcomes=[outcome("won", 0)]), AS_OF, score(), CONFIG).lifecycle is Lifecycle.SUSPECT


def test_an_outcome_that_was_booked_later_is_not_visible_before():
    history = lead(outcomes=[outcome("won", 20, known_days_ago=-5)])
    assert qualify(history, AS_OF, score(), CONFIG).lifecycle is Lifecycle.SUSPECT
    assert qualify(history, AS_OF + 6 * DAY_US, score(), CONFIG).lifecycle is Lifecycle.CUSTOMER


def test_an_attribute_that_rules_out_a_purchase_discards():
    found = qualify(lead([attribute("student")], [event()]), AS_OF, score(near=0.9), CONFIG)
    assert (found.lifecycle, found.decision.route) == (Lifecycle.DISCARDED, "drop")
    assert "role is student" in found.decision.reason


def test_a_corrected_attribute_no_longer_discards():
    history = lead([attribute("student"), attribute("buyer", known_at=CREATED + DAY_US)])
    assert qualify(history, AS_OF, score(), CONFIG).lifecycle is Lifecycle.SUSPECT


def test_explicit_intent_makes_an_sql_whatever_the_model_says():
    found = qualify(lead(events=[event(days_ago=3)]), AS_OF, score(near=0.0001), CONFIG)
    assert (found.lifecycle, found.decision.route, found.decision.queue) == (Lifecycle.SQL, "sales", "sales")
    assert found.decision.reason == "explicit intent: demo requested 3 days ago, counted for 14 days"


@pytest.mark.parametrize(
    "ignored",
    [
        event(days_ago=14.1),
        event(days_ago=0),
        event(days_ago=3, known_days_ago=-1),
        event(kind="page_viewed"),
    ],
)
def test_old_unseen_or_other_events_are_no_explicit_intent(ignored):
    assert qualify(lead(events=[ignored]), AS_OF, score(), CONFIG).lifecycle is Lifecycle.SUSPECT


def test_explicit_intent_counts_up_to_and_including_its_last_day():
    assert qualify(lead(events=[event(days_ago=14)]), AS_OF, score(), CONFIG).lifecycle is Lifecycle.SQL


@pytest.mark.parametrize(
    ("near", "far", "state", "route", "queue"),
    [
        (0.10, 0.2, Lifecycle.SQL, "sales", "sales"),
        (0.0999, 0.2, Lifecycle.MQL, "nurture", "marketing"),
        (0.01, 0.03, Lifecycle.MQL, "nurture", "marketing"),
        (0.01, 0.0299, Lifecycle.SUSPECT, "educate", "marketing"),
    ],
)
def test_the_chances_decide_at_their_cuts(near, far, state, route, queue):
    found = qualify(lead(), AS_OF, score(near, far, far), CONFIG)
    assert (found.lifecycle, found.decision.route, found.decision.queue) == (state, route, queue)


def test_the_reason_names_the_chance_and_the_cut():
    assert qualify(lead(), AS_OF, score(near=0.123), CONFIG).decision.reason == (
        "chance to buy within 14 days is 12.3 %, at least 10 %"
    )
    assert qualify(lead(), AS_OF, score(far=0.0298), CONFIG).decision.reason == (
        "chance to buy within 180 days is 2.98 %, below 3 %"
    )


@pytest.mark.parametrize(
    ("near", "main", "warmth"),
    [
        (0.1, 0.3, Temperature.HOT),
        (0.09, 0.1, Temperature.WARM),
        (0.01, 0.09, Temperature.COLD),
    ],
)
def test_temperature_says_when_a_lead_is_expected_to_buy(near, main, warmth):
    assert qualify(lead(), AS_OF, score(near, main, 0.5), CONFIG).temperature is warmth


def test_a_model_of_one_horizon_can_decide():
    alone = RowScore({"table": 0.4}, 0.4, (0.0, 1.0), 50.0, "B", ())
    found = qualify(lead(), AS_OF, alone, CONFIG)
    assert found.lifecycle is Lifecycle.SQL
    assert found.decision.reason == "chance to buy at all is 40 %, at least 10 %"


def test_queues_and_cuts_come_from_the_configuration():
    config = RoutingConfig(
        sales_queue="berlin",
        qualification=QualificationRules(sql_event_types=("called",), sql_event_days=2),
        temperature=TemperatureCuts(hot_p_convert=0.001),
    )
    found = qualify(lead(events=[event("called", 1)]), AS_OF, score(), config)
    assert (found.decision.queue, found.temperature) == ("berlin", Temperature.HOT)


def test_equal_policies_have_one_fingerprint_and_others_another():
    assert policy_fingerprint(RoutingConfig()) == policy_fingerprint(RoutingConfig(sales_queue="sales"))
    assert policy_fingerprint(RoutingConfig()) != policy_fingerprint(RoutingConfig(sales_queue="b"))
    assert policy_fingerprint(RoutingConfig()).startswith("sha256:")


def test_attribute_values_at_the_same_instant_are_ordered_by_their_text():
    history = lead([attribute("b"), attribute("c"), attribute("a")])
    assert attributes_as_of(history, AS_OF) == {"role": "c"}


def test_columns_of_the_lead_are_visible_at_its_creation_and_no_later_value_is():
    history = lead([attribute("x"), attribute("y", known_at=CREATED + 1)])
    assert attributes_as_of(history, CREATED) == {"role": "x"}
    assert attributes_as_of(history, CREATED + 1) == {"role": "x"}
    assert attributes_as_of(history, CREATED + 2) == {"role": "y"}


@given(st.lists(st.tuples(st.sampled_from(["won", "lost", "disqualified", "competitor"]), st.integers(-20, 20))))
def test_facts_of_the_future_change_nothing(outcomes):
    history = lead(outcomes=[outcome(kind, days) for kind, days in outcomes])
    past = lead(outcomes=[outcome(kind, days) for kind, days in outcomes if days > 0])
    assert qualify(history, AS_OF, score(), CONFIG) == qualify(past, AS_OF, score(), CONFIG)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_every_score_gets_a_route_a_queue_and_a_reason(near, main, far):
    found = qualify(lead(), AS_OF, score(*sorted((near, main, far))), CONFIG)
    assert found.lifecycle in OPEN_STATES
    assert found.decision.route in {"sales", "nurture", "educate"}
    assert found.decision.queue
    assert found.decision.reason
    assert found.temperature is not None


def test_a_lead_that_bought_from_a_competitor_gets_the_configured_day_while_few_have_come_back():
    found = qualify(lead(outcomes=[outcome("competitor", 10)]), AS_OF, score(), CONFIG).decision
    assert found.respond_by == format_instant(AS_OF + 355 * DAY_US)
    assert f"ask again on {found.respond_by[:10]}, 365 days after it, as configured" in found.reason


def test_a_lead_that_was_set_aside_gets_the_day_learnt_from_those_that_came_back():
    learnt = {"lost": {"days": 90.4, "low": 80.0, "high": 101.0, "seen": 34, "share": 0.2}}
    found = qualify(lead(outcomes=[outcome("lost", 10)]), AS_OF, score(), CONFIG, learnt).decision
    assert found.respond_by == format_instant(AS_OF + 80 * DAY_US)
    assert "(34 seen; between" in found.reason
    assert qualify(lead(outcomes=[outcome("won", 1)]), AS_OF, score(), CONFIG, learnt).decision.respond_by is None


def test_explicit_intent_after_it_was_set_aside_makes_a_lead_open_again():
    found = qualify(lead(events=[event(days_ago=3)], outcomes=[outcome("lost", 30)]), AS_OF, score(), CONFIG)
    assert found.lifecycle is Lifecycle.SQL
    assert found.decision.reason.startswith("recycled after lost; explicit intent: demo requested")
    old = lead(events=[event(days_ago=20)], outcomes=[outcome("lost", 30)])
    assert qualify(old, AS_OF, score(), CONFIG).lifecycle is Lifecycle.SUSPECT


@pytest.mark.parametrize("kind", ["disqualified", "won"])
def test_explicit_intent_does_not_open_a_customer_or_a_disqualified_lead_again(kind):
    history = lead(events=[event(days_ago=3)], outcomes=[outcome(kind, 30)])
    assert qualify(history, AS_OF, score(), CONFIG).lifecycle not in OPEN_STATES
