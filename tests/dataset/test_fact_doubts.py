"""What is said about facts before anything is learnt from them; the command line's words are in tests/spec."""

import pyarrow as pa

from leadscore.config.features import FeaturesConfig
from leadscore.dataset.fact_doubts import note_facts
from leadscore.features.facts import SCHEMAS, Facts
from leadscore.features.learn import feature_set_of, seen_in


def facts(attributes: dict[str, list[str]]) -> Facts:
    leads = [f"l{number}" for number in range(len(next(iter(attributes.values()))))]
    values = [
        {"lead_id": lead, "name": name, "value": value, "known_at": 5}
        for name, column in attributes.items()
        for lead, value in zip(leads, column, strict=True)
    ]
    rows = {"leads": [{"lead_id": lead, "created_at": 5} for lead in leads], "attributes": values}
    return Facts(**{kind: pa.Table.from_pylist(rows.get(kind, []), schema=SCHEMAS[kind]) for kind in SCHEMAS})


def heard(of: Facts, config: FeaturesConfig) -> list[str]:
    said: list[str] = []
    note_facts(of, 10, config, said.append)
    return said


def test_of_too_many_attributes_those_known_of_most_leads_are_learnt_from() -> None:
    config = FeaturesConfig(max_attributes=2)
    found = facts({"rare": ["", "", "3"], "full": ["1", "2", "3"], "half": ["1", "", "2"]})
    assert heard(found, config) == [
        "3 attributes; the 2 known of most leads are learnt from, the others left out (`max_attributes` in "
        "configs/features.yaml changes that)"
    ]
    assert set(feature_set_of(seen_in(found), config, {}).encoders) == {"full", "half"}


def test_sound_facts_raise_no_doubt() -> None:
    assert heard(facts({"size": ["1", "2", "3"]}), FeaturesConfig()) == []
