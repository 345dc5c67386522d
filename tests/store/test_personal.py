"""The map of what is about whom is complete."""

import re

import sqlalchemy as sa

from leadscore.domain.identity import Link
from leadscore.domain.lead import AttributeValue
from leadscore.ingest.identity import address_node
from leadscore.ingest.mentions import ADDRESS
from leadscore.store.engine import reading, writing
from leadscore.store.facts import insert_attributes
from leadscore.store.links import add_links
from leadscore.store.personal import BY_CONTENT, BY_ID, IMPERSONAL, find_person
from leadscore.store.tables import METADATA

NAMES_SOMEBODY = re.compile(r"lead|person|user|message_id|^one$|^other$|email|body")


def undeclared(metadata: sa.MetaData) -> list[str]:
    """Tables that nobody decided about, and columns that seem to name somebody in tables said to hold nobody."""
    declared = {table.name for table in (*BY_ID, *BY_CONTENT, *IMPERSONAL)}
    silent = {table.name for table in IMPERSONAL}
    tables = metadata.sorted_tables
    found = [table.name for table in tables if table.name not in declared]
    found += [f"{t.name}.{c.name}" for t in tables if t.name in silent for c in t.c if NAMES_SOMEBODY.search(c.name)]
    by_id = {f"{table.name}.{name}" for table, names in BY_ID.items() for name in names}
    ids = {f"{t.name}.{c.name}" for t in tables for c in t.c if c.name in ("lead_id", "person", "one", "other")}
    return found + sorted(ids - by_id)


def test_every_table_is_declared_as_about_people_or_not() -> None:
    assert undeclared(METADATA) == []


def test_a_new_table_that_nobody_declared_is_noticed() -> None:
    grown = sa.MetaData()
    for table in METADATA.sorted_tables:
        table.to_metadata(grown)
    sa.Table("notes", grown, sa.Column("note_id", sa.Text, primary_key=True), sa.Column("lead_id", sa.Text))
    assert undeclared(grown) == ["notes", "notes.lead_id"]


def test_a_person_is_all_ids_and_the_addresses_that_are_nobody_elses(store) -> None:
    mine, ours = address_node("ann@own.test"), address_node("home@shared.test")
    with writing(store) as connection:
        add_links(
            connection,
            [
                Link("device", "anon-1", "ann", 1, 1),
                Link("user_email", "ann", mine, 1, 1),
                Link("user_email", "ann", ours, 1, 1),
                Link("user_email", "bob", ours, 2, 2),
            ],
        )
    insert_attributes(
        store,
        [
            AttributeValue("ann", "work_email", "Ann@Work.test", 5),
            AttributeValue("ann", "manager_email", "boss@work.test", 5),
            AttributeValue("ann", "email", "Team@work.test", 5),
            AttributeValue("cyd", "E-Mail", "team@work.test", 5),
        ],
    )
    with reading(store) as connection:
        for lead_id in ("ann", "anon-1"):
            person = find_person(connection, [lead_id])
            assert person.ids == {"ann", "anon-1"}
            assert person.addresses == {ADDRESS + node for node in (mine, address_node("ann@work.test"))}
            assert person.shared == 2
        assert find_person(connection, ["nobody"]).ids == {"nobody"}
