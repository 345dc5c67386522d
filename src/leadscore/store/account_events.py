"""What the other leads of an account did."""

from collections import defaultdict

import sqlalchemy as sa

from leadscore.domain.consent import CONSENT, consented_events
from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue
from leadscore.features.accounts import latest_value
from leadscore.features.online import LeadHistory
from leadscore.store.bulk import fetch_rows
from leadscore.store.engine import Store, reading
from leadscore.store.history import load_history
from leadscore.store.links import person_of
from leadscore.store.tables import ATTRIBUTES, EVENTS, LEADS, PEOPLE

_LEADS_AT_ONCE = 500


def load_account_events(
    store: Store, history: LeadHistory, attribute: str, as_of: int, *, respect_consent: bool = False
) -> tuple[Event, ...] | None:
    """Events of the other leads that belong to the lead's account as of an instant; None if it belongs to none.

    attribute   the lead attribute that names the account.
    respect_consent  whether to leave out events that occurred when their lead had refused.
    """
    mine = [value for value in history.attributes if value.name == attribute]
    account = latest_value(mine, history.created_at, as_of)
    if account is None:
        return None
    with reading(store) as connection:
        candidates = _ever_members(connection, attribute, account)
        several = _under_several_ids(connection, candidates)
        others = sorted(_members(connection, attribute, account, as_of) - {history.lead_id} - several)
        events = _events(connection, others, respect_consent)
        persons = sorted({person_of(connection, lead, as_of) for lead in several} - {history.lead_id})
    for person in persons:
        known = load_history(store, person, as_of)
        if known is not None and _belongs(known, attribute, account, as_of):
            own = known.events
            events += consented_events(own, known.attributes, known.refused_before) if respect_consent else own
    return tuple(events)


def _events(connection: sa.Connection, leads: list[str], respect_consent: bool) -> list[Event]:
    names = [column.name for column in EVENTS.c]
    found: list[Event] = []
    for start in range(0, len(leads), _LEADS_AT_ONCE):
        some = leads[start : start + _LEADS_AT_ONCE]
        rows = connection.execute(sa.select(EVENTS).where(EVENTS.c.lead_id.in_(some)))
        found += [Event(**dict(zip(names, row, strict=True))) for row in rows]
    if not respect_consent:
        return found
    by_lead, told = defaultdict[str, list[Event]](list), defaultdict[str, list[AttributeValue]](list)
    for event in found:
        by_lead[event.lead_id].append(event)
    for lead_id, name, known_at, value, _ in fetch_rows(
        connection, ATTRIBUTES, ("lead_id", "name"), [(lead, CONSENT) for lead in leads]
    ):
        told[lead_id].append(AttributeValue(lead_id, name, value, known_at))
    return [event for lead, mine in by_lead.items() for event in consented_events(mine, told[lead])]


def _belongs(history: LeadHistory, attribute: str, account: str, as_of: int) -> bool:
    mine = [value for value in history.attributes if value.name == attribute]
    return latest_value(mine, history.created_at, as_of) == account


def _ever_members(connection: sa.Connection, attribute: str, account: str) -> set[str]:
    query = sa.select(ATTRIBUTES.c.lead_id).where(ATTRIBUTES.c.name == attribute, ATTRIBUTES.c.value == account)
    return set(connection.execute(query).scalars())


def _under_several_ids(connection: sa.Connection, leads: set[str]) -> set[str]:
    """Those of the leads that are a person with other ids, or one of these ids."""
    keys = [(lead,) for lead in sorted(leads)]
    found = {row[0] for row in fetch_rows(connection, PEOPLE, ("lead_id",), keys)}
    return found | {row[1] for row in fetch_rows(connection, PEOPLE, ("person",), keys)}


def _members(connection: sa.Connection, attribute: str, account: str, as_of: int) -> set[str]:
    """The leads whose latest visible account is the given one."""
    once = sa.select(ATTRIBUTES.c.lead_id).where(ATTRIBUTES.c.name == attribute, ATTRIBUTES.c.value == account)
    found = connection.execute(
        sa.select(ATTRIBUTES.c.lead_id, ATTRIBUTES.c.value, ATTRIBUTES.c.known_at, LEADS.c.created_at)
        .outerjoin(LEADS, LEADS.c.lead_id == ATTRIBUTES.c.lead_id)
        .where(ATTRIBUTES.c.name == attribute, ATTRIBUTES.c.lead_id.in_(once))
    ).all()
    values: dict[str, list[AttributeValue]] = defaultdict(list)
    created: dict[str, int | None] = {}
    for lead_id, value, known_at, created_at in found:
        values[lead_id].append(AttributeValue(lead_id, attribute, value, known_at))
        created[lead_id] = created_at
    return {lead for lead, mine in values.items() if latest_value(mine, created[lead], as_of) == account}
