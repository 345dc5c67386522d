"""Looking ahead: chances to win are what living forward through the same days gives."""

import numpy as np

from leadscore.domain.time import parse_instant
from leadscore.simulate.calendar import Calendar
from leadscore.simulate.law import law_of
from leadscore.simulate.mixed_market import MIXED_MARKET
from leadscore.simulate.outlook import Outlook

CALENDAR = Calendar.starting(parse_instant("2022-01-03").at, 400, MIXED_MARKET.year)
LAW = law_of(MIXED_MARKET)


def lived_forward(first_day: int, days: int, hidden_class: int, intent: int) -> float:
    mass, won = np.eye(LAW.calm.shape[1])[intent], 0.0
    for day in range(first_day, first_day + days):
        chance = LAW.ends[0, hidden_class] * CALENDAR.win_factor[day]
        won += float(mass @ chance)
        rate = LAW.rates[CALENDAR.kind[day]][LAW.pushing].sum(axis=0)[hidden_class]
        law = np.exp(-rate)[:, None] * LAW.calm[hidden_class] + (1 - np.exp(-rate))[:, None] * LAW.pushed[hidden_class]
        mass = (mass * (1 - chance - LAW.ends[1:, hidden_class].sum(axis=0))) @ law
    return won


def test_chances_equal_those_of_living_forward() -> None:
    horizons = (1, 14, 60)
    ahead = Outlook(LAW, CALENDAR, horizons).win_within(35)
    for hidden_class, intent in ((0, 4), (17, 2), (44, 0), (30, 5)):
        for at, days in enumerate(horizons):
            for less in (0, 1):
                expected = lived_forward(35, days - less, hidden_class, intent)
                np.testing.assert_allclose(ahead[hidden_class, intent, less, at], expected, rtol=1e-10, atol=1e-16)


def test_nothing_is_won_within_no_days_and_more_within_more() -> None:
    ahead = Outlook(LAW, CALENDAR, (1, 60)).win_within(0)
    assert ahead.shape == (*LAW.calm.shape[:2], 2, 2)
    assert (ahead[:, :, 1, 0] == 0).all()
    assert (ahead[:, :, 0, 1] > ahead[:, :, 1, 1]).all()
