"""The exact forward filter: which hidden states a lead may be in, given all that is visible; many leads at once.

Beliefs have shape (classes, leads, intents) and sum to 1 per lead. One rule serves complete past days, past days whose
show scans may still be on their way, and the part of today that has passed: they differ only in the share of the day's
events that can be seen yet, and an event that cannot be seen may have pushed the intent all the same.
"""

from dataclasses import dataclass

import numpy as np

from leadscore.simulate.arrays import Floats, Ints
from leadscore.simulate.calendar import Calendar, share_of_scans_known
from leadscore.simulate.evidence import VisibleLeads
from leadscore.simulate.law import Law
from leadscore.simulate.outlook import Outlook


@dataclass(frozen=True)
class Questions:
    """Leads (positions among those filtered) and instants asked about, all on one day; shapes (n,).

    passed   share of the day's happenings that lie before the instant.
    """

    rows: Ints
    as_of: Ints
    passed: Floats

    def take(self, at: Ints) -> "Questions":
        """The questions at these positions."""
        return Questions(self.rows[at], self.as_of[at], self.passed[at])


@dataclass(frozen=True)
class Exposure:
    """Shares of a day's events that are visible or not yet visible, for prompt and for late types, shape (n,).

    What lies before a lead's arrival never happened and is in neither.
    """

    prompt_seen: Floats
    prompt_unseen: Floats
    late_seen: Floats
    late_unseen: Floats


@dataclass(frozen=True)
class Push:
    """Which beliefs may have been pushed on a day (positions), and how likely, shape (classes, positions, intents)."""

    rows: Ints
    chance: Floats


