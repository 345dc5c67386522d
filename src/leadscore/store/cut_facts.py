"""Stream the facts of the store into parts by lead."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from leadscore.domain.progress import Progress, silent
from leadscore.features.facts import SCHEMAS
from leadscore.features.feature_set import FeatureSet
from leadscore.store.bulk import collector_paused
from leadscore.store.engine import Store, reading
from leadscore.store.fact_partitions import FactPartitions
from leadscore.store.facts_arrow import load_people, stream_table
from leadscore.store.tables import ATTRIBUTES, EVENTS, LEADS, OUTCOMES


def write_partitions(
    store: Store,
    folder: Path,
    count: int,
    feature_set: FeatureSet | None = None,
    progress: Progress = silent,
) -> FactPartitions:
    """Stream all facts into `count` parts.

    folder       exists and is empty.
    feature_set  decides whether properties are read and leads of one account stay together; None does neither.
    """
    properties = feature_set is not None and feature_set.reads_properties
    account = feature_set.account_attribute if feature_set is not None and feature_set.reads_accounts else None
    with reading(store) as connection, collector_paused():
        people = load_people(connection)
        pairs = list(zip(people["lead_id"].to_pylist(), people["person"].to_pylist(), strict=True))
        parts = FactPartitions(folder, count, _together([*pairs, *_sharing(connection, account)]), people)
        for table in (LEADS, ATTRIBUTES, EVENTS, OUTCOMES):
            with ExitStack() as stack:
                writers = [
                    stack.enter_context(pq.ParquetWriter(parts.path(table.name, part), SCHEMAS[table.name]))
                    for part in range(count)
                ]
                for batch in stream_table(connection, table, None, progress, properties=properties):
                    rows = pa.Table.from_batches([batch])
                    numbers = parts.parts_of(batch["lead_id"])
                    for part in np.unique(numbers).tolist():
                        writers[part].write_table(rows.filter(pa.array(numbers == part)))
    return parts


def count_events(store: Store) -> int:
    """How many events are stored."""
    with reading(store) as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(EVENTS)).scalar_one())


def _sharing(connection: sa.Connection, attribute: str | None) -> Iterator[tuple[str, str]]:
    """Pairs of leads that link all leads which ever shared an account; none without the attribute that names it."""
    if attribute is None:
        return
    query = sa.select(ATTRIBUTES.c.value, ATTRIBUTES.c.lead_id).where(
        ATTRIBUTES.c.name == attribute, ATTRIBUTES.c.value.is_not(None), ATTRIBUTES.c.value != ""
    )
    of_account: dict[str, str] = {}
    for account, lead in connection.execute(query):
        yield of_account.setdefault(account, lead), lead


def _together(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Lead -> the first lead of the group that pairs link it to."""
    leader: dict[str, str] = {}

    def first(lead: str) -> str:
        while leader.setdefault(lead, lead) != lead:
            leader[lead] = leader[leader[lead]]
            lead = leader[lead]
        return lead

    for pair in pairs:
        one, other = sorted(first(lead) for lead in pair)
        leader[other] = one
    return {lead: first(lead) for lead in leader}
