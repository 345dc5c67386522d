"""What the calendar does: weekends, shows, the drift, and which share of a day has been seen."""

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leadscore.domain.time import DAY_US, HOUR_US, parse_instant
from leadscore.simulate.calendar import Calendar, share_of_day_before, share_of_scans_known

START = parse_instant("2022-01-03").at


def test_weekends_drift_and_shows_make_the_kind_of_day() -> None:
    calendar = Calendar.starting(START, 900)
    assert (calendar.kind[:7] & 1).tolist() == [0, 0, 0, 0, 0, 1, 1]
    assert (calendar.kind[799] & 2, calendar.kind[800] & 2) == (0, 2)
    show_days = np.flatnonzero(calendar.show)
    np.testing.assert_array_equal(np.flatnonzero(calendar.kind & 4), show_days)
    first = date.fromordinal(date(2022, 1, 3).toordinal() + int(show_days[0]))
    assert first.timetuple().tm_yday == 40
    assert len(show_days[show_days < 365 - 2]) == 15


def test_a_start_within_a_day_begins_at_its_midnight() -> None:
    assert Calendar.starting(START + 5 * HOUR_US, 3).start_at == START


def test_winning_is_harder_in_august_and_after_the_drift() -> None:
    factor = Calendar.starting(START, 1_400).win_factor
    august, october = 215, 290
    assert factor[august] < factor[october]
    assert factor[october + 2 * 365] < factor[october]


@given(st.lists(st.integers(0, DAY_US), min_size=2, max_size=5))
def test_the_share_of_a_day_never_falls(times: list[int]) -> None:
    shares = share_of_day_before(np.array(sorted(times)))
    assert (np.diff(shares) >= 0).all()
    assert shares.min() >= 0
    assert shares.max() <= 1


def test_the_share_of_known_scans_is_what_drawing_them_gives() -> None:
    rng = np.random.default_rng(1)
    visits, lags = rng.random(200_000), rng.integers(2, 10, 200_000)
    for days_ago in range(12):
        for missed, passed in ((0.0, 0.0), (0.0, 0.6), (0.3, 0.6), (0.7, 0.6)):
            # A scan becomes known at the time of day of the visit, whole days later.
            known = (visits > missed) & ((lags < days_ago) | ((lags == days_ago) & (visits < passed)))
            share = share_of_scans_known(days_ago, np.array([missed]), np.array([passed]))
            assert abs(share[0] - known.mean()) < 0.006
