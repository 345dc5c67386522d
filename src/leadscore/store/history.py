"""Reading what is known: the history of one lead, and what the store holds as a whole."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue
from leadscore.domain.outcome import Outcome
from leadscore.features.linked_history import linked_history
from leadscore.features.online import LeadHistory
from leadscore.store.bulk import Row, stream_rows
from leadscore.store.engine import Store, reading
from leadscore.store.links import members_of, person_of
from leadscore.store.messages import count_messages
from leadscore.store.tables import ATTRIBUTES, DEAD_LETTERS, EVENTS, LEADS, OUTCOMES

_STREAMED_ROWS = 10_000
_COUNTED = (LEADS, ATTRIBUTES, EVENTS, OUTCOMES, DEAD_LETTERS)


def load_history(store: Store, lead_id: str, as_of: int | None = None) -> LeadHistory | None:
    """Everything stored of one lead, past and future of any instant alike; None if there is no such lead.

    lead_id  any id of a person; the history is that of the id it goes by, with the facts of all of its ids.
    as_of    before which an id must be known to belong to a person to stand for it, epoch microseconds; None: ever.
    Attributes, events and outcomes come in order of time; all of them are of one state of the store.
    """
    with reading(store) as connection:
        person = person_of(connection, lead_id, as_of)
        own = _history(connection, person)
        if own is None:
            return None
        others = [(each, _history(connection, each.lead_id, 0)) for each in members_of(connection, person)]
        return linked_history(own, [(each, history) for each, history in others if history is not None])


def _history(connection: sa.Connection, lead_id: str, without_lead: int | None = None) -> LeadHistory | None:
    """What is stored under one id; `without_lead` is the creation of a lead that is none."""
    created_at = connection.execute(sa.select(LEADS.c.created_at).where(LEADS.c.lead_id == lead_id)).scalar()
    created_at = without_lead if created_at is None else created_at
    if created_at is None:
        return None
    return LeadHistory(
        lead_id,
        created_at,
        tuple(AttributeValue(**row) for row in _rows(connection, ATTRIBUTES, lead_id, ("known_at", "name"))),
        tuple(Event(**row) for row in _rows(connection, EVENTS, lead_id, ("occurred_at", "event_id"))),
        tuple(Outcome(**row) for row in _rows(connection, OUTCOMES, lead_id, ("occurred_at", "outcome"))),
    )


def outcomes_before_creation(store: Store) -> list[tuple[str, int, int]]:
    """Outcomes that occurred before their lead was created: lead_id, occurred_at, created_at, by lead_id."""
    early = (
        sa.select(OUTCOMES.c.lead_id, OUTCOMES.c.occurred_at, LEADS.c.created_at)
        .join_from(OUTCOMES, LEADS, OUTCOMES.c.lead_id == LEADS.c.lead_id)
        .where(OUTCOMES.c.occurred_at < LEADS.c.created_at)
        .order_by(OUTCOMES.c.lead_id, OUTCOMES.c.occurred_at)
    )
    with reading(store) as connection:
        return [(lead_id, occurred_at, created_at) for lead_id, occurred_at, created_at in connection.execute(early)]


def counts(store: Store) -> dict[str, int]:
    """Number of rows by table: leads, attributes, events, outcomes, messages, dead_letters."""
    with reading(store) as connection:
        found = {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in _COUNTED
        }
        return {**found, "messages": count_messages(connection)}


def _rows(connection: sa.Connection, table: sa.Table, lead_id: str, order: tuple[str, ...]) -> list[dict[str, Any]]:
    columns = [column for column in table.c if column.name != "stated_at"]
    names = [column.name for column in columns]
    found = connection.execute(sa.select(*columns).where(table.c.lead_id == lead_id)).all()
    rows = [dict(zip(names, row, strict=True)) for row in found]
    return sorted(rows, key=lambda row: tuple(row[name] for name in order))


def each_event(store: Store, columns: Sequence[str]) -> Iterator[Row]:
    """The given columns of all events in the order of their ids, without holding them all."""
    query = sa.select(*(EVENTS.c[name] for name in columns)).order_by(EVENTS.c.event_id)
    with reading(store) as connection:
        for rows in stream_rows(connection, query, _STREAMED_ROWS):
            yield from rows
