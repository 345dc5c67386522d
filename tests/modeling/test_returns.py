"""When leads that were set aside come back: the Kaplan-Meier estimate by its definition, and what is made of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.modeling.returns import kaplan_meier, return_time

STAYS = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=40)


@given(STAYS)
def test_the_share_still_away_is_the_product_over_days_as_kaplan_and_meier_define_it(
    stays: list[tuple[int, bool]],
) -> None:
    days, came_back = np.array([day for day, _ in stays], float), np.array([back for _, back in stays])
    at, away = kaplan_meier(days, came_back)
    left = 1.0
    expected = []
    for day in sorted({day for day, back in stays if back}):
        there = sum(each >= day for each, _ in stays)
        left *= 1 - sum(each == day and back for each, back in stays) / there
        expected.append((day, left))
    assert at.tolist() == [day for day, _ in expected]
    np.testing.assert_allclose(away, [share for _, share in expected], atol=1e-12)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=40))
def test_without_anybody_still_away_it_is_the_plain_share(days: list[int]) -> None:
    at, away = kaplan_meier(np.array(days, float), np.ones(len(days), np.bool_))
    np.testing.assert_allclose(away, [sum(day > each for day in days) / len(days) for each in at], atol=1e-12)


def test_leads_still_away_do_not_pull_the_time_of_return_down() -> None:
    found, plain = [], []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        comes, back_after = rng.random(1_000) < 0.3, rng.uniform(100, 500, 1_000)
        watched = rng.uniform(0, 900, 1_000)
        came_back = comes & (back_after < watched)
        found.append(return_time(np.where(came_back, back_after, watched), came_back, fewest=20, seed=1))
        plain.append(np.median(back_after[came_back]))
    assert np.mean([each.days for each in found]) == pytest.approx(300, abs=10)
    assert np.mean([each.share for each in found]) == pytest.approx(0.3, abs=0.02)
    assert sum(each.low < 300 < each.high for each in found) >= 9
    assert np.mean(plain) < 285


def test_too_few_returns_say_nothing() -> None:
    days = np.arange(1.0, 31.0)
    assert return_time(days, days <= 19, fewest=20, seed=1) is None
    assert return_time(days, days <= 20, fewest=20, seed=1) is not None
