"""How likely a lead in a given hidden state becomes a customer within so many days: the process run ahead of time."""

import numpy as np

from leadscore.simulate.arrays import Floats
from leadscore.simulate.calendar import Calendar
from leadscore.simulate.law import Law


class Outlook:
    """Chances to win from the start of a day on, for every hidden state; kept once computed."""

    def __init__(self, law: Law, calendar: Calendar, horizons_days: tuple[int, ...]) -> None:
        self._calendar, self._horizons_days = calendar, horizons_days
        self._won, self._ended = law.ends[0], law.ends[1:].sum(axis=0)
        pushes = law.rates[:, law.pushing].sum(axis=1)
        chance = -np.expm1(-pushes)[..., None]
        self._tomorrow = (1 - chance) * law.calm + chance * law.pushed
        self.horizons = len(horizons_days)
        self._known: dict[int, Floats] = {}

    def win_within(self, day: int) -> Floats:
        """Chance to win from the start of `day` within each horizon, and within each horizon less one day.

        Returns  shape (classes, intents, 2, horizons): [..., 0, :] full horizons, [..., 1, :] one day less.
        """
        if day not in self._known:
            self._known[day] = self._look_ahead(day)
        return self._known[day]

    def _look_ahead(self, first_day: int) -> Floats:
        lengths = np.array([self._horizons_days, [days - 1 for days in self._horizons_days]]).ravel()
        chance = np.zeros((*self._won.shape, len(lengths)))
        for ahead in range(int(lengths.max()) - 1, -1, -1):
            day = first_day + ahead
            won = self._won * self._calendar.win_factor[day]
            later = self._tomorrow[self._calendar.kind[day]] @ chance
            # A length that ends on or before this day has not begun yet, seen from its end.
            chance = (won[..., None] + (1 - won - self._ended)[..., None] * later) * (ahead < lengths)
        return chance.reshape(*self._won.shape, 2, len(self._horizons_days))
