"""What each table holds about people: the one map that erasing and exporting go by."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from leadscore.ingest.identity import address_node, is_address_name
from leadscore.ingest.mentions import ADDRESS, Mentions, id_word
from leadscore.store.bulk import Row, fetch_rows, stream_rows
from leadscore.store.links import members_of, person_of
from leadscore.store.tables import (
    API_KEYS,
    ATTRIBUTES,
    DEAD_LETTERS,
    DECISIONS,
    FRESHNESS,
    INFO,
    LEADS,
    LINKS,
    MESSAGES,
    OUTCOMES,
    PEOPLE,
    SCORES,
    SHADOW_SCORES,
    SUPPRESSED,
    TRACKED_EVENTS,
)

BY_ID: dict[sa.Table, tuple[str, ...]] = {
    LEADS: ("lead_id",),
    ATTRIBUTES: ("lead_id",),
    TRACKED_EVENTS: ("lead_id",),
    OUTCOMES: ("lead_id",),
    MESSAGES: ("lead_id",),
    LINKS: ("one", "other"),
    PEOPLE: ("lead_id", "person"),
    SCORES: ("lead_id",),
    DECISIONS: ("lead_id",),
    SHADOW_SCORES: ("lead_id",),
    FRESHNESS: ("lead_id",),
}
"""Tables whose rows are about whom their columns name."""
BY_CONTENT: dict[sa.Table, tuple[str, ...]] = {DEAD_LETTERS: ("body", "reason")}
"""Tables whose rows are about whom their texts speak of."""
IMPERSONAL = {
    API_KEYS: "keys of systems",
    INFO: "facts about the store",
    SUPPRESSED: "hashes that tell nothing without the store's secret",
}
"""Tables that hold nothing about people, and why."""

ADDRESS_LINKS = ("email", "user_email", "lead_email")
"""Kinds of links from an id to the hash of an address."""
_ROWS_AT_ONCE = 1_000


@dataclass(frozen=True)
class Person:
    """All ids of somebody, and the words (`ingest.mentions`) for the e-mail addresses that are nobody else's.

    shared   how many further addresses are used by leads that are other people.
    """

    ids: frozenset[str]
    addresses: frozenset[str] = frozenset()
    shared: int = 0

    @property
    def words(self) -> set[str]:
        """The words for all ids and addresses."""
        return {id_word(each) for each in self.ids} | self.addresses

    @property
    def mentions(self) -> Mentions:
        """What speaks of the person."""
        return Mentions(self.ids, self.addresses)


def find_person(connection: sa.Connection, lead_ids: Collection[str]) -> Person:
    """Who goes by an id, or by one of several; an id that is stored nowhere stands for itself alone."""
    names = {person_of(connection, lead_id) for lead_id in lead_ids}
    members = {each.lead_id for name in names for each in members_of(connection, name)}
    ids = frozenset({*lead_ids, *names, *members})
    stated = _stated_addresses(connection, ids)
    nodes = {row[2] for row in _rows_of(connection, LINKS, ids) if row[0] in ADDRESS_LINKS}
    nodes |= {node for each in (*ids, *stated) if (node := address_node(each)) is not None}
    others = _users_of_nodes(connection, nodes, stated, ids)
    own = frozenset(ADDRESS + node for node in nodes - others)
    return Person(ids, own, len(nodes & others))


def rows_of(connection: sa.Connection, person: Person) -> dict[sa.Table, list[Row]]:
    """Every stored row about a person, by table, values in the order of the table's columns."""
    found = {table: _rows_of(connection, table, person.ids) for table in BY_ID}
    mentions = person.mentions
    for table, columns in BY_CONTENT.items():
        places = [table.c.keys().index(name) for name in columns]
        query = sa.select(table)
        found[table] = [
            tuple(row)
            for rows in stream_rows(connection, query, _ROWS_AT_ONCE)
            for row in rows
            if any(mentions.within(row[place]) for place in places)
        ]
    return found


def _rows_of(connection: sa.Connection, table: sa.Table, ids: Iterable[str]) -> list[Row]:
    keys = [(each,) for each in sorted(ids)]
    found = {row: None for by in BY_ID[table] for row in fetch_rows(connection, table, (by,), keys)}
    return list(found)


def _stated_addresses(connection: sa.Connection, ids: frozenset[str]) -> dict[str, str]:
    """E-mail addresses among the attributes, as they stand there -> their hashes."""
    values = [row[3] for row in _rows_of(connection, ATTRIBUTES, ids) if _holds_own_address(row[1])]
    return {value: node for value in values if (node := address_node(value)) is not None}


def _holds_own_address(name: str) -> bool:
    return is_address_name(name.casefold().removeprefix("work_").removeprefix("private_"))


def _users_of_nodes(
    connection: sa.Connection, nodes: set[str], stated: dict[str, str], ids: frozenset[str]
) -> set[str]:
    """Those of some hashes of addresses that other people use too."""
    users = defaultdict[str, set[str]](set)
    for kind, one, other, *_ in fetch_rows(connection, LINKS, ("other",), [(node,) for node in sorted(nodes)]):
        if kind in ADDRESS_LINKS:
            users[other].add(one)
    written = {value.strip().casefold() for value in stated}
    query = sa.select(ATTRIBUTES.c.lead_id, ATTRIBUTES.c.name, ATTRIBUTES.c.value)
    same: Any = sa.func.lower(ATTRIBUTES.c.value).in_(sorted(written))
    for lead_id, name, value in connection.execute(query.where(same)) if written else ():
        if _holds_own_address(name):
            users[str(address_node(value))].add(lead_id)
    return {node for node, leads in users.items() if leads - ids}
