"""The truth is the truth: equal to a plain filter written another way, right on average, and blind to the future."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from leadscore.domain.errors import DataError, UsageError
from leadscore.domain.time import DAY_US, HOUR_US
from leadscore.simulate.calendar import Calendar
from leadscore.simulate.company import SimulatedCompany, simulate_company
from leadscore.simulate.law import law_of
from leadscore.simulate.profile import chance_missing, chances_of_values
from leadscore.simulate.truth import bayes_limit, known_state_chance
from leadscore.simulate.world import ENDS
from leadscore.simulate.worlds import WORLDS

HORIZONS = [14, 60, 180]
every_world = pytest.mark.parametrize("name", WORLDS)


def day_share(at: int) -> float:
    return min(max((at % DAY_US - 7 * HOUR_US) / (14 * HOUR_US), 0.0), 1.0)


def profile_likelihood(company: SimulatedCompany, lead: dict[str, object], as_of: int) -> np.ndarray:
    world = company.world
    likelihood = np.ones(world.classes)
    for hint in world.hints:
        values, missing = list(hint.values), chance_missing(hint, world)
        given = lead[hint.name]
        likelihood *= missing if given is None else (1 - missing) * chances_of_values(hint, world)[values.index(given)]
        for change in company.attributes.to_pylist():
            mine = change["lead_id"] == lead["lead_id"] and change["name"] == hint.name
            if mine and change["known_at"] < as_of:
                likelihood *= chances_of_values(hint, world)[values.index(change["value"])]
    return likelihood


class PlainFilter:
    """One lead, one instant, one day after the other, one event type after the other; futures are lived forward."""

    def __init__(self, company: SimulatedCompany, lead_id: str, as_of: int) -> None:
        self.lead = next(row for row in company.leads.to_pylist() if row["lead_id"] == lead_id)
        self.as_of, self.start_at = as_of, company.start_at
        self.world, self.law = company.world, law_of(company.world)
        self.first_day = (self.lead["created_at"] - self.start_at) // DAY_US
        self.today = (as_of - self.start_at) // DAY_US
        self.calendar = Calendar.starting(self.start_at, self.today + 70, self.world.year)
        seen = [e for e in company.events.to_pylist() if e["lead_id"] == lead_id and e["known_at"] < as_of]
        self.events = {
            (e["type"], e["occurred_at"]): e["value"] for e in seen if e["occurred_at"] > self.lead["created_at"]
        }
        profile = profile_likelihood(company, self.lead, as_of)
        start = self.law.start[
            self.world.source_names.index(self.lead["source"]), int(self.first_day >= self.world.year.drift_day)
        ]
        self.belief = start * profile[:, None]

    def missed(self, day: int) -> float:
        return day_share(self.lead["created_at"]) if day == self.first_day else 0.0

    def visible_share(self, at_shows: bool, day: int) -> float:
        missed, now = self.missed(day), day_share(self.as_of)
        if not at_shows:
            return (now if day == self.today else 1.0) - missed
        by_lag = [
            1 - missed if day + lag < self.today else max(now - missed, 0.0) * (day + lag == self.today)
            for lag in range(self.world.year.first_lag, self.world.year.last_lag + 1)
        ]
        return sum(by_lag) / len(by_lag)

    def observe(self, day: int) -> np.ndarray:
        """Weigh the belief by the day's visible events; answer the chance that one of all the day's events pushed."""
        kind = self.calendar.kind[day]
        calm_chance = np.ones_like(self.belief)
        for at, event in enumerate(self.world.events):
            rate, share = self.law.rates[kind, at], self.visible_share(event.at_shows, day)
            self.belief = self.belief * np.exp(-rate * share)
            values = [
                v for (n, t), v in self.events.items() if n == event.name and (t - self.start_at) // DAY_US == day
            ]
            for value in values:
                self.belief = self.belief * rate
                if event.steps is not None:
                    steps = value // event.steps.unit - 1
                    self.belief = self.belief * np.exp(-self.law.depth[at]) * self.law.depth[at] ** steps
            self.belief = self.belief / self.belief.sum()
            if event.pushing:
                calm_chance = calm_chance * (0.0 if values else np.exp(-rate * (1 - self.missed(day) - share)))
        return 1 - calm_chance

    def end_chances(self, day: int) -> np.ndarray:
        factor = np.array([self.calendar.win_factor[day], 1, 1, 1])[:, None, None]
        return self.law.ends * factor * (day > self.first_day)

    def overnight(self, belief: np.ndarray, push: np.ndarray) -> np.ndarray:
        tomorrow = np.zeros_like(belief)
        for now in range(belief.shape[1]):
            for law, weight in ((self.law.calm, 1 - push[:, now]), (self.law.pushed, push[:, now])):
                tomorrow += (belief[:, now] * weight)[:, None] * law[:, now]
        return tomorrow

    def answer(self, horizons: Sequence[int]) -> list[float]:
        for day in range(self.first_day, self.today):
            push = self.observe(day)
            self.belief = self.overnight(self.belief * (1 - self.end_chances(day).sum(axis=0)), push)
        push, now = self.observe(self.today), day_share(self.as_of)
        ends = self.end_chances(self.today)
        open_now = (self.belief * (1 - ends.sum(axis=0) * now)).sum()
        won = (self.belief * ends[0] * (1 - now)).sum()
        belief, answers = self.overnight(self.belief * (1 - ends.sum(axis=0)), push), {}
        for day in range(self.today + 1, self.today + max(horizons) + 1):
            ends = self.end_chances(day)
            answers[day - self.today] = (won + (belief * ends[0]).sum() * now) / open_now
            won += (belief * ends[0]).sum()
            pushing = [event.pushing for event in self.world.events]
            rates = self.law.rates[self.calendar.kind[day]][pushing].sum(axis=0)
            belief = self.overnight(belief * (1 - ends.sum(axis=0)), 1 - np.exp(-rates))
        return [answers[days] for days in horizons]


def asked_near_shows(company: SimulatedCompany) -> list[tuple[str, int]]:
    """Instants in the weeks after show visits of leads that were open then."""
    late = [event.name for event in company.world.events if event.at_shows]
    visits = company.events.filter(pc.is_in(company.events["type"], pa.array(late, pa.string())))
    ended = dict(zip(company.outcomes["lead_id"].to_pylist(), company.outcomes["occurred_at"].to_pylist(), strict=True))
    arrived = dict(zip(company.leads["lead_id"].to_pylist(), company.leads["created_at"].to_pylist(), strict=True))
    asked = []
    for at, (lead_id, visit) in enumerate(
        zip(visits["lead_id"].to_pylist(), visits["occurred_at"].to_pylist(), strict=True)
    ):
        as_of = visit + (at * 5 % (company.world.year.last_lag + 2)) * DAY_US + 7 * HOUR_US
        if arrived[lead_id] < visit and as_of < min(ended.get(lead_id, company.until), company.until):
            asked.append((lead_id, as_of))
    return asked


@every_world
def test_it_equals_a_plain_filter_written_another_way(name: str) -> None:
    company = simulate_company(300, seed=5, days=420, world=WORLDS[name])
    asked = asked_near_shows(company)[:10]
    assert len(asked) == (10 if company.world.year.show_starts else 0)
    for row in (3, 40, 90, 150, 210, 250, 299):
        lead = company.leads.slice(row, 1).to_pylist()[0]
        asked += [(lead["lead_id"], lead["created_at"] + wait) for wait in (0, 2 * HOUR_US)]
        midnight = lead["created_at"] - lead["created_at"] % DAY_US
        asked += [(lead["lead_id"], at) for at in (midnight + 3 * DAY_US, midnight + 9 * DAY_US + 12 * HOUR_US)]
    asked = [(lead_id, at) for lead_id, at in asked if at <= company.until]
    found = bayes_limit(company, [lead_id for lead_id, _ in asked], np.array([at for _, at in asked]), [1, 14, 60])
    kept = np.flatnonzero(~np.isnan(found[:, 0]))
    assert len(kept) >= 20
    expected = [PlainFilter(company, *asked[at]).answer([1, 14, 60]) for at in kept]
    np.testing.assert_allclose(found[kept], expected, rtol=1e-8, atol=1e-14)


def open_snapshots(company: SimulatedCompany, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """One instant for each lead that is open then, at most 180 days before the extract; half of the leads are young."""
    rng = np.random.default_rng(seed)
    created_at, ended_at = company.truth.arrivals.created_at, company.truth.lives.ended_at
    last = company.until - 180 * DAY_US
    young = rng.random(len(created_at)) < 0.5
    wait = rng.random(len(created_at)) * np.where(young, 20 * DAY_US, last - created_at)
    # Few days, so that looking ahead from each of them does not take long.
    step = 24 * DAY_US
    as_of = company.start_at + (created_at + wait - company.start_at) // step * step + rng.random() * DAY_US
    as_of = as_of.astype(np.int64)
    lead = np.flatnonzero((created_at <= as_of) & (as_of < ended_at) & (as_of < last))
    return lead, as_of[lead]


def deviations(company: SimulatedCompany, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """z of the sums of (converted - limit) and of (known state - limit), by horizon, one snapshot a lead."""
    lead, as_of = open_snapshots(company, seed)
    ids = [f"sim-{number:06d}" for number in lead]
    limit = bayes_limit(company, ids, as_of, HORIZONS)
    unveiled = known_state_chance(company, ids, as_of, HORIZONS)
    lives = company.truth.lives
    won_at = np.where(lives.end == ENDS.index("won"), lives.ended_at, np.iinfo(np.int64).max)
    converted = won_at[lead][:, None] <= as_of[:, None] + np.array(HORIZONS) * DAY_US
    by_outcome = (converted - limit).sum(axis=0) / np.sqrt((limit * (1 - limit)).sum(axis=0))
    by_state = (unveiled - limit).sum(axis=0) / np.sqrt(((unveiled - limit) ** 2).sum(axis=0))
    return by_outcome, by_state


def test_outcomes_and_hidden_states_agree_with_it_on_average(company: SimulatedCompany) -> None:
    by_outcome, by_state = deviations(company, seed=1)
    assert (np.abs(by_outcome) < 3).all(), by_outcome
    assert (np.abs(by_state) < 3).all(), by_state


@pytest.mark.slow
@pytest.mark.parametrize(("name", "seed"), [("mixed", 21), ("mixed", 22), ("shop", 23), ("shop", 24), ("plant", 25)])
def test_many_outcomes_and_hidden_states_agree_with_it_on_average(name: str, seed: int) -> None:
    by_outcome, by_state = deviations(simulate_company(8_000, seed=seed, world=WORLDS[name]), seed)
    assert (np.abs(by_outcome) < 3).all(), by_outcome
    assert (np.abs(by_state) < 3).all(), by_state


def without_what_is_known_later(company: SimulatedCompany, as_of: int) -> SimulatedCompany:
    tables = {name: getattr(company, name) for name in ("attributes", "events", "outcomes")}
    return dataclasses.replace(company, **{k: t.filter(pc.less(t["known_at"], as_of)) for k, t in tables.items()})


def with_more_that_is_known_later(company: SimulatedCompany, as_of: int) -> SimulatedCompany:
    """Every lead asks for a demo and visits a show again, and turns out to be another, at or just after the instant."""
    early = company.events.filter(pc.less(company.events["occurred_at"], as_of)).slice(0, 3_000)
    moved = early.set_column(early.column_names.index("known_at"), "known_at", pa.array([as_of] * len(early)))
    demos = moved.set_column(moved.column_names.index("type"), "type", pa.array(["demo_requested"] * len(early)))
    scans = moved.set_column(moved.column_names.index("type"), "type", pa.array(["show_visited"] * len(early)))
    leads = company.leads["lead_id"]
    texts = {"name": pa.array(["industry"] * len(leads)), "value": pa.array(["machinery"] * len(leads))}
    fills = pa.table({"lead_id": leads, **texts, "known_at": pa.array([as_of] * len(leads))})
    events = pa.concat_tables([company.events, demos, scans])
    return dataclasses.replace(company, events=events, attributes=pa.concat_tables([company.attributes, fills]))


@pytest.mark.parametrize("days", [678.4, 835.0])  # the first: a week after a show, with scans on their way
def test_what_is_known_at_or_after_the_instant_changes_nothing(company: SimulatedCompany, days: float) -> None:
    as_of = company.start_at + int(days * DAY_US)
    ids = [f"sim-{number:06d}" for number in range(300, 700)]
    instants = np.full(len(ids), as_of)
    usual = bayes_limit(company, ids, instants, HORIZONS)
    assert np.isfinite(usual[:, 0]).sum() > 50
    for other in (without_what_is_known_later(company, as_of), with_more_that_is_known_later(company, as_of)):
        np.testing.assert_array_equal(bayes_limit(other, ids, instants, HORIZONS), usual)


def test_an_answer_does_not_depend_on_the_other_questions(company: SimulatedCompany) -> None:
    lead, as_of = (part[:40] for part in open_snapshots(company, seed=3))
    ids = [f"sim-{number:06d}" for number in lead]
    together = bayes_limit(company, ids, as_of, HORIZONS)
    for at in (0, 5, len(ids) - 1):
        alone = bayes_limit(company, [ids[at]], as_of[at : at + 1], HORIZONS)
        np.testing.assert_allclose(alone[0], together[at], rtol=1e-9)


def test_chances_rise_with_the_horizon_and_stay_within_bounds(company: SimulatedCompany) -> None:
    lead, as_of = (part[:300] for part in open_snapshots(company, seed=4))
    limit = bayes_limit(company, [f"sim-{number:06d}" for number in lead], as_of, [1, 14, 60, 180])
    assert ((limit > 0) & (limit < 1)).all()
    assert (np.diff(limit, axis=1) > 0).all()


def test_leads_that_are_not_open_have_no_chance(company: SimulatedCompany) -> None:
    outcome = company.outcomes.slice(30, 1).to_pylist()[0]
    created_at = company.leads["created_at"][int(outcome["lead_id"][4:])].as_py()
    instants = np.array([created_at - 1, created_at, outcome["occurred_at"] - 1, outcome["occurred_at"]])
    for truth in (bayes_limit, known_state_chance):
        answers = truth(company, [outcome["lead_id"]] * 4, instants, [60])
        assert np.isnan(answers[:, 0]).tolist() == [True, False, False, True]


def test_questions_that_make_no_sense_are_refused(company: SimulatedCompany) -> None:
    now = np.array([company.until])
    with pytest.raises(DataError, match="LS-LEAD-01"):
        bayes_limit(company, ["nobody"], now, [60])
    for ids, instants, horizons in ((["sim-000001"], now + 1, [60]), (["sim-000001"], now, [0]), ([], now, [60])):
        with pytest.raises(UsageError, match="LS-USAGE-01"):
            bayes_limit(company, ids, instants, horizons)
