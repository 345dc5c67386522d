"""The leakage gate on the attributes of a simulated company: a small run of benchmarks/leak_gate.py."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from leadscore.config.load import Settings, load_settings
from leadscore.domain.errors import UsageError
from leadscore.domain.progress import silent
from leadscore.domain.time import DAY_US
from leadscore.features.facts import SCHEMAS, Facts
from leadscore.simulate.changes import FILLED_AFTER_WIN
from leadscore.simulate.company import SimulatedCompany, simulate_company
from leadscore.simulate.planted_fields import HONEST_FIELDS, PlantedFields, plant_fields
from leadscore.workflows.build_training_set import TrainingSet, build_training_set
from leadscore.workflows.choose_attributes import AttributeFindings, choose_attributes


@pytest.fixture(scope="module")
def settings() -> Settings:
    found = load_settings(Path("/nonexistent"))
    return replace(found, training=found.training.model_copy(update={"max_snapshots": 6_000}))


@pytest.fixture(scope="module")
def company() -> SimulatedCompany:
    return simulate_company(1_500, 21)


@pytest.fixture(scope="module")
def planted(company: SimulatedCompany) -> PlantedFields:
    return plant_fields(company, 21)


@pytest.fixture(scope="module")
def facts(company: SimulatedCompany, planted: PlantedFields) -> Facts:
    columns = planted.attributes(company).cast(SCHEMAS["attributes"])
    own = company.facts()
    return replace(own, attributes=pa.concat_tables([own.attributes, columns]))


@pytest.fixture(scope="module")
def known(company: SimulatedCompany, facts: Facts, settings: Settings) -> TrainingSet:
    return build_training_set(facts, company.until, settings, silent)


@pytest.fixture(scope="module")
def findings(facts: Facts, known: TrainingSet, settings: Settings) -> AttributeFindings:
    return choose_attributes(facts, known, settings, ("late_12", "field_00"), silent)


def test_every_planted_leak_is_named(findings: AttributeFindings, planted: PlantedFields) -> None:
    named = {suspect.field for suspect in [*findings.suspects, *findings.kept]}
    assert not {told for name, told in planted.leaks.items() if name not in named}


def test_fields_filled_after_the_sale_by_their_own_history_are_named(findings: AttributeFindings) -> None:
    assert FILLED_AFTER_WIN.keys() <= findings.left_out


def test_at_most_one_of_fifty_honest_fields_is_named(
    findings: AttributeFindings, planted: PlantedFields, company: SimulatedCompany
) -> None:
    honest = {*planted.honest, *company.leads.column_names, "notes"}
    assert len(planted.honest) == HONEST_FIELDS
    assert len(honest & findings.left_out) <= 1, findings.suspects


def test_a_kept_field_is_no_suspect_but_its_finding_is_recorded(findings: AttributeFindings) -> None:
    assert [suspect.field for suspect in findings.kept] == ["late_12"]
    assert "late_12" not in findings.left_out


def test_a_field_to_keep_that_does_not_exist_is_refused(facts: Facts, known: TrainingSet, settings: Settings) -> None:
    with pytest.raises(UsageError, match="no attribute feild_00"):
        choose_attributes(facts, known, settings, ("feild_00",), silent)


def test_each_finding_has_evidence_in_words_and_the_first_have_a_picture(findings: AttributeFindings) -> None:
    assert all(suspect.field in suspect.evidence for suspect in findings.suspects)
    assert len(findings.pictures) == 12
    assert all(svg.startswith("<svg") for svg in findings.pictures.values())


def test_ids_and_free_text_are_named_and_left_out(company: SimulatedCompany, settings: Settings) -> None:
    until = company.start_at + 600 * DAY_US
    facts = company.facts()
    leads = facts.leads["lead_id"].to_pylist()
    told = {
        "crm_number": [str(70_000 + number) for number in range(len(leads))],
        "remark": [f"asked for offer number {number} and a call" for number in range(len(leads))],
    }
    columns = [
        pa.table(
            {
                "lead_id": facts.leads["lead_id"],
                "name": pa.array([name] * len(leads), pa.string()),
                "value": pa.array(values, pa.string()),
                "known_at": facts.leads["created_at"],
            }
        )
        for name, values in told.items()
    ]
    facts = replace(facts, attributes=pa.concat_tables([facts.attributes, *columns]))
    known = build_training_set(facts, until, settings, silent)
    found = choose_attributes(facts, known, settings, (), silent)
    rules = {suspect.field: suspect.rule for suspect in found.suspects}
    assert rules["crm_number"] == "identifier"
    assert rules["remark"] == "free_text"
    later = replace(facts, outcomes=facts.outcomes.filter(pc.less(facts.outcomes["known_at"], until)))
    assert choose_attributes(later, known, settings, (), silent).suspects == found.suspects
