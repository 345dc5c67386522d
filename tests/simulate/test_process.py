"""The day-by-day process follows its law: states, events and endings come as often as the parameters say."""

import numpy as np
import pytest

from leadscore.domain.time import DAY_US, LATEST_US
from leadscore.simulate.calendar import Calendar
from leadscore.simulate.company import SimulatedCompany, simulate_company
from leadscore.simulate.law import Law, law_of
from leadscore.simulate.mixed_market import MIXED_MARKET
from leadscore.simulate.process import OPEN
from leadscore.simulate.world import ENDS
from leadscore.simulate.worlds import WORLDS


@pytest.fixture(scope="module", params=WORLDS)
def company(request: pytest.FixtureRequest) -> SimulatedCompany:
    return simulate_company(2_000, seed=7, world=WORLDS[request.param])


@pytest.fixture(scope="module")
def law(company: SimulatedCompany) -> Law:
    return law_of(company.world)


@pytest.fixture(scope="module")
def full_days(company: SimulatedCompany) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Lead, day, class and intent of every day that a lead lived as a whole: neither its first nor its last."""
    lives, arrivals = company.truth.lives, company.truth.arrivals
    day, lead = np.nonzero(lives.intent != OPEN)
    last_day = np.where(lives.end == OPEN, 1_460, (lives.ended_at - company.start_at) // DAY_US)
    whole = (day > arrivals.created_day[lead]) & (day < last_day[lead])
    day, lead = day[whole], lead[whole]
    return lead, day, arrivals.hidden_class[lead], lives.intent[day, lead].astype(np.int64)


def z_of(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    return (found - expected) / np.sqrt(np.maximum(expected, 1.0))


def test_a_lead_is_in_a_state_from_arrival_to_its_end_and_in_none_outside(company: SimulatedCompany) -> None:
    lives, arrivals = company.truth.lives, company.truth.arrivals
    lived = lives.intent != OPEN
    last_day = np.where(
        lives.end == OPEN, 1_459, (np.minimum(lives.ended_at, company.until) - company.start_at) // DAY_US
    )
    np.testing.assert_array_equal(lived.argmax(axis=0), arrivals.created_day)
    np.testing.assert_array_equal(lived.sum(axis=0), last_day - arrivals.created_day + 1)
    assert ((lives.end == OPEN) == (lives.ended_at == LATEST_US)).all()


def test_events_of_each_type_are_as_frequent_as_their_rates(
    company: SimulatedCompany, law: Law, full_days: tuple
) -> None:
    lead, day, hidden_class, intent = full_days
    kind = Calendar.starting(company.start_at, 1_460, company.world.year).kind[day]
    expected = law.rates[kind, :, hidden_class, intent].sum(axis=0)
    whole = np.zeros((1_460, 2_000), dtype=bool)
    whole[day, lead] = True
    happenings = company.truth.lives.happenings
    counted = whole[(happenings.occurred_at - company.start_at) // DAY_US, happenings.lead]
    found = np.bincount(happenings.type[counted], minlength=len(law.depth))
    assert (np.abs(z_of(found, expected)) < 4).all()


def test_intent_moves_as_often_as_its_law_says(company: SimulatedCompany, law: Law, full_days: tuple) -> None:
    lead, day, hidden_class, intent = full_days
    happenings = company.truth.lives.happenings
    pushing = law.pushing[happenings.type]
    pushed = np.zeros((1_460, 2_000), dtype=bool)
    pushed[((happenings.occurred_at - company.start_at) // DAY_US)[pushing], happenings.lead[pushing]] = True
    known = day < 1_459
    lead, day, hidden_class, intent = (part[known] for part in (lead, day, hidden_class, intent))
    tomorrow = company.truth.lives.intent[day + 1, lead].astype(np.int64)
    for moves, chosen in ((law.calm, ~pushed[day, lead]), (law.pushed, pushed[day, lead])):
        expected = np.zeros(law.calm.shape[1:])
        np.add.at(expected, intent[chosen], moves[hidden_class[chosen], intent[chosen]])
        found = np.zeros(law.calm.shape[1:])
        np.add.at(found, (intent[chosen], tomorrow[chosen]), 1)
        assert (found[expected == 0] == 0).all()
        spread = np.sqrt(np.maximum(expected * (1 - expected / np.maximum(expected.sum(axis=1, keepdims=True), 1)), 1))
        assert (np.abs(found - expected) < 4.5 * spread).all()


def test_leads_end_as_often_as_their_hazards_say(company: SimulatedCompany, law: Law) -> None:
    lives, arrivals = company.truth.lives, company.truth.arrivals
    day, lead = np.nonzero(lives.intent != OPEN)
    at_risk = day > arrivals.created_day[lead]
    day, lead = day[at_risk], lead[at_risk]
    factor = np.ones((4, len(day)))
    factor[0] = Calendar.starting(company.start_at, 1_460, company.world.year).win_factor[day]
    hazards = law.ends[:, arrivals.hidden_class[lead], lives.intent[day, lead]] * factor
    found = np.bincount(lives.end[lives.end != OPEN], minlength=len(ENDS))
    assert (np.abs(z_of(found, hazards.sum(axis=1))) < 4).all()


def test_values_hold_as_many_steps_as_their_state_implies(company: SimulatedCompany, law: Law) -> None:
    lives, arrivals = company.truth.lives, company.truth.arrivals
    happenings = lives.happenings
    day = (happenings.occurred_at - company.start_at) // DAY_US
    expected = law.depth[happenings.type, arrivals.hidden_class[happenings.lead], lives.intent[day, happenings.lead]]
    assert happenings.steps[expected == 0].sum() == 0
    assert abs(z_of(happenings.steps.sum(), expected.sum())) < 4


def test_there_are_270_states() -> None:
    assert law_of(MIXED_MARKET).calm[..., 0].size == 270
