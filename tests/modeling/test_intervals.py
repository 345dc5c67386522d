import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.modeling.doubts import Doubts, doubts_of_events
from leadscore.modeling.intervals import (
    IntervalTable,
    equal_event_bins,
    estimate_rate,
    fit_intervals,
    fit_intervals_by_horizon,
)
from leadscore.modeling.rows import LabelledRows


def misjudged_company(random, leads, snapshots, typical, size):
    """Clustered rows whose prediction errs by smooth and by segment-wise random amounts of about `size` log-odds."""
    per_lead = random.poisson(snapshots, leads) + 1
    cluster = np.repeat(np.arange(leads), per_lead)
    place = random.normal(typical, 1.4, leads)[cluster] + random.normal(0, 0.3, len(cluster))
    by_score = np.interp(place, np.linspace(typical - 3, typical + 3, 8), random.normal(0, size, 8))
    segment = random.integers(0, 5, leads)[cluster]
    error = by_score + random.normal(0, size, 5)[segment]
    p, true = (1 / (1 + np.exp(-at)) for at in (place, place + error))
    # One draw per lead: the snapshots of a lead convert together.
    return p, random.random(leads)[cluster] < true, cluster, segment, true


def share_of_groups_covered(random, leads, snapshots, typical, size):
    """Share of groups (score, segment) whose mean true rate lies in their mean interval."""
    p, converted, cluster, segment, true = misjudged_company(random, leads, snapshots, typical, size)
    table = fit_intervals(p, converted, np.ones(len(p)), cluster, segment)
    low, high = table.at_all(p)
    group = equal_event_bins(p, np.ones(len(p)), 10) * 5 + segment
    rows = np.maximum(np.bincount(group), 1)
    low, high, mean = (np.bincount(group, weights=values) / rows for values in (low, high, true))
    return float(((low <= mean) & (mean <= high))[np.bincount(group) > 20].mean())


@pytest.mark.parametrize(
    ("leads", "snapshots", "typical", "size"), [(2_000, 6, -3, 0.3), (2_000, 15, -4, 0.3), (1_500, 1, -1, 0.25)]
)
def test_ninety_percent_intervals_hold_the_true_rate_of_leads_alike(leads, snapshots, typical, size):
    random = np.random.default_rng(2)
    covered = np.mean([share_of_groups_covered(random, leads, snapshots, typical, size) for _ in range(25)])
    assert 0.80 <= covered <= 0.97


def calibrated_rows(leads, snapshots=1, seed=0):
    random = np.random.default_rng(seed)
    p = np.repeat(random.beta(1, 9, leads), snapshots)
    cluster = np.repeat(np.arange(leads), snapshots)
    return p, random.random(leads)[cluster] < p, np.ones(len(p)), cluster


def width(table, p=0.1):
    low, high = table.at(p)
    return high - low


def test_more_conversions_make_intervals_narrower():
    few, some, many = (width(fit_intervals(*calibrated_rows(leads))) for leads in (40, 1_000, 20_000))
    assert few > 1.5 * some > 2.25 * many


def test_more_snapshots_of_the_same_leads_do_not():
    once, twenty_times = (width(fit_intervals(*calibrated_rows(500, snapshots))) for snapshots in (1, 20))
    assert twenty_times == pytest.approx(once, rel=0.15)


def test_a_model_that_promises_too_much_gets_intervals_that_reach_lower():
    p, converted, weight, cluster = calibrated_rows(20_000)
    low, high = fit_intervals(2 * p / (1 + p), converted, weight, cluster).at(0.2)
    assert low < 0.112
    assert high == pytest.approx(0.2, abs=0.03)


def test_a_market_that_may_have_moved_makes_intervals_wider():
    rows = calibrated_rows(20_000)
    still, moving = fit_intervals(*rows), fit_intervals(*rows, doubts=Doubts(drift=0.3))
    assert width(moving) > 2 * width(still)


def test_the_later_outcomes_tell_of_a_moved_market_the_wider_the_interval():
    p, converted, weight, cluster = calibrated_rows(20_000)
    both = np.column_stack([converted, converted])
    later = LabelledRows(known=np.ones_like(both), converted=both, weight=weight, cluster=cluster)
    doubts = [doubts_of_events(days) for days in (14, 180)]
    near, far = fit_intervals_by_horizon(np.column_stack([p, p]), later, np.zeros(len(p), dtype=np.int64), doubts)
    assert width(far) > 1.3 * width(near)


def test_the_coldest_leads_are_thought_to_be_promised_too_much():
    p, converted, weight, cluster = calibrated_rows(5_000)
    cold, typical = 0.001, float(p.mean())
    even, pulled = (fit_intervals(p, converted, weight, cluster, doubts=Doubts(pull=pull)) for pull in (0.0, 0.3))
    for end in (0, 1):
        assert pulled.at(cold)[end] < 0.7 * even.at(cold)[end]
    assert pulled.at(typical) == pytest.approx(even.at(typical), rel=0.05)


def test_no_rows_leave_a_wide_interval_around_the_prediction():
    nothing = np.zeros(0)
    low, high = fit_intervals(nothing, nothing.astype(bool), nothing, nothing.astype(np.int64)).at(0.1)
    assert low < 0.06
    assert high > 0.16


@pytest.mark.parametrize("converted", [False, True])
def test_one_class_is_no_crash(converted):
    p = np.linspace(0, 1, 50)
    table = fit_intervals(p, np.full(50, converted), np.ones(50), np.arange(50))
    assert table.at(0.0)[0] == 0.0
    assert table.at(1.0)[1] == 1.0


tables = [fit_intervals(*calibrated_rows(leads)) for leads in (0, 30, 3_000)]
chances = st.one_of(st.floats(0, 1), st.sampled_from([*tables[0].p, 5e-324, 1 - 1e-16]))


@given(st.sampled_from(tables), chances)
def test_the_prediction_is_always_inside_and_a_single_lookup_equals_the_column(table, p):
    low, high = table.at(p)
    assert 0 <= low <= p <= high <= 1
    lows, highs = table.at_all(np.array([p]))
    assert (lows[0], highs[0]) == (low, high)


@given(st.sampled_from(tables), st.floats(0.001, 0.999))
def test_an_interval_is_never_a_point(table, p):
    low, high = table.at(p)
    assert low < p < high


def test_a_missing_prediction_has_a_missing_interval():
    low, high = tables[0].at_all(np.array([np.nan]))
    assert np.isnan(low[0])
    assert np.isnan(high[0])


def test_a_table_survives_its_json_file_exactly():
    table = tables[2]
    assert IntervalTable.from_dict(json.loads(json.dumps(table.to_dict()))) == table


def test_the_rate_of_nobody_is_small_and_uncertain():
    low, high = estimate_rate(np.zeros(100, dtype=bool), np.ones(100), np.arange(100)).bounds()
    assert low < 0.001
    assert 0.03 < high < 0.06


def test_rows_of_one_lead_count_as_one_conversion():
    together = estimate_rate(np.arange(100) < 20, np.ones(100), np.where(np.arange(100) < 20, 0, np.arange(100)))
    apart = estimate_rate(np.arange(100) < 20, np.ones(100), np.arange(100))
    assert together.error > 3 * apart.error


def test_bins_predict_about_equally_many_conversions_and_never_part_equals():
    p = np.r_[np.full(80, 0.01), np.linspace(0.1, 0.5, 20)]
    bins = equal_event_bins(p, np.ones(100), 4)
    assert len(set(bins[:80].tolist())) == 1
    assert np.all(np.diff(bins) >= 0)
    assert np.ptp(np.bincount(bins, weights=p)) < 1.0
