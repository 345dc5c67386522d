"""Every kind of feature has words, for every value it can take."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.config.events import EventsConfig
from leadscore.features.aggregations import aggregation_names
from leadscore.features.definitions import NOT_OF_EVENTS, SHARE, Feature
from leadscore.features.filters import EventFilter
from leadscore.features.wording import describe, meaning

KINDS = [*aggregation_names(), *sorted(NOT_OF_EVENTS), SHARE]
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
        (Feature("", "rate", "demo_requested", 30), 0.5, "0.5 demo requests a day in 30 days"),
        (Feature("", "change", "page_viewed", 7), -3.0, "3 page views fewer in 7 days than in the 7 days before"),
        (Feature("", "change", "page_viewed", 7), 0.0, "as many page views in 7 days as in the 7 days before"),
        (Feature("", "share", "page_viewed", 30), 0.25, "page views are 25% of all activity in 30 days"),
        (Feature("", "value_mean", "page_viewed", 30), 2.5, "page views of 2.5 on average in 30 days"),
        (Feature("", "value_max", "page_viewed"), 9.0, "page views of 9 at most so far"),
        (Feature("", "streak", window_days=30), 3.0, "active 3 days in a row"),
        (Feature("", "channels", window_days=30), 2.0, "2 channels in 30 days"),
        (Feature("", "leads", window_days=30, account=True), 1.0, "1 other lead of the account active in 30 days"),
        (
            Feature("", "count", "page_viewed", 7, account=True),
            2.0,
            "2 page views in 7 days (other leads of the account)",
        ),
        (
            Feature("", "count", window_days=7, filter=EventFilter(types=("page_viewed",), channels=("email",))),
            2.0,
            "2 × page viewed channel email in 7 days",
        ),
        (Feature("", "attributes_filled"), 5.0, "5 details known"),
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
    st.sampled_from(KINDS),
    st.one_of(st.none(), st.text(min_size=1)),
    st.one_of(st.just(math.nan), st.floats(0, 1e18)),
)
def test_no_feature_is_ever_without_words(kind, text, value):
    if math.isnan(value) and kind not in ("days_since_last", "days_since_first", "lead_age", "attribute"):
        value = 0.0
    feature = Feature("", kind, text, window_days=7, half_life_days=7, attribute=text)
    assert describe(feature, value, {}).strip()
    assert meaning(feature, {}).strip()
