"""All facts as Arrow tables, for training and batch scoring; not imported by the service."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from leadscore.domain.progress import Progress, silent
from leadscore.features.facts import PEOPLE, SCHEMAS, Facts
from leadscore.features.linked_facts import linked
from leadscore.store.bulk import collector_paused, stream_rows
from leadscore.store.engine import Store, reading
from leadscore.store.links import each_membership
from leadscore.store.tables import ATTRIBUTES, EVENTS, LEADS, OUTCOMES

_CHUNK_ROWS = 50_000
_LEADS_AT_ONCE = 500
_ORDER = {
    LEADS.name: ("lead_id",),
    ATTRIBUTES.name: ("lead_id", "name", "known_at"),
    EVENTS.name: ("lead_id", "occurred_at", "event_id"),
    OUTCOMES.name: ("lead_id", "occurred_at", "outcome"),
}


def load_facts(
    store: Store, as_of: int | None = None, progress: Progress = silent, *, properties: bool = False
) -> Facts:
    """All facts, or those known before an instant, in an order that does not depend on the order of imports.

    as_of    epoch microseconds, exclusive; see `Facts.known_before`.
    progress told the rows read so far, table by table.
    properties  whether the events' properties are read; without, that column is null.
    """
    with reading(store) as connection, collector_paused():
        tables = {
            table.name: _load(connection, table, as_of, progress, properties)
            for table in (LEADS, ATTRIBUTES, EVENTS, OUTCOMES)
        }
        people = load_people(connection, as_of)
    facts = Facts(**tables)
    return linked(facts if as_of is None else facts.known_before(as_of), people)


def load_people(connection: sa.Connection, as_of: int | None = None) -> pa.Table:
    """The ids that belong to a person who goes by another one, by the schema PEOPLE.

    as_of    only what was known before it, epoch microseconds; None: all.
    """
    members = [each for each in each_membership(connection) if as_of is None or each.since < as_of]
    return pa.Table.from_pylist([each._asdict() for each in members], schema=PEOPLE)


def load_facts_of(store: Store, lead_ids: Sequence[str], *, properties: bool = False) -> Facts:
    """All facts of some leads, past and future of any instant alike; any id of a person stands for all of its ids."""
    tables = {}
    with reading(store) as connection:
        people = load_people(connection)
        asked = pa.array(lead_ids, pa.string())
        persons = people.filter(pc.is_in(people["lead_id"], value_set=asked))["person"].to_pylist()
        around = pa.array([*lead_ids, *persons], pa.string())
        people = people.filter(pc.is_in(people["person"], value_set=around))
        lead_ids = list(dict.fromkeys([*around.to_pylist(), *people["lead_id"].to_pylist()]))
        for table in (LEADS, ATTRIBUTES, EVENTS, OUTCOMES):
            schema = SCHEMAS[table.name]
            found: list[Any] = []
            for start in range(0, len(lead_ids), _LEADS_AT_ONCE):
                query = _columns(table, properties).where(table.c.lead_id.in_(lead_ids[start : start + _LEADS_AT_ONCE]))
                found += connection.execute(query).all()
            columns = list(zip(*found, strict=True)) or [()] * len(schema)
            arrays = [pa.array(values, kind) for values, kind in zip(columns, schema.types, strict=True)]
            tables[table.name] = pa.table(arrays, schema=schema)
    return linked(Facts(**tables), people)


def _columns(table: sa.Table, properties: bool) -> sa.Select[Any]:
    names = SCHEMAS[table.name].names
    return sa.select(*(sa.null() if name == "properties" and not properties else table.c[name] for name in names))


def stream_table(
    connection: sa.Connection, table: sa.Table, as_of: int | None, progress: Progress, *, properties: bool
) -> Iterator[pa.RecordBatch]:
    """The rows of one table of facts in batches, by its schema; those known exactly at `as_of` may be among them."""
    schema = SCHEMAS[table.name]
    query = _columns(table, properties)
    total = sa.select(sa.func.count()).select_from(table)
    if as_of is not None:
        # Facts known exactly at `as_of` may have arrived with a lead created just then: `known_before` decides.
        known = (table.c.created_at if table is LEADS else table.c.known_at) <= as_of
        query, total = query.where(known), total.where(known)
    count, done = connection.execute(total).scalar_one(), 0
    for rows in stream_rows(connection, query, _CHUNK_ROWS):
        columns = [pa.array(values, kind) for values, kind in zip(zip(*rows, strict=True), schema.types, strict=True)]
        yield pa.record_batch(columns, schema=schema)
        done += len(rows)
        progress(f"reading {table.name}", done, count)


def _load(
    connection: sa.Connection, table: sa.Table, as_of: int | None, progress: Progress, properties: bool
) -> pa.Table:
    batches = list(stream_table(connection, table, as_of, progress, properties=properties))
    whole = pa.Table.from_batches(batches, schema=SCHEMAS[table.name])
    return whole.sort_by([(name, "ascending") for name in _ORDER[table.name]])
