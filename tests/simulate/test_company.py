"""The extract of a simulated company: repeatable, consistent, and blind to what is not known yet."""

import hashlib

import numpy as np
import pyarrow.compute as pc
import pytest

from leadscore.domain.errors import DataError, UsageError
from leadscore.domain.event import VALUE_SCALE
from leadscore.domain.time import DAY_US, parse_instant
from leadscore.simulate.company import SimulatedCompany, simulate_company
from leadscore.simulate.world import ENDS
from leadscore.simulate.worlds import WORLDS

TABLES = ("leads", "attributes", "events", "outcomes")


def column(company: SimulatedCompany, table: str, name: str) -> np.ndarray:
    return getattr(company, table)[name].to_numpy()


def test_equal_arguments_give_equal_companies() -> None:
    one, other = (simulate_company(150, seed=3, days=300) for _ in range(2))
    for table in TABLES:
        assert getattr(one, table).equals(getattr(other, table))
    assert one.repeats.tolist() == other.repeats.tolist()


@pytest.mark.parametrize("change", [{"seed": 4}, {"days": 301}, {"start": "2023-05-01"}, {"leads": 151}])
def test_other_arguments_give_other_companies(change: dict[str, int]) -> None:
    usual = {"leads": 150, "seed": 3, "days": 300}
    assert not simulate_company(**usual).events.equals(simulate_company(**usual | change).events)


@pytest.mark.parametrize("wrong", [{"leads": 0}, {"seed": -1}, {"days": 0}])
def test_numbers_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="LS-USAGE-01"):
        simulate_company(**{"leads": 5, "seed": 1} | wrong)


def test_a_start_that_is_no_date_is_refused() -> None:
    with pytest.raises(DataError, match="LS-TIME-02"):
        simulate_company(5, seed=1, start="Monday")


def test_a_company_of_one_lead_and_one_day_is_possible() -> None:
    assert simulate_company(1, seed=1, days=1).summary()["leads"] == 1


def test_ids_are_unique_and_point_to_leads(company: SimulatedCompany) -> None:
    leads = company.leads["lead_id"].to_pylist()
    assert leads[123] == "sim-000123"
    assert len(set(leads)) == len(leads) == 2_000
    assert len(set(company.events["event_id"].to_pylist())) == company.events.num_rows
    for table in ("attributes", "events", "outcomes"):
        assert set(getattr(company, table)["lead_id"].to_pylist()) <= set(leads)
    assert len(set(company.outcomes["lead_id"].to_pylist())) == company.outcomes.num_rows


def test_every_fact_was_known_before_the_extract(company: SimulatedCompany) -> None:
    assert company.until == parse_instant("2022-01-03").at + 1460 * DAY_US
    assert (column(company, "leads", "created_at") < company.until).all()
    for table in ("attributes", "events", "outcomes"):
        assert (column(company, table, "known_at") < company.until).all()


def test_scans_of_a_show_just_before_the_extract_are_not_all_in_it() -> None:
    company = simulate_company(1_500, seed=1, days=43)
    visits = company.truth.lives.happenings.type == company.world.event_types.index("show_visited")
    lived = company.truth.lives.happenings.occurred_at[visits]
    scans = company.events.filter(pc.equal(company.events["type"], "show_visited"))
    arrived = set(scans["occurred_at"].to_pylist()) & set(lived.tolist())
    assert 0 < len(arrived) < len(lived)
    assert (column(company, "events", "known_at") < company.until).all()


def test_nothing_happens_after_a_lead_has_ended(company: SimulatedCompany) -> None:
    ended_at = dict(
        zip(*(column(company, "outcomes", name).tolist() for name in ("lead_id", "occurred_at")), strict=True)
    )
    created_at = dict(
        zip(*(column(company, "leads", name).tolist() for name in ("lead_id", "created_at")), strict=True)
    )
    lead = column(company, "events", "lead_id").tolist()
    at = column(company, "events", "occurred_at").tolist()
    assert all(when < ended_at.get(who, company.until) for who, when in zip(lead, at, strict=True))
    assert all(when > created_at[who] for who, when in ended_at.items())


