"""Up to when the facts of each lead are in its newest score: which leads have to be looked at again, and when."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from leadscore.ingest.mentions import id_word
from leadscore.store.bulk import delete_rows, fetch_rows
from leadscore.store.engine import Connection, Store, reading
from leadscore.store.links import ids_around
from leadscore.store.suppression import nobody_suppressed, suppressed_places
from leadscore.store.tables import ATTRIBUTES, EVENTS, FRESHNESS, LEADS, LINKS, OUTCOMES, PEOPLE

_MOST_AROUND = 200


class Looked(NamedTuple):
    """A lead was scored from the facts known before an instant, epoch microseconds; whether it may still buy."""

    lead_id: str
    at: int
    is_open: bool


def mark_looked(connection: Connection, looked: Sequence[Looked]) -> None:
    """Remember, within a transaction of the caller, that leads were looked at; erased people are not remembered.

    Of two looks the one at the later instant counts, in whatever order they are told.
    """
    if looked and not nobody_suppressed(connection):
        erased = suppressed_places(connection, [(id_word(each.lead_id),) for each in looked])
        looked = [each for place, each in enumerate(looked) if place not in erased]
    if not looked:
        return
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(FRESHNESS)
    told = insert.excluded
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=[FRESHNESS.c.lead_id],
            set_={"looked_at": told.looked_at, "is_open": told.is_open},
            where=told.looked_at >= FRESHNESS.c.looked_at,
        ),
        [{"lead_id": each.lead_id, "looked_at": each.at, "is_open": int(each.is_open)} for each in looked],
    )


def forget_looked(connection: Connection, lead_ids: Sequence[str]) -> None:
    """Forget, within a transaction of the caller, about ids that are no lead of their own any more."""
    delete_rows(connection, FRESHNESS, [(lead_id,) for lead_id in lead_ids])


def count_open(store: Store) -> int:
    """How many open leads were looked at ever."""
    query = sa.select(sa.func.count()).select_from(FRESHNESS).where(FRESHNESS.c.is_open == 1)
    with reading(store) as connection:
        return connection.execute(query).scalar_one()


def looked_at_before(store: Store, instant: int, limit: int) -> list[str]:
    """The open leads that nobody has looked at since an instant, epoch microseconds; the longest unseen first."""
    old = sa.and_(FRESHNESS.c.is_open == 1, FRESHNESS.c.looked_at < instant)
    query = sa.select(FRESHNESS.c.lead_id).where(old).order_by(FRESHNESS.c.looked_at, FRESHNESS.c.lead_id)
    with reading(store) as connection:
        return list(connection.execute(query.limit(limit)).scalars())


def people_near(store: Store, lead_ids: Sequence[str]) -> list[str]:
    """The people that some ids belong to, and those that a link of one of the ids may have given to or taken from.

    Of very many that hang together, only those of the ids themselves.
    """
    with reading(store) as connection:
        around = ids_around(connection, lead_ids, _MOST_AROUND)
        people = _people(connection, [*lead_ids, *around])
        found = dict.fromkeys(people.get(each, each) for each in (*lead_ids, *around))
        leads = {row[0] for row in fetch_rows(connection, LEADS, ("lead_id",), [(each,) for each in found])}
    return [each for each in found if each in leads]


def behind(store: Store, after: str, limit: int, now: int) -> tuple[list[str], str | None]:
    """People about whom something became known since they were looked at, and open leads nobody ever looked at.

    after    only ids later than this one are gone through: "", then what the call before returned.
    limit    how many ids are gone through at most.
    now      facts known before it count, epoch microseconds.
    Returns  the people, and the last id gone through; None once all are.

    A fact that says it was known long before it was stored is not found here.
    """
    there = sa.select(LEADS.c.lead_id).where(LEADS.c.lead_id > after, LEADS.c.created_at < now)
    with reading(store) as connection:
        ids = list(connection.execute(there.order_by(LEADS.c.lead_id).limit(limit)).scalars())
        people = _people(connection, ids)
        keys = [(each,) for each in {people.get(each, each) for each in ids}]
        looked = {row[0]: row[1] for row in fetch_rows(connection, FRESHNESS, ("lead_id",), keys)}
        active, ended = _newest(connection, ids, now)
    found = dict[str, None]()
    for each in ids:
        person = people.get(each, each)
        seen_at = looked.get(person)
        end = ended.get(each, -1)
        newest = max(active.get(each, -1), end)
        if newest >= seen_at if seen_at is not None else newest > end or end < 0:
            found[person] = None
    return list(found), ids[-1] if len(ids) == limit else None


def _people(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Those of the ids that belong to somebody who goes by another one -> that one."""
    return {row[0]: row[1] for row in fetch_rows(connection, PEOPLE, ("lead_id",), [(each,) for each in ids])}


def _newest(connection: Connection, ids: Sequence[str], now: int) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """When something became known last of each id: whatever it is but an outcome, and an outcome."""
    active: dict[str, int] = {}
    told = ((EVENTS, "lead_id"), (ATTRIBUTES, "lead_id"), (LINKS, "one"), (LINKS, "other"), (PEOPLE, "lead_id"))
    for table, column in told:
        for lead_id, known_at in _latest(connection, table, column, ids, now):
            active[lead_id] = max(known_at, active.get(lead_id, known_at))
    return active, dict(_latest(connection, OUTCOMES, "lead_id", ids, now))


def _latest(
    connection: Connection, table: sa.Table, column: str, ids: Sequence[str], now: int
) -> Sequence[tuple[str, int]]:
    known_at = table.c["since" if table is PEOPLE else "known_at"]
    wanted = sa.and_(table.c[column].in_(ids), known_at < now)
    query = sa.select(table.c[column], sa.func.max(known_at)).where(wanted).group_by(table.c[column])
    return [(lead_id, at) for lead_id, at in connection.execute(query)]
