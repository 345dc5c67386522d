"""The truth about simulated leads: the Bayes limit of any scorer, exactly, and what the hidden state itself would say.

The Bayes limit is P(won within H days | everything visible as of the instant): source, attributes with their gaps and
later changes, all events known by then (and that there were no others), and that the lead is still open. It is computed
by a forward filter over the joint states (class x intent) and sums over futures in closed form; nothing is sampled.
Three traits of the world keep this exact: events other than show scans are known at once; a scan's lag is drawn
independently of the lead; attribute changes of open leads depend on the class at most. Everything here is simulated.
"""

from collections.abc import Sequence

import numpy as np

from leadscore.simulate.arrays import Floats, Ints
from leadscore.simulate.company import SimulatedCompany
from leadscore.simulate.evidence import log_evidence_of_profiles
from leadscore.simulate.forward import ForwardFilter
from leadscore.simulate.inquiry import Inquiry


def bayes_limit(
    company: SimulatedCompany, lead_ids: Sequence[str], as_of: Ints, horizons_days: Sequence[int]
) -> Floats:
    """The best possible P(won within H days), given everything visible as of each instant.

    lead_ids       one per question, repeats allowed, length n; as_of: epoch microseconds, shape (n,), any time of day.
    horizons_days  whole days, at least 1, length h.
    Returns        shape (n, h); NaN where the lead is not open as of the instant.
    Raises         DataError [LS-LEAD-01] for an unknown lead; UsageError [LS-USAGE-01] for shapes or horizons that do
                   not fit, or an instant after the extract.

    >>> from leadscore.simulate.company import simulate_company
    >>> company = simulate_company(50, seed=1, days=200)
    >>> bayes_limit(company, ["sim-000000"], np.array([company.leads["created_at"][0].as_py()]), [60]).shape
    (1, 1)
    """
    inquiry = Inquiry(company, lead_ids, as_of, horizons_days)
    answers = np.full((len(as_of), len(horizons_days)), np.nan)
    for group in inquiry.groups():
        rows = group.questions
        answers[group.asked] = inquiry.filtered(
            group, log_evidence_of_profiles(company, group.leads, rows.rows, rows.as_of)
        )
    return answers


def known_state_chance(
    company: SimulatedCompany, lead_ids: Sequence[str], as_of: Ints, horizons_days: Sequence[int]
) -> Floats:
    """P(won within H days) for one who knew the hidden class, the intent at the day's start and today's visible events.

    Arguments, answer and errors as for `bayes_limit`, whose answers are the means of these given what is visible.
    """
    inquiry = Inquiry(company, lead_ids, as_of, horizons_days)
    arrivals, lives = company.truth.arrivals, company.truth.lives
    classes, intents = inquiry.law.calm.shape[:2]
    answers = np.full((len(as_of), len(horizons_days)), np.nan)
    for group in inquiry.groups():
        run = ForwardFilter(inquiry.law, inquiry.calendar, group.leads)
        position = group.leads.position[group.questions.rows]
        for day in np.unique(group.day).tolist():
            now = np.flatnonzero(group.day == day)
            lead = position[now]
            certain = np.zeros((classes, len(now), intents))
            certain[arrivals.hidden_class[lead], np.arange(len(now)), lives.intent[day, lead]] = 1.0
            answers[group.asked[now]] = run.answer(certain, day, group.questions.take(now), inquiry.outlook)
    return answers
