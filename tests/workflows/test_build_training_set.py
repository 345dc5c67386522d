"""What a training set holds: every open lead each week, and a little of the moments just after events."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from leadscore.config.load import Settings, load_settings
from leadscore.domain.progress import silent
from leadscore.domain.time import DAY_US, LATEST_US
from leadscore.simulate.company import SimulatedCompany, simulate_company
from leadscore.workflows.build_training_set import TrainingSet, build_training_set


def with_share(share: float) -> Settings:
    plain = load_settings(Path("/nonexistent"))
    changed = {"max_snapshots": 4_000, "event_snapshots_share": share}
    return replace(plain, training=plain.training.model_copy(update=changed))


@pytest.fixture(scope="module")
def company() -> SimulatedCompany:
    return simulate_company(400, 11, days=700)


def built(company: SimulatedCompany, share: float, day: int = 600) -> TrainingSet:
    return build_training_set(company.facts(), company.start_at + day * DAY_US, with_share(share), silent)


@pytest.fixture(scope="module")
def usual(company: SimulatedCompany) -> TrainingSet:
    return built(company, 0.1)


@pytest.fixture(scope="module")
def weekly_only(company: SimulatedCompany) -> TrainingSet:
    return built(company, 0.0)


def test_base_rates_and_baselines_see_the_weekly_rows_alone(usual: TrainingSet, weekly_only: TrainingSet) -> None:
    np.testing.assert_array_equal(usual.whole.matrix, weekly_only.whole.matrix)
    np.testing.assert_array_equal(usual.whole.weight, weekly_only.whole.weight)
    assert len(usual.table) == len(usual.whole) == len(weekly_only.bands)


def test_rows_at_events_follow_the_weekly_ones_and_weigh_a_tenth_of_them(
    usual: TrainingSet, weekly_only: TrainingSet
) -> None:
    weekly = len(weekly_only.bands)
    assert weekly < len(usual.bands) <= weekly + 1_000
    np.testing.assert_array_equal(usual.bands.weight[:weekly], weekly_only.bands.weight)
    at_events = usual.bands.weight[weekly:].sum() / usual.bands.weight[:weekly].sum()
    # Younger rows count more, and those at events are younger or older by chance.
    assert at_events == pytest.approx(0.1, rel=0.15)
    assert usual.bands.at is not None
    assert usual.bands.at[weekly:].min() > usual.table.as_of.min()


def test_a_share_of_nothing_takes_none_of_them(weekly_only: TrainingSet) -> None:
    assert len(weekly_only.bands) == len(weekly_only.whole)


def test_no_row_at_an_event_ripens_before_the_first_week_does(company: SimulatedCompany) -> None:
    for day in (65, 184, 186):
        found = built(company, 0.1, day)
        weekly = len(found.whole)
        ripe = found.bands.known.any(axis=0)
        assert (found.bands.known[:weekly].any(axis=0) == ripe).all()


def test_what_only_leads_did_that_had_refused_is_not_learnt_where_consent_is_respected(
    company: SimulatedCompany,
) -> None:
    facts, day = company.facts(), company.start_at + 600 * DAY_US
    said = facts.attributes.filter(pc.equal(facts.attributes["name"], "consent"))
    no = {row["lead_id"]: row["known_at"] for row in said.to_pylist() if row["value"] == "no"}
    happened = facts.events.select(["lead_id", "occurred_at"]).to_pylist()
    refused = pa.array([row["occurred_at"] >= no.get(row["lead_id"], LATEST_US) for row in happened])
    kinds = pc.if_else(refused, "only refused", facts.events["type"].cast(pa.string()))
    facts = replace(facts, events=facts.events.set_column(2, "type", kinds))
    settings = with_share(0.0)
    respectful = replace(settings, features=settings.features.model_copy(update={"respect_consent": True}))
    plain, found = (build_training_set(facts, day, each, silent).features for each in (settings, respectful))
    assert found.respect_consent
    assert {name for name in plain.names if "only_refused" in name} == {*plain.names} - {*found.names} != set()
