"""Names are derived, unique, and readable where that is possible."""

import re

from hypothesis import given
from hypothesis import strategies as st

from leadscore.features.definitions import Feature, named


def names(*features: Feature) -> list[str]:
    return [feature.name for feature in named(features)]


def test_names_follow_the_rule():
    assert names(
        Feature("", "count", "demo_requested", window_days=30),
        Feature("", "count", "page_viewed"),
        Feature("", "decayed", "page_viewed", half_life_days=30),
        Feature("", "value", "page_viewed"),
        Feature("", "value_decayed", "page_viewed", half_life_days=30),
        Feature("", "days_since_last", "Demo Requested!"),
        Feature("", "active_days", window_days=30),
        Feature("", "types", window_days=30),
        Feature("", "days_since_first"),
        Feature("", "lead_age"),
        Feature("", "attribute", attribute="industry"),
    ) == [
        "demo_requested_count_30d",
        "page_viewed_count_ever",
        "page_viewed_decayed_30d",
        "page_viewed_value_ever",
        "page_viewed_value_decayed_30d",
        "demo_requested_days_since_last",
        "any_active_days_30d",
        "any_types_30d",
        "any_days_since_first",
        "lead_age_days",
        "attribute_industry",
    ]


def test_a_type_spelled_like_its_name_keeps_it_when_another_clashes():
    assert names(Feature("", "count", "demo-requested"), Feature("", "count", "demo_requested")) == [
        "demo_requested_32f05362_count_ever",
        "demo_requested_count_ever",
    ]


def test_a_type_that_ends_like_an_aggregation_gets_its_own_name():
    clashing = names(
        Feature("", "value_decayed", "x", half_life_days=7), Feature("", "decayed", "x_value", half_life_days=7)
    )
    assert len(set(clashing)) == 2


def test_a_type_named_any_is_not_taken_for_all_types():
    assert names(Feature("", "count", window_days=7), Feature("", "count", "any", window_days=7))[0] == "any_count_7d"
    assert len(set(names(Feature("", "count", window_days=7), Feature("", "count", "any", window_days=7)))) == 2


def test_a_type_made_up_to_look_like_a_hashed_name_clashes_with_nobody():
    taken = names(Feature("", "count", "A B"), Feature("", "count", "a-b"))
    copied = Feature("", "count", taken[0].removesuffix("_count_ever"))
    assert len(set(names(Feature("", "count", "A B"), Feature("", "count", "a-b"), copied))) == 3


TYPES = st.lists(st.one_of(st.text("aA_ ü", max_size=4), st.text(max_size=80)), unique=True, max_size=12)


@given(TYPES, TYPES)
def test_names_are_unique_and_plain_whatever_the_types_are_called(types, attributes):
    features = [Feature("", "lead_age"), Feature("", "count", window_days=7)]
    features += [
        Feature("", kind, event_type, window_days=7)
        for event_type in types
        if event_type
        for kind in ("count", "value")
    ]
    features += [Feature("", "attribute", attribute=name) for name in attributes]
    found = names(*features)
    assert len(set(found)) == len(found)
    assert all(re.fullmatch("[a-z0-9_]+", name) for name in found)
