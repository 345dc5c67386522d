"""Facts as Parquet files by lead, so that work on a long history needs the memory of one part only."""

import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from leadscore.domain.progress import Progress, silent
from leadscore.features.facts import SCHEMAS, Facts
from leadscore.features.feature_set import FeatureSet
from leadscore.store.bulk import collector_paused
from leadscore.store.engine import Store, reading
from leadscore.store.facts_arrow import stream_table
from leadscore.store.tables import ATTRIBUTES, EVENTS, LEADS, OUTCOMES


@dataclass(frozen=True)
class FactPartitions:
    """Parts of the facts in a folder; all facts of a lead, and of the leads it shares an account with, are in one.

    count     number of parts.
    together  lead -> the lead by whose id its part is found; only leads that share an account are in it.
    """

    folder: Path
    count: int
    together: Mapping[str, str]

    def part_of(self, lead_id: str) -> int:
        """The part that holds a lead."""
        return zlib.crc32(self.together.get(lead_id, lead_id).encode("utf-8", "surrogatepass")) % self.count

    def parts_of(self, lead_ids: pa.Array) -> np.ndarray:
        """The part of each lead, shape (n,)."""
        coded = lead_ids.dictionary_encode()
        parts = np.array([self.part_of(lead) for lead in coded.dictionary.to_pylist()], np.int64)
        return parts[coded.indices.to_numpy(zero_copy_only=False)] if len(parts) else np.zeros(0, np.int64)

    def read(self, part: int, feature_set: FeatureSet | None = None) -> Facts:
        """The facts of one part; with a feature set, columns of the events that it does not read are null."""
        wanted = SCHEMAS["events"].names if feature_set is None else feature_set.event_columns
        return Facts(
            **{
                kind: _read(self._path(kind, part), schema, wanted if kind == "events" else schema.names)
                for kind, schema in SCHEMAS.items()
            }
        )

    def __iter__(self) -> Iterator[Facts]:
        return (self.read(part) for part in range(self.count))

    def _path(self, kind: str, part: int) -> Path:
        return self.folder / f"{kind}-{part}.parquet"


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
        together = {} if account is None else _sharing(connection, account)
        parts = FactPartitions(folder, count, together)
        for table in (LEADS, ATTRIBUTES, EVENTS, OUTCOMES):
            with ExitStack() as stack:
                writers = [
                    stack.enter_context(pq.ParquetWriter(parts._path(table.name, part), SCHEMAS[table.name]))
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


def _read(path: Path, schema: pa.Schema, wanted: Collection[str]) -> pa.Table:
    names = [name for name in schema.names if name in wanted]
    if len(names) == len(schema):
        return pq.read_table(path, schema=schema)
    # Ids and types repeat: their codes are enough for counting, and the texts need not be made.
    found = pq.read_table(path, columns=names, read_dictionary=["lead_id", "type"])
    columns = {
        field.name: found[field.name] if field.name in wanted else pa.nulls(found.num_rows, field.type)
        for field in schema
    }
    return pa.table(columns)


def _sharing(connection: sa.Connection, attribute: str) -> dict[str, str]:
    """Lead -> the first lead of the group that is linked to it by shared accounts."""
    query = sa.select(ATTRIBUTES.c.value, ATTRIBUTES.c.lead_id).where(
        ATTRIBUTES.c.name == attribute, ATTRIBUTES.c.value.is_not(None), ATTRIBUTES.c.value != ""
    )
    leader: dict[str, str] = {}

    def first(lead: str) -> str:
        while leader.setdefault(lead, lead) != lead:
            leader[lead] = leader[leader[lead]]
            lead = leader[lead]
        return lead

    of_account: dict[str, str] = {}
    for account, lead in connection.execute(query):
        one, other = sorted((first(of_account.setdefault(account, lead)), first(lead)))
        leader[other] = one
    return {lead: first(lead) for lead in leader}
