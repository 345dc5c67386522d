"""Every kind of feature has words, for every value it can take."""

import math
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.config.events import EventsConfig
from leadscore.features.definitions import Feature, Kind
from leadscore.features.wording import describe

LABELS = EventsConfig().labels | {"attribute:industry=0": "software", "attribute:industry=1": "mining"}


@pytest.mark.parametrize(
    ("feature", "value", "words"),
    [
        (Feature("", "count", "pricing_viewed", 7), 3.0, "3 pricing-page views in 7 days"),
        (Feature("", "count", "pricing_viewed", 1), 1.0, "1 pricing-page view in 1 day"),
        (Feature("", "count", "webinar_attended"), 0.0, "no webinar attendance so far"),
        (Feature("", "count", "Order Completed"), 1_200.0, "1,200 × Order Completed so far"),
        (Feature("", "count", None, 30), 2.0, "2 activities in 30 days"),
        (Feature("", "days_since_last", "demo_requested"), 2.9, "last demo request 2 days ago"),
        (Feature("", "days_since_last", "demo_requested"), 0.2, "last demo request less than a day ago"),
        (Feature("", "days_since_last", "webinar_attended"), math.nan, "no webinar attendance so far"),
        (Feature("", "days_since_first"), 1.0, "first activity 1 day ago"),
        (
            Feature("", "decayed", "page_viewed", half_life_days=7),
            1.84,
            "about 1.8 page views lately, older ones counting less",
        ),
        (Feature("", "decayed", "page_viewed", half_life_days=7), 0.0, "no page view lately"),
        (Feature("", "decayed", "page_viewed", half_life_days=7), 0.01, "hardly any page views lately"),
        (Feature("", "value", "page_viewed"), 12.5, "page views of 12.5 in total so far"),
        (Feature("", "active_days", window_days=30), 4.0, "active on 4 of 30 days"),
        (Feature("", "types", window_days=7), 1.0, "1 kind of activity in 7 days"),
        (Feature("", "types", window_days=7), 0.0, "no kinds of activity in 7 days"),
        (Feature("", "lead_age"), 40.2, "arrived 40 days ago"),
        (Feature("", "attribute", attribute="industry"), 0.0, "industry: software"),
        (Feature("", "attribute", attribute="industry"), 2.0, "industry: another value"),
        (Feature("", "attribute", attribute="job_level"), math.nan, "job level unknown"),
        (Feature("", "attribute", attribute="company_size"), 250.0, "company size: 250"),
    ],
)
def test_a_value_reads_as_a_salesperson_would_say_it(feature, value, words):
    assert describe(feature, value, LABELS) == words


@given(
    st.sampled_from(get_args(Kind)),
    st.one_of(st.none(), st.text(min_size=1)),
    st.one_of(st.just(math.nan), st.floats(0, 1e18)),
)
def test_no_feature_is_ever_without_words(kind, text, value):
    if math.isnan(value) and kind not in ("days_since_last", "days_since_first", "lead_age", "attribute"):
        value = 0.0
    feature = Feature("", kind, text, window_days=7, half_life_days=7, attribute=text)
    assert describe(feature, value, {}).strip()