class ForwardFilter:
    """The filter over some leads of one law and calendar."""

    def __init__(self, law: Law, calendar: Calendar, leads: VisibleLeads) -> None:
        self._law, self._calendar, self._leads = law, calendar, leads
        kinds, types = law.rates.shape[:2]
        # Where there are no shows or no values, rates and depths are 0 and meet counts of 0 only: any log will do.
        log_rate = np.log(np.where(law.rates > 0, law.rates, 1.0)) - law.depth
        log_depth = np.broadcast_to(np.log(np.where(law.depth > 0, law.depth, 1.0)), log_rate.shape)
        self._log_marks = np.concatenate([log_rate, log_depth], axis=1).reshape(kinds, 2 * types, -1)
        self._prompt = law.rates[:, ~law.late].sum(axis=1)[:, :, None]
        self._prompt_push = law.rates[:, law.pushing & ~law.late].sum(axis=1)[:, :, None]
        self._late = law.rates[:, law.late].sum(axis=1)[:, :, None]
        self._nothing = np.exp(-self._prompt - self._late)
        self._push_marks = np.concatenate([law.pushing, np.zeros_like(law.pushing)])
        self._lift = law.pushed - law.calm
        self._start = law.start[
            leads.source, (leads.created_day >= calendar.year.drift_day).astype(np.int64)
        ].transpose(1, 0, 2)

    def begin(self) -> Floats:
        """Beliefs about all leads before anything is known of them."""
        return self._start.copy()

    def after_day(self, belief: Floats, day: int, seen_at: Questions, days_ago: int) -> Floats:
        """Beliefs at the end of a day that ended before the instants of `seen_at`, from those at its start.

        belief     of the leads in `seen_at.rows`, shape (classes, n, intents); leads that arrive later pass idly.
        days_ago   whole days from `day` to the day of the instants; decides which late scans can be known.
        """
        leads = self._leads
        arriving = leads.created_day[seen_at.rows] == day
        missed = np.where(arriving, leads.missed[seen_at.rows], 0.0)
        known = self._known(day, days_ago, missed, seen_at.passed)
        exposure = Exposure(1 - missed, np.zeros_like(missed), known, 1 - missed - known)
        belief = self.with_arrivals(belief, day, seen_at.rows)
        weighted, push = self._weigh(belief, day, seen_at, exposure)
        total = self._law.ends[1:].sum(axis=0) + self._law.ends[0] * self._calendar.win_factor[day]
        # Nobody ends on the day of arrival.
        weighted *= (1 - total)[:, None] if not arriving.any() else 1 - total[:, None] * ~arriving[:, None]
        after = self._overnight(weighted, push)
        after /= (after @ np.ones(after.shape[2])).sum(axis=0)[:, None]
        return after

    def _known(self, day: int, days_ago: int, missed: Floats, passed: Floats) -> Floats:
        if not self._calendar.show[day]:
            return 1 - missed
        return share_of_scans_known(self._calendar.year, days_ago, missed, passed)

    def with_arrivals(self, belief: Floats, day: int, rows: Ints) -> Floats:
        """The beliefs, with those about leads that arrive on this day set to what their source says."""
        arriving = self._leads.created_day[rows] == day
        if not arriving.any():
            return belief
        belief = belief.copy()
        belief[:, arriving] = self._start[:, rows[arriving]]
        return belief

    def answer(self, belief: Floats, day: int, questions: Questions, outlook: Outlook) -> Floats:
        """Chance to win within each horizon of the instants, all on `day`.

        belief   at the day's start, or at arrival if that is today.
        Returns  shape (n, horizons). The leads must be open at the instants.
        """
        passed = questions.passed[:, None]
        before_today = (self._leads.created_day[questions.rows] < day)[:, None]
        missed = np.where(before_today[:, 0], 0.0, self._leads.missed[questions.rows])
        exposure = Exposure(questions.passed - missed, 1 - questions.passed, np.zeros_like(missed), 1 - missed)
        weighted, push = self._weigh(belief, day, questions, exposure)
        won = self._law.ends[0][:, None] * self._calendar.win_factor[day] * before_today
        total = won + self._law.ends[1:].sum(axis=0)[:, None] * before_today
        open_now = (weighted * (1 - total * passed)).sum(axis=(0, 2))
        won_today = (weighted * won * (1 - passed)).sum(axis=(0, 2))
        tomorrow = self._overnight(weighted * (1 - total), push)
        later = np.einsum("cns,csth->nth", tomorrow, outlook.win_within(day + 1), optimize=True)
        # The last day of a horizon is cut at the same time of day as the first.
        within = later[:, 1] + passed * (later[:, 0] - later[:, 1])
        return np.asarray((won_today[:, None] + within) / open_now[:, None])

    def _weigh(self, belief: Floats, day: int, seen_at: Questions, exposure: Exposure) -> tuple[Floats, Push]:
        """Beliefs times the likelihood of what is visible of a day, and the chance that something pushed in it."""
        kind = int(self._calendar.kind[day])
        marks = self._leads.events.visible_marks(day, seen_at.rows, seen_at.as_of)
        weighted = belief * self._nothing[kind]
        # Most days are seen as a whole; what nothing at all tells then is the same for every lead.
        partly = np.flatnonzero((exposure.prompt_seen != 1) | (exposure.late_seen != 1))
        expected = self._prompt[kind] * exposure.prompt_seen[partly, None]
        expected = expected + self._late[kind] * exposure.late_seen[partly, None]
        weighted[:, partly] = belief[:, partly] * np.exp(-expected)
        active = np.flatnonzero(marks.any(axis=1))
        log_likelihood = (marks[active] @ self._log_marks[kind]).reshape(len(active), *belief.shape[::2])
        log_likelihood -= log_likelihood.max(axis=(1, 2), keepdims=True)
        weighted[:, active] *= np.exp(log_likelihood).transpose(1, 0, 2)
        pushed = marks @ self._push_marks > 0
        rows = np.flatnonzero(pushed | (exposure.prompt_unseen > 0) | (exposure.late_unseen > 0))
        unseen = self._prompt_push[kind] * exposure.prompt_unseen[rows, None]
        unseen = unseen + self._late[kind] * exposure.late_unseen[rows, None]
        return weighted, Push(rows, np.where(pushed[rows, None], 1.0, -np.expm1(-unseen)))

    def _overnight(self, weighted: Floats, push: Push) -> Floats:
        after = weighted @ self._law.calm
        after[:, push.rows] += (weighted[:, push.rows] * push.chance) @ self._lift
        return np.asarray(after)
