"""What leadscore promises, as sentences, on a small simulated company."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from leadscore.config.load import Settings, load_settings
from leadscore.domain.errors import DataError
from leadscore.domain.progress import silent
from leadscore.domain.time import DAY_US
from leadscore.features.facts import SCHEMAS, Facts
from leadscore.features.offline import compute_matrix
from leadscore.simulate.company import SimulatedCompany, simulate_company
from leadscore.workflows import build_training_set as build_training_set_module
from leadscore.workflows.build_training_set import build_evaluation_set, build_training_set
from leadscore.workflows.choose_attributes import choose_attributes
from leadscore.workflows.train_challenger import About, fit_events


@pytest.fixture(scope="module")
def settings() -> Settings:
    plain = load_settings(Path("/nonexistent"))
    return replace(plain, training=plain.training.model_copy(update={"max_snapshots": 3_000}))


@pytest.fixture(scope="module")
def company() -> SimulatedCompany:
    return simulate_company(400, 11, days=700)


def more(table: pa.Table, kind: str, rows: list[tuple[object, ...]]) -> pa.Table:
    schema = SCHEMAS[kind]
    columns = [
        pa.array(list(column), field.type) for column, field in zip(zip(*rows, strict=True), schema, strict=True)
    ]
    return pa.concat_tables([table.select(schema.names).cast(schema), pa.table(columns, schema=schema)])


def with_a_future(facts: Facts, instant: int) -> Facts:
    """The same company, to which much becomes known at an instant: every lead wins, asks for demos, changes."""
    leads = facts.leads["lead_id"].to_pylist()
    return Facts(
        leads=facts.leads,
        attributes=more(facts.attributes, "attributes", [(lead, "industry", "told later", instant) for lead in leads]),
        events=more(
            facts.events,
            "events",
            [(f"f{lead}", lead, "demo_requested", instant - DAY_US, instant, 9, None, None, None) for lead in leads]
            + [(f"g{lead}", lead, "never_seen_before", instant, instant + 5, None, None, None, None) for lead in leads],
        ),
        outcomes=more(facts.outcomes, "outcomes", [(lead, "won", instant - DAY_US, instant) for lead in leads]),
    )


def test_training_as_of_an_instant_reads_nothing_known_at_or_after_it(
    company: SimulatedCompany, settings: Settings
) -> None:
    instant = company.start_at + 500 * DAY_US
    facts = company.facts()
    plain = build_training_set(facts, instant, settings, silent)
    later = build_training_set(with_a_future(facts, instant), instant, settings, silent)
    assert plain.features.fingerprint == later.features.fingerprint
    np.testing.assert_array_equal(plain.bands.matrix, later.bands.matrix)
    np.testing.assert_array_equal(plain.bands.known, later.bands.known)
    np.testing.assert_array_equal(plain.bands.converted, later.bands.converted)
    np.testing.assert_array_equal(plain.bands.weight, later.bands.weight)


def test_an_infinite_feature_value_is_refused_by_name(
    company: SimulatedCompany, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def divided_by_zero(*asked: Any) -> np.ndarray:
        matrix = compute_matrix(*asked)
        matrix[:3, 1] = np.inf
        return matrix

    monkeypatch.setattr(build_training_set_module, "compute_matrix", divided_by_zero)
    with pytest.raises(DataError, match=r"LS-FEATURE-02.*infinite values of .* \(3 rows\) among"):
        build_training_set(company.facts(), company.start_at + 500 * DAY_US, settings, silent)


def test_training_does_read_what_was_known_before_the_instant(company: SimulatedCompany, settings: Settings) -> None:
    instant = company.start_at + 500 * DAY_US
    plain = build_training_set(company.facts(), instant, settings, silent)
    earlier = build_training_set(with_a_future(company.facts(), instant - 30 * DAY_US), instant, settings, silent)
    assert plain.features.fingerprint != earlier.features.fingerprint


def test_immature_labels_are_unknown_and_never_negative(company: SimulatedCompany, settings: Settings) -> None:
    instant = company.start_at + 500 * DAY_US
    found = build_training_set(company.facts(), instant, settings, silent)
    age = np.array([feature.kind for feature in found.features.features]) == "lead_age"
    assert age.sum() == 1
    for position, days in enumerate(settings.training.horizons_days):
        ripe_share = found.whole.known[:, position].mean()
        assert 0 < ripe_share < 1, days
    assert (found.whole.known[:, 0] >= found.whole.known[:, 1]).all()
    assert (found.whole.known[:, 1] >= found.whole.known[:, 2]).all()


def test_a_snapshot_teaches_a_band_only_if_it_was_open_at_the_bands_start(
    company: SimulatedCompany, settings: Settings
) -> None:
    found = build_training_set(company.facts(), company.start_at + 500 * DAY_US, settings, silent)
    won_before = found.bands.converted[:, 0] & found.bands.known[:, 0]
    assert won_before.any()
    assert not found.bands.known[won_before, 1].any()


def test_old_snapshots_count_less_and_none_counts_nothing(company: SimulatedCompany, settings: Settings) -> None:
    instant = company.start_at + 650 * DAY_US
    halved = build_training_set(company.facts(), instant, settings, silent)
    slow = settings.training.model_copy(update={"recency_half_life_days": 10_000_000})
    flat = build_training_set(company.facts(), instant, replace(settings, training=slow), silent)
    ratio = halved.bands.weight / flat.bands.weight
    assert (ratio > 0).all()
    assert ratio.min() < 0.5
    assert ratio.max() > 0.98


def test_evaluation_snapshots_are_all_later_than_the_cut(company: SimulatedCompany, settings: Settings) -> None:
    since, until = company.start_at + 400 * DAY_US, company.start_at + 500 * DAY_US
    found = build_evaluation_set(company.facts(), since, until, company.until, settings)
    assert found.table.as_of.min() > since
    assert found.table.as_of.max() <= until


def told_afterwards(facts: Facts) -> Facts:
    """A field that only won leads have, delivered as a plain column: known, as it seems, from their first day on."""
    won = set(facts.outcomes.filter(pc.equal(facts.outcomes["outcome"], "won"))["lead_id"].to_pylist())
    created = zip(facts.leads["lead_id"].to_pylist(), facts.leads["created_at"].to_pylist(), strict=True)
    rows = [(lead, "billing_plan", "standard", at) for lead, at in created if lead in won]
    return replace(facts, attributes=more(facts.attributes, "attributes", rows))


def test_a_field_filled_in_after_the_sale_is_named_and_left_out(settings: Settings) -> None:
    facts = told_afterwards(simulate_company(1_500, 12, days=900).facts())
    found = build_training_set(facts, int(pc.max(facts.events["known_at"]).as_py()), settings, silent)
    assert choose_attributes(facts, found, settings, (), silent).left_out >= {"billing_plan"}
    clean = found.without_attributes({"billing_plan"})
    assert "attribute_billing_plan" in found.features.names
    assert "attribute_billing_plan" not in clean.features.names
    assert clean.bands.matrix.shape[1] == len(clean.features.names)


def test_a_company_too_young_for_the_farthest_horizon_still_learns_the_near_ones(settings: Settings) -> None:
    facts = simulate_company(1_500, 13, days=300).facts()
    quick = settings.training.model_copy(
        update={"lightgbm": settings.training.lightgbm.model_copy(update={"trees": 20, "trees_on_few_data": 20})}
    )
    instant = int(pc.max(facts.events["known_at"]).as_py())
    fitted = fit_events(facts, instant, replace(settings, training=quick), About("young", (), None), silent)
    judged = fitted.evaluation.horizons
    assert judged["60d"].rows > 0
    assert judged["180d"].rows == 0
    assert judged["180d"].missing == "no row is old enough to know whether it converted"
