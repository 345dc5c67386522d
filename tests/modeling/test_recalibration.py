import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscore.modeling.recalibration import FLATTEST, NEWEST_CONVERSIONS, level, line, log_loss, newest, sigmoid


def drawn(slope, intercept, rows=20_000, seed=1):
    rng = np.random.default_rng(seed)
    truth = rng.normal(-1, 1.2, rows)
    return (truth - intercept) / slope, rng.random(rows) < sigmoid(truth)


def test_the_level_meets_what_happened():
    log_odds, label = drawn(1.0, 0.8)
    moved = log_odds + level(log_odds, label)
    assert sigmoid(moved).sum() == pytest.approx(label.sum(), rel=1e-3)


@pytest.mark.parametrize(("slope", "intercept"), [(0.5, 0.3), (1.0, 0.0), (2.0, -1.0)])
def test_the_line_is_found_again(slope, intercept):
    found = line(*drawn(slope, intercept))
    assert found == pytest.approx((slope, intercept), abs=0.08)


def test_rows_count_by_their_weight():
    log_odds, label = drawn(1.0, 0.0, rows=2_000)
    twice = np.r_[log_odds, log_odds[:500]], np.r_[label, label[:500]]
    weight = np.where(np.arange(2_000) < 500, 2.0, 1.0)
    assert line(log_odds, label, weight) == pytest.approx(line(*twice), abs=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(-30, 30), st.booleans()), min_size=1, max_size=30))
def test_a_line_never_turns_the_order_and_stays_finite_on_any_rows(pairs):
    log_odds, label = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
    slope, intercept = line(log_odds, label)
    assert slope >= FLATTEST
    assert np.isfinite([slope, intercept]).all()
    assert np.isfinite(log_loss(slope * log_odds + intercept, label))


def test_the_newest_rows_hold_enough_conversions_or_all_there_are():
    often = np.arange(10_000) % 5 == 0
    assert newest(often) == slice(9_000, 10_000)
    seldom = np.arange(10_000) % 100 == 0
    assert seldom[newest(seldom)].sum() >= NEWEST_CONVERSIONS
    assert newest(np.arange(300) < 3) == slice(0, 300)
    assert newest(np.arange(300) > 295) == slice(100, 300)
