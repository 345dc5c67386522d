"""Leads arrive over the whole period; bought lists and trade shows bring many at once."""

import numpy as np

from leadscore.domain.time import DAY_US, parse_instant
from leadscore.simulate.arrivals import draw_arrivals
from leadscore.simulate.calendar import Calendar
from leadscore.simulate.company import SimulatedCompany, simulate_company
from leadscore.simulate.law import law_of
from leadscore.simulate.mixed_market import MIXED_MARKET
from leadscore.simulate.worlds import WORLDS

SOURCE_NAMES, PERSONA_OF = MIXED_MARKET.source_names, MIXED_MARKET.persona_of


def test_arrivals_are_in_order_of_time_and_within_the_period(company: SimulatedCompany) -> None:
    arrivals = company.truth.arrivals
    assert (np.diff(arrivals.created_at) >= 0).all()
    assert arrivals.created_day.min() >= 0
    assert arrivals.created_day.max() < 1_460
    np.testing.assert_array_equal(arrivals.created_day, (arrivals.created_at - company.start_at) // DAY_US)


def test_lists_and_shows_arrive_in_batches_and_others_one_by_one(company: SimulatedCompany) -> None:
    arrivals = company.truth.arrivals
    for at, name in enumerate(SOURCE_NAMES):
        instants = arrivals.created_at[arrivals.source == at]
        batched = name in ("bought_list", "trade_show")
        assert (len(np.unique(instants)) < len(instants) / 4) == batched


def test_leads_of_a_show_arrive_two_to_nine_days_after_it(company: SimulatedCompany) -> None:
    calendar = Calendar.starting(company.start_at, 1_460, company.world.year)
    last_days = np.flatnonzero(calendar.show[:-1] & ~calendar.show[1:])
    arrivals = company.truth.arrivals
    days = np.unique(arrivals.created_day[arrivals.source == SOURCE_NAMES.index("trade_show")])
    waits = days - last_days[np.searchsorted(last_days, days) - 1]
    assert waits.min() >= 2
    assert waits.max() <= 9


def test_every_source_brings_its_share(company: SimulatedCompany) -> None:
    found = np.bincount(company.truth.arrivals.source, minlength=len(SOURCE_NAMES)) / 2_000
    np.testing.assert_allclose(found, [source.share for source in MIXED_MARKET.sources], atol=0.025)


def test_without_a_show_no_lead_comes_from_one() -> None:
    sources = simulate_company(200, seed=1, days=20).leads["source"].to_pylist()
    assert "trade_show" not in sources
    assert "bought_list" in sources


def test_a_channel_brings_leads_from_its_first_day_on() -> None:
    world = WORLDS["plant"]
    at = world.source_names.index("planner_network")
    days = simulate_company(3_000, seed=1, world=world).truth.arrivals
    mine = days.created_day[days.source == at]
    assert world.sources[at].since_day == 650 <= mine.min() < 670
    assert mine.max() < 1_460
    assert "planner_network" not in simulate_company(300, 1, days=600, world=world).leads["source"].to_pylist()


def test_hidden_states_on_arrival_are_as_frequent_as_source_and_drift_say() -> None:
    calendar = Calendar.starting(parse_instant("2022-01-03").at, 1_460, MIXED_MARKET.year)
    arrivals = draw_arrivals(40_000, calendar, MIXED_MARKET, np.random.default_rng(1))
    for name in ("webinar", "bought_list", "referral"):
        for drifted in (False, True):
            mine = (arrivals.source == SOURCE_NAMES.index(name)) & ((arrivals.created_day >= 800) == drifted)
            expected = law_of(MIXED_MARKET).start[SOURCE_NAMES.index(name), int(drifted)]
            persona = np.bincount(PERSONA_OF[arrivals.hidden_class[mine]], minlength=5) / mine.sum()
            np.testing.assert_allclose(
                persona, np.bincount(PERSONA_OF, weights=expected.sum(axis=1)), atol=2.5 / np.sqrt(mine.sum())
            )
            intent = np.bincount(arrivals.intent[mine], minlength=6) / mine.sum()
            np.testing.assert_allclose(intent, expected.sum(axis=0), atol=2.5 / np.sqrt(mine.sum()))
