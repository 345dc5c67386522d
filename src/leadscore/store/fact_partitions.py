"""Facts as Parquet files by lead, so that work on a long history needs the memory of one part only."""

import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leadscore.features.facts import PEOPLE, SCHEMAS, Facts
from leadscore.features.feature_set import FeatureSet
from leadscore.features.linked_facts import linked


@dataclass(frozen=True)
class FactPartitions:
    """Parts of the facts in a folder; all facts of a lead, and of the leads it shares an account with, are in one.

    count     number of parts.
    together  lead -> the lead by whose id its part is found; only leads that share an account or a person are in it.
    people    who goes by another id, by the schema PEOPLE.
    """

    folder: Path
    count: int
    together: Mapping[str, str]
    people: pa.Table = field(default_factory=PEOPLE.empty_table)

    def part_of(self, lead_id: str) -> int:
        """The part that holds a lead."""
        return zlib.crc32(self.together.get(lead_id, lead_id).encode("utf-8", "surrogatepass")) % self.count

    def parts_of(self, lead_ids: pa.Array) -> np.ndarray:
        """The part of each lead, shape (n,)."""
        coded = lead_ids.dictionary_encode()
        if self.together:
            found = [self.part_of(lead) for lead in coded.dictionary.to_pylist()]
        else:
            found = [zlib.crc32(text) % self.count for text in coded.dictionary.cast(pa.binary()).to_pylist()]
        parts = np.array(found, np.int64)
        return parts[coded.indices.to_numpy(zero_copy_only=False)] if len(parts) else np.zeros(0, np.int64)

    def read(self, part: int, feature_set: FeatureSet | None = None) -> Facts:
        """The facts of one part; with a feature set, columns of the events that it does not read are null."""
        wanted = SCHEMAS["events"].names if feature_set is None else feature_set.event_columns
        tables = {
            kind: _read(self.path(kind, part), schema, wanted if kind == "events" else schema.names)
            for kind, schema in SCHEMAS.items()
        }
        if not self.people.num_rows:
            return Facts(**tables)
        mine = pc.is_in(self.people["lead_id"], value_set=pa.array(self._members.get(part, []), pa.string()))
        plain = {name: _plain(table) for name, table in tables.items()}
        return linked(Facts(**plain), self.people.filter(mine))

    @cached_property
    def _members(self) -> dict[int, list[str]]:
        """The ids of each part that belong to a person who goes by another one."""
        found: dict[int, list[str]] = {}
        for lead in self.people["lead_id"].to_pylist():
            found.setdefault(self.part_of(lead), []).append(lead)
        return found

    def __iter__(self) -> Iterator[Facts]:
        return (self.read(part) for part in range(self.count))

    def path(self, kind: str, part: int) -> Path:
        """The file of one table of one part."""
        return self.folder / f"{kind}-{part}.parquet"


def _plain(table: pa.Table) -> pa.Table:
    """The table with texts in place of their codes."""
    types = [kind.value_type if pa.types.is_dictionary(kind) else kind for kind in table.schema.types]
    return table.cast(pa.schema(list(zip(table.column_names, types, strict=True))))


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
