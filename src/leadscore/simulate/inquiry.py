"""Questions about simulated leads as of instants, put to the forward filter group by group."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from leadscore.domain.errors import UsageError
from leadscore.domain.time import DAY_US
from leadscore.simulate.arrays import Floats, Ints
from leadscore.simulate.calendar import Calendar, share_of_day_before
from leadscore.simulate.company import SimulatedCompany
from leadscore.simulate.evidence import VisibleLeads, visible_leads
from leadscore.simulate.forward import ForwardFilter, Questions
from leadscore.simulate.law import law_of
from leadscore.simulate.outlook import Outlook

_LEADS_AT_ONCE = 256
_ALWAYS = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Group:
    """Questions about a few leads that arrived at about the same time; only such as are open at the instant.

    asked      positions of the questions among all, shape (n,); day: the day of each.
    questions  their rows point into `leads`.
    """

    leads: VisibleLeads
    asked: Ints
    day: Ints
    questions: Questions


class Inquiry:
    """Questions (lead, instant) about a company; arguments and errors as for `truth.bayes_limit`."""

    def __init__(
        self, company: SimulatedCompany, lead_ids: Sequence[str], as_of: Ints, horizons_days: Sequence[int]
    ) -> None:
        _check(company, lead_ids, as_of, horizons_days)
        self.company, self.as_of = company, as_of
        # Ids are numbered in order of arrival, so that neighbours live at about the same time.
        names, positions = np.unique(np.array(lead_ids, dtype=np.str_), return_inverse=True)
        self._ids: list[str] = names.tolist()
        self._lead = positions.astype(np.int64)
        self._day = (as_of - company.start_at) // DAY_US
        days = int(self._day.max(initial=0)) + max(horizons_days) + 2
        self.calendar = Calendar.starting(company.start_at, days, company.world.year)
        self.law = law_of(company.world)
        self.outlook = Outlook(self.law, self.calendar, tuple(horizons_days))

    def groups(self) -> Iterator[Group]:
        """All questions whose lead is open at the instant, by groups of leads."""
        passed = share_of_day_before((self.as_of - self.company.start_at) % DAY_US)
        for first in range(0, len(self._ids), _LEADS_AT_ONCE):
            leads = visible_leads(self.company, self._ids[first : first + _LEADS_AT_ONCE])
            asked = np.flatnonzero((self._lead >= first) & (self._lead < first + _LEADS_AT_ONCE))
            rows = self._lead[asked] - first
            is_open = (leads.created_at[rows] <= self.as_of[asked]) & (leads.ended_at[rows] > self.as_of[asked])
            asked, rows = asked[is_open], rows[is_open]
            yield Group(leads, asked, self._day[asked], Questions(rows, self.as_of[asked], passed[asked]))

    def filtered(self, group: Group, log_evidence: Floats) -> Floats:
        """Answers given everything visible, shape (n, horizons).

        log_evidence  of the profiles visible at the instants for each class, shape (n, classes).
        """
        answers = np.empty((len(group.asked), self.outlook.horizons))
        run = ForwardFilter(self.law, self.calendar, group.leads)
        everyone, last_lag = np.arange(len(group.leads.source)), self.calendar.year.last_lag
        whole_day = Questions(everyone, np.full(len(everyone), _ALWAYS), np.ones(len(everyone)))
        # Beliefs before each day from which scans may still be on their way, and before today.
        before = {int(group.leads.created_day.min()): run.begin()}
        for day in range(min(before), int(group.day.max(initial=-1)) + 1):
            now = np.flatnonzero(group.day == day)
            if len(now):
                belief = self._belief(run, before, day, group.questions.take(now))
                answers[now] = run.answer(
                    belief * _likelihood(log_evidence[now]), day, group.questions.take(now), self.outlook
                )
            before[day + 1] = run.after_day(before[day], day, whole_day, last_lag + 1)
            late = [past for past in before if self.calendar.show[past] and past > day - last_lag]
            before = {kept: before[kept] for kept in [*late, day + 1]}
        return answers

    def _belief(self, run: ForwardFilter, before: dict[int, Floats], day: int, questions: Questions) -> Floats:
        """Beliefs at the start of a day as its instants see them: days with late scans are gone through again."""
        start = min(before)
        belief = before[start][:, questions.rows]
        for past_day in range(start, day):
            belief = run.after_day(belief, past_day, questions, day - past_day)
        return run.with_arrivals(belief, day, questions.rows)


def _likelihood(log_evidence: Floats) -> Floats:
    """Evidence for classes, shape (n, classes), in the shape of beliefs and without the common factor."""
    return np.asarray(np.exp(log_evidence - log_evidence.max(axis=1, keepdims=True)).T[:, :, None])


def _check(company: SimulatedCompany, lead_ids: Sequence[str], as_of: Ints, horizons_days: Sequence[int]) -> None:
    if as_of.shape != (len(lead_ids),):
        raise UsageError("LS-USAGE-01", where="as_of", found=f"shape {as_of.shape}", allowed=f"({len(lead_ids)},)")
    if not horizons_days or min(horizons_days) < 1:
        raise UsageError("LS-USAGE-01", where="horizons_days", found=str(horizons_days), allowed="days, 1 or more")
    if (as_of > company.until).any():
        raise UsageError("LS-USAGE-01", where="as_of", found="an instant after the extract")
