"""What the simulated calendar does to everybody: weekends, seasons, trade shows, and one lasting change."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from leadscore.domain.time import DAY_US, HOUR_US
from leadscore.simulate.arrays import Bools, Floats, Ints
from leadscore.simulate.world import Year

OPENING_US, CLOSING_US = 7 * HOUR_US, 21 * HOUR_US

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Calendar:
    """Day by day facts, all of shape (length,); day 0 begins at `start_at` (midnight, UTC).

    kind         index of the day's rates: weekend + 2 * after the drift + 4 * trade show.
    win_factor   multiplies the daily chance to become a customer (season, weekday, drift).
    show         whether a trade show is open.
    year         what all of it follows from.
    """

    year: Year
    start_at: int
    kind: Ints
    win_factor: Floats
    show: Bools

    @classmethod
    def starting(cls, start_at: int, length: int, year: Year) -> "Calendar":
        """The calendar of `length` days from the midnight at or before `start_at` (epoch microseconds, UTC)."""
        first = _EPOCH_ORDINAL + start_at // DAY_US
        dates = [date.fromordinal(first + day) for day in range(length)]
        weekend = np.array([at.weekday() >= 5 for at in dates])
        drift = np.arange(length) >= year.drift_day
        days_into_year = np.array([at.timetuple().tm_yday for at in dates])[:, None] - np.array(year.show_starts)
        show = ((days_into_year >= 0) & (days_into_year < year.show_days)).any(axis=1)
        factor = np.array([year.season[at.month - 1] for at in dates]) * np.where(drift, year.wins_after_drift, 1.0)
        factor *= np.array([year.weekdays[at.weekday()] for at in dates])
        return cls(year, start_at - start_at % DAY_US, weekend + 2 * drift + 4 * show, factor, show)


def share_of_day_before(at_in_day: Ints) -> Floats:
    """Share of a day's happenings that fall before a time of day: they spread evenly from 07:00 to 21:00 UTC.

    at_in_day   microseconds since midnight, any shape.
    Returns     float in [0, 1], same shape.

    >>> share_of_day_before(np.array([0, 14 * HOUR_US, DAY_US])).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.clip((at_in_day - OPENING_US) / (CLOSING_US - OPENING_US), 0.0, 1.0)


def share_of_scans_known(year: Year, days_ago: int, missed: Floats, passed: Floats) -> Floats:
    """Share of a show day's badge scans that are known by now; a scan arrives so many whole days (evenly) after it.

    year      says after how many days at least and at most.
    days_ago  whole days from the show day to today.
    missed    share of the show day that fell before the lead arrived (0 for others), shape (n,).
    passed    share of today that has passed, shape (n,).
    Returns   share of all the day's happenings, in [0, 1 - missed], shape (n,).

    >>> year = Year(season=(1.0,) * 12, first_lag=2, last_lag=9)
    >>> share_of_scans_known(year, 2, np.zeros(2), np.array([0.0, 1.0])).tolist()
    [0.0, 0.125]
    >>> share_of_scans_known(year, 10, np.array([0.25]), np.array([0.0])).tolist()
    [0.75]
    """
    lags = year.last_lag - year.first_lag + 1
    arrived = min(max(days_ago - year.first_lag, 0), lags) * (1 - missed)
    arriving_today = (year.first_lag <= days_ago <= year.last_lag) * np.maximum(passed - missed, 0.0)
    return np.asarray((arrived + arriving_today) / lags)
