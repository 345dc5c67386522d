"""Links between ids, and the people that follow from them, always of one state."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import sqlalchemy as sa

from leadscore.domain.identity import Link, Membership
from leadscore.ingest.identity import Refused, links_of_lead, resolve
from leadscore.store.bulk import Row, delete_rows, fetch_rows, insert_rows
from leadscore.store.engine import Store, reading, writing
from leadscore.store.tables import LINKS, PEOPLE

MOST_LINKS = 200
_KEY = tuple(LINKS.primary_key.columns.keys())


def add_links(connection: sa.Connection, links: Sequence[Link]) -> int:
    """Store links within a transaction of the caller, and who is who after them.

    A pair that is known already keeps the earliest times; the same links in any order come to the same people. What is
    linked to MOST_LINKS others already is everybody's, like the address of a test: nothing more is learnt from it, but
    it can still be split off.
    Returns  number of links that are new or were said earlier than known.
    """
    wanted: dict[Row, Link] = {}
    for link in links:
        wanted[link[:3]] = _earliest(wanted.get(link[:3], link), link)
    stored: dict[Row, Link] = {link[:3]: link for link in _links(fetch_rows(connection, LINKS, _KEY, list(wanted)))}
    told = {key: _earliest(stored.get(key, link), link) for key, link in wanted.items()}
    changed = [link for key, link in told.items() if stored.get(key) != link]
    joining = [link for link in changed if link[:3] not in stored and link.kind != "split"]
    crowded = _crowded(connection, joining)
    changed = [link for link in changed if link not in joining or not {link.one, link.other} & crowded]
    if changed:
        delete_rows(connection, LINKS, [link[:3] for link in changed if link[:3] in stored])
        insert_rows(connection, LINKS, changed)
        settle(connection, {end for link in changed for end in (link.one, link.other)})
    return len(changed)


def set_addresses(connection: sa.Connection, addresses: Mapping[str, Collection[tuple[int, str | None]]]) -> None:
    """Make the links of leads those that follow from the e-mail addresses that files gave them, and no others.

    addresses   lead -> since when each address was known, epoch microseconds, and the address: all that are stored.
    """
    wanted = {link for lead, told in addresses.items() for link in links_of_lead(lead, told)}
    held = set(_links(fetch_rows(connection, LINKS, ("kind", "one"), [("lead_email", lead) for lead in addresses])))
    if wanted != held:
        delete_rows(connection, LINKS, [link[:3] for link in held - wanted])
        add_links(connection, sorted(wanted - held))
        settle(connection, {end for link in held - wanted for end in (link.one, link.other)})


def split(store: Store, lead_id: str, other: str, now: int) -> None:
    """Keep two ids apart for good, whatever says that they are one person; every id keeps its own facts."""
    one, two = sorted((lead_id, other))
    with writing(store) as connection:
        add_links(connection, [Link("split", one, two, now, now, "leadscore identity --apart")])


def person_of(connection: sa.Connection, lead_id: str, as_of: int | None = None) -> str:
    """The id that somebody goes by; the given one itself if it belongs to nobody else.

    as_of    only what was known before it counts, epoch microseconds; None: all of it.
    """
    query = sa.select(PEOPLE.c.person).where(PEOPLE.c.lead_id == lead_id)
    if as_of is not None:
        query = query.where(PEOPLE.c.since < as_of)
    return connection.execute(query).scalar() or lead_id


def members_of(connection: sa.Connection, person: str) -> list[Membership]:
    """The other ids of a person, by id."""
    found = connection.execute(sa.select(PEOPLE).where(PEOPLE.c.person == person).order_by(PEOPLE.c.lead_id))
    return [Membership(*row) for row in found]


def other_ids(store: Store, person: str) -> list[str]:
    """The other ids of a person."""
    with reading(store) as connection:
        return [each.lead_id for each in members_of(connection, person)]


def each_membership(connection: sa.Connection) -> Iterator[Membership]:
    """All ids that belong to a person who goes by another one."""
    for row in connection.execute(sa.select(PEOPLE).order_by(PEOPLE.c.lead_id)):
        yield Membership(*row)


def links_around(store: Store, lead_id: str) -> tuple[list[Link], list[Refused]]:
    """Everything that was said about an id and all that it is linked to, and what of it was refused."""
    with reading(store) as connection:
        links = _component(connection, {lead_id})
    return sorted(links, key=lambda link: (link.occurred_at, link)), resolve(links).refused


def ids_around(connection: sa.Connection, ends: Collection[str], most: int) -> set[str]:
    """All ids and hashes that hang together with some ids; none if they are more than a number."""
    seen: set[str] = set()
    near = set(ends)
    while near := near - seen:
        seen |= near
        if len(seen) > most:
            return set()
        keys = [(end,) for end in near]
        near = {
            end for by in ("one", "other") for row in fetch_rows(connection, LINKS, (by,), keys) for end in row[1:3]
        }
    return seen


def _crowded(connection: sa.Connection, new: Sequence[Link]) -> set[str]:
    """The ends of new links that have as many links as anything may have."""
    ends = sorted({end for link in new for end in (link.one, link.other)})
    near = [fetch_rows(connection, LINKS, (by,), [(end,) for end in ends]) for by in ("one", "other")]
    counts = Counter(end for rows in near for _, one, other, *_ in rows for end in (one, other))
    return {end for end in ends if counts[end] >= MOST_LINKS}


def settle(connection: sa.Connection, ends: Collection[str]) -> None:
    """Write anew who is who among all that hangs together with some ids, within a transaction of the caller."""
    links = _component(connection, ends)
    ids = {*ends, *(end for link in links for end in (link.one, link.other))}
    if not ids:
        return
    connection.execute(sa.delete(PEOPLE).where(PEOPLE.c.lead_id == sa.bindparam("gone")), [{"gone": i} for i in ids])
    insert_rows(connection, PEOPLE, resolve(links).members)


def _component(connection: sa.Connection, ends: Collection[str]) -> set[Link]:
    """All links that hang together with some ids; an id and a hash of equal text are told apart by `resolve`."""
    seen: set[str] = set()
    found: set[Link] = set()
    while ends := set(ends) - seen:
        seen |= ends
        keys = [(end,) for end in ends]
        near = {link for by in ("one", "other") for link in _links(fetch_rows(connection, LINKS, (by,), keys))}
        found |= near
        ends = {end for link in near for end in (link.one, link.other)}
    return found


def _earliest(link: Link, other: Link) -> Link:
    first = min(link, other, key=_when_said)
    return first._replace(known_at=min(link.known_at, other.known_at))


def _when_said(link: Link) -> tuple[int, str]:
    return link.occurred_at, link.said_by or ""


def _links(rows: Iterable[Sequence[object]]) -> list[Link]:
    return [Link(*row) for row in rows]  # type: ignore[arg-type]
