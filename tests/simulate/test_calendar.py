"""What the calendar does: weekends, shows, the drift, and which share of a day has been seen."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.domain.time import DAY_US, HOUR_US, parse_instant
from leadscore.simulate.calendar import Calendar, share_of_day_before, share_of_scans_known
from leadscore.simulate.worlds import WORLDS

START = parse_instant("2022-01-03").at
YEAR = WORLDS["mixed"].year


def test_weekends_drift_and_shows_make_the_kind_of_day() -> None:
    calendar = Calendar.starting(START, 900, YEAR)
    assert (calendar.kind[:7] & 1).tolist() == [0, 0, 0, 0, 0, 1, 1]
    assert (calendar.kind[799] & 2, calendar.kind[800] & 2) == (0, 2)
    show_days = np.flatnonzero(calendar.show)
    np.testing.assert_array_equal(np.flatnonzero(calendar.kind & 4), show_days)
    first = date.fromordinal(date(2022, 1, 3).toordinal() + int(show_days[0]))
    assert first.timetuple().tm_yday == 40
    assert len(show_days[show_days < 365 - 2]) == 15


def test_a_start_within_a_day_begins_at_its_midnight() -> None:
    assert Calendar.starting(START + 5 * HOUR_US, 3, YEAR).start_at == START


def test_winning_is_harder_in_august_and_after_the_drift() -> None:
    factor = Calendar.starting(START, 1_400, YEAR).win_factor
    august, october = 215, 290
    assert factor[august] < factor[october]
    assert factor[october + 2 * 365] < factor[october]


def test_a_shop_sells_most_on_sundays_in_december_and_a_world_without_shows_or_drift_has_none() -> None:
    calendar = Calendar.starting(START, 1_400, WORLDS["shop"].year)
    monday, sunday, december = 0, 6, 335
    assert calendar.win_factor[sunday] / calendar.win_factor[monday] == 1.5
    assert calendar.win_factor[december] > 2 * calendar.win_factor[december - 120]
    assert not calendar.show.any()
    assert set(calendar.kind.tolist()) == {0, 1}


@given(st.lists(st.integers(0, DAY_US), min_size=2, max_size=5))
def test_the_share_of_a_day_never_falls(times: list[int]) -> None:
    shares = share_of_day_before(np.array(sorted(times)))
    assert (np.diff(shares) >= 0).all()
    assert shares.min() >= 0
    assert shares.max() <= 1


@pytest.mark.parametrize("name", ["mixed", "plant"])
def test_the_share_of_known_scans_is_what_drawing_them_gives(name: str) -> None:
    rng, year = np.random.default_rng(1), WORLDS[name].year
    visits, lags = rng.random(200_000), rng.integers(year.first_lag, year.last_lag + 1, 200_000)
    for days_ago in range(year.last_lag + 3):
        for missed, passed in ((0.0, 0.0), (0.0, 0.6), (0.3, 0.6), (0.7, 0.6)):
            # A scan becomes known at the time of day of the visit, whole days later.
            known = (visits > missed) & ((lags < days_ago) | ((lags == days_ago) & (visits < passed)))
            share = share_of_scans_known(year, days_ago, np.array([missed]), np.array([passed]))
            assert abs(share[0] - known.mean()) < 0.006