def test_doubled_events_differ_from_their_original_in_id_and_known_at_only(company: SimulatedCompany) -> None:
    events = company.events.to_pandas()
    content = ["lead_id", "type", "occurred_at", "value", "channel", "campaign", "properties"]
    copies = events[events.duplicated(content, keep="first")]
    assert 0.003 < len(copies) / len(events) < 0.007
    first = events.drop_duplicates(content).merge(copies, on=content, suffixes=("", "_copy"))
    assert (first["known_at_copy"] > first["known_at"]).all()
    assert (first["known_at_copy"] - first["known_at"]).max() < DAY_US
    assert 0.007 < len(company.repeats) / len(events) < 0.013


def test_only_scans_of_shows_become_known_days_later(company: SimulatedCompany) -> None:
    events = company.events.to_pandas()
    lag = events["known_at"] - events["occurred_at"]
    late = events["type"] == "show_visited"
    assert lag[~late].max() < DAY_US
    assert lag[late].min() >= DAY_US
    assert lag[late].max() < 11 * DAY_US


def test_about_one_lead_in_ten_converts_after_about_38_events(company: SimulatedCompany) -> None:
    summary = company.summary()
    assert 0.08 < summary["rate"] < 0.14
    assert 30 < summary["events"] / summary["leads"] < 46
    outcomes = column(company, "outcomes", "outcome").tolist()
    assert summary["conversions"] == outcomes.count("won") == round(summary["rate"] * 2_000)
    shares = {kind: outcomes.count(kind) / 2_000 for kind in ("lost", "disqualified", "competitor")}
    assert 0.10 < shares["lost"] < 0.30
    assert 0.05 < shares["disqualified"] < 0.15
    assert 0.04 < shares["competitor"] < 0.12


def test_outcomes_carry_an_amount_or_a_reason(company: SimulatedCompany) -> None:
    outcomes = company.outcomes.to_pandas()
    won = outcomes["outcome"] == "won"
    assert (outcomes["amount"].notna() == won).all()
    assert (outcomes["reason"].notna() == ~won).all()


def test_facts_hold_what_the_files_hold(company: SimulatedCompany) -> None:
    facts = company.facts()
    events = facts.events.to_pandas().set_index("event_id")
    for row in company.events.slice(0, 200).to_pylist():
        stored = events.loc[row["event_id"]]
        expected = None if row["value"] is None else row["value"] * VALUE_SCALE
        assert (stored["value"] if expected is not None else None) == expected
        assert stored["known_at"] == row["known_at"]
    attributes = facts.attributes.to_pandas().groupby("lead_id")
    for row in company.leads.slice(0, 20).to_pylist():
        mine = attributes.get_group(row["lead_id"])
        arrived = mine[mine["known_at"] == row["created_at"]]
        given = {name: value for name, value in row.items() if name not in ("lead_id", "created_at")}
        assert dict(zip(arrived["name"], arrived["value"].replace({np.nan: None}), strict=True)) == given
    assert facts.outcomes.num_rows == company.outcomes.num_rows
    assert facts.leads.num_rows == company.leads.num_rows


def test_the_usual_company_is_the_same_to_the_last_bit_as_ever() -> None:
    company = simulate_company(400, seed=5, days=900)
    content = [*(getattr(company, table).to_pydict() for table in TABLES), company.repeats.tolist()]
    digest = hashlib.sha256(repr(content).encode()).hexdigest()
    assert digest == "fc3cdcbb04ca58ac8e15032c9b7b0ff98e3bfc63ec494ba7d59df7283d162434"


@pytest.mark.parametrize(("name", "rate", "median_days"), [("shop", 0.20, 11), ("plant", 0.074, 270)])
def test_other_worlds_are_of_clearly_other_shape(name: str, rate: float, median_days: float) -> None:
    company = simulate_company(4_000, seed=7, world=WORLDS[name])
    usual = WORLDS["mixed"]
    assert not {*company.world.event_types, *company.world.source_names} & {*usual.event_types, *usual.source_names}
    assert abs(company.summary()["rate"] / rate - 1) < 0.25
    lives = company.truth.lives
    won = lives.end == ENDS.index("won")
    days = np.median(lives.ended_at[won] - company.truth.arrivals.created_at[won]) / DAY_US
    assert abs(days / median_days - 1) < 0.15
