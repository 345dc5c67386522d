"""Facts in parts by lead: nothing lost, nothing twice, and who shares an account stays together."""

import pyarrow as pa
import pytest

from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue
from leadscore.features.definitions import Feature
from leadscore.features.facts import SCHEMAS
from leadscore.features.feature_set import FeatureSet
from leadscore.store.cut_facts import count_events, write_partitions
from leadscore.store.facts import insert_attributes, insert_events
from leadscore.store.facts_arrow import load_facts

LEADS = [f"lead {number}" for number in range(40)] + ["ü"]
OF_ACCOUNTS = FeatureSet((Feature("a", "count", account=True),), {}, {})


@pytest.fixture
def filled(store):
    insert_events(store, [Event(f"e{n}", LEADS[n % 41], "page_viewed", n, n, n, None, None, "{}") for n in range(300)])
    shared = {"lead 1": "A", "lead 2": "A", "lead 3": "B"}
    values = [AttributeValue(lead, "account_id", account, 5) for lead, account in shared.items()]
    insert_attributes(store, [*values, AttributeValue("lead 2", "account_id", "B", 9)])
    return store


def test_all_parts_together_are_all_facts(filled, tmp_path):
    parts = write_partitions(filled, tmp_path, 4)
    whole = load_facts(filled)
    for kind, schema in SCHEMAS.items():
        order = [(name, "ascending") for name in schema.names]
        found = pa.concat_tables([getattr(part, kind) for part in parts])
        assert found.sort_by(order) == getattr(whole, kind).sort_by(order)
    assert count_events(filled) == 300


def test_all_facts_of_a_lead_are_in_one_part(filled, tmp_path):
    parts = write_partitions(filled, tmp_path, 4)
    for number, facts in enumerate(parts):
        assert {parts.part_of(lead) for lead in facts.events["lead_id"].to_pylist()} <= {number}
    assert parts.parts_of(pa.array(LEADS)).tolist() == [parts.part_of(lead) for lead in LEADS]


def test_leads_linked_by_accounts_are_in_one_part(filled, tmp_path):
    apart = write_partitions(filled, tmp_path, 16)
    assert len({apart.part_of(lead) for lead in ("lead 1", "lead 2", "lead 3")}) > 1
    (tmp_path / "b").mkdir()
    together = write_partitions(filled, tmp_path / "b", 16, OF_ACCOUNTS)
    assert len({together.part_of(lead) for lead in ("lead 1", "lead 2", "lead 3")}) == 1


def test_properties_are_read_only_if_a_feature_asks_for_them(filled, tmp_path):
    (part,) = write_partitions(filled, tmp_path, 1)
    assert part.events["properties"].null_count == 300
