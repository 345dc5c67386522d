"""One case per person, whatever ids it was known under."""

import pyarrow as pa

from leadscore.dataset.person_numbers import person_numbers
from leadscore.features.facts import PEOPLE, SCHEMAS, Facts


def facts(leads: list[str], people: list[tuple[str, str]]) -> Facts:
    tables = {name: schema.empty_table() for name, schema in SCHEMAS.items()}
    tables["leads"] = pa.table({"lead_id": leads, "created_at": [0] * len(leads)}, schema=SCHEMAS["leads"])
    rows = [{"lead_id": lead, "person": person, "since": 5} for lead, person in people]
    return Facts(**tables, people=pa.Table.from_pylist(rows, schema=PEOPLE))


def test_all_ids_of_a_person_have_one_number_and_other_leads_their_own() -> None:
    known = facts(["a1", "a2", "u1", "x"], [("a1", "u1"), ("a2", "u1")])
    first, second, user, other, again = person_numbers(pa.array(["a1", "a2", "u1", "x", "a1"]), known).tolist()
    assert first == second == user == again != other


def test_rows_of_the_same_facts_have_the_same_numbers_in_any_set() -> None:
    known = facts(["a", "b", "c"], [])
    assert person_numbers(pa.array(["c", "a"]), known).tolist() == [2, 0]
    assert person_numbers(pa.array([], pa.string()), known).tolist() == []


def test_a_person_who_is_no_lead_of_its_own_has_a_number_too() -> None:
    assert person_numbers(pa.array(["a1"]), facts(["a1"], [("a1", "u9")])).tolist() == [1]
