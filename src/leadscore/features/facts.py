"""The facts of a company as Arrow tables: what bulk computation reads."""

import hashlib
import io
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

SCHEMAS: dict[str, pa.Schema] = {
    "leads": pa.schema([("lead_id", pa.string()), ("created_at", pa.int64())]),
    "attributes": pa.schema(
        [("lead_id", pa.string()), ("name", pa.string()), ("value", pa.string()), ("known_at", pa.int64())]
    ),
    "events": pa.schema(
        [
            ("event_id", pa.string()),
            ("lead_id", pa.string()),
            ("type", pa.string()),
            ("occurred_at", pa.int64()),
            ("known_at", pa.int64()),
            ("value", pa.int64()),
            ("channel", pa.string()),
            ("campaign", pa.string()),
            ("properties", pa.string()),
        ]
    ),
    "outcomes": pa.schema(
        [("lead_id", pa.string()), ("outcome", pa.string()), ("occurred_at", pa.int64()), ("known_at", pa.int64())]
    ),
}
"""Column names and types of the four tables of `Facts`; times are epoch microseconds, UTC."""
PEOPLE = pa.schema([("lead_id", pa.string()), ("person", pa.string()), ("since", pa.int64())])
"""Ids that belong to a person who goes by another one, known since an instant (epoch microseconds)."""


@dataclass(frozen=True)
class Facts:
    """All facts of a company, or those known before an instant; each table has the schema of `SCHEMAS`, any row order.

    leads       one row per lead.
    attributes  history of each attribute; the columns of the leads file, `source` too, have known_at = created_at.
    events      engagement events, one row per event_id; value in thousandths or null; properties is
                JSON text, read from the store only where some feature asks for it, else null.
    outcomes    how leads ended; a lead may have none or several.
    people      who goes by another id, by the schema PEOPLE; the other tables have been `linked` by it already.
    refused_before  event_ids of what members did when they had refused, while they were leads of their own.
    """

    leads: pa.Table
    attributes: pa.Table
    events: pa.Table
    outcomes: pa.Table
    people: pa.Table = field(default_factory=PEOPLE.empty_table)
    refused_before: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))

    def known_before(self, as_of: int) -> "Facts":
        """The facts that could have been used as of an instant; everything learned from them is blind to the future.

        as_of     epoch microseconds, exclusive.
        Returns   leads created at or before as_of; attributes, events and outcomes known before it. The attributes that
                  arrive with a lead count from the lead's own first instant, so those of a lead created just then stay.
        """
        born_now = self.leads.filter(pc.equal(self.leads["created_at"], as_of))["lead_id"]
        arriving = pc.and_(
            pc.equal(self.attributes["known_at"], as_of),
            pc.is_in(self.attributes["lead_id"], value_set=born_now.combine_chunks()),
        )
        return replace(
            self,
            leads=self.leads.filter(pc.less_equal(self.leads["created_at"], as_of)),
            attributes=self.attributes.filter(pc.or_(pc.less(self.attributes["known_at"], as_of), arriving)),
            events=self.events.filter(pc.less(self.events["known_at"], as_of)),
            outcomes=self.outcomes.filter(pc.less(self.outcomes["known_at"], as_of)),
            people=self.people.filter(pc.less(self.people["since"], as_of)),
        )

    def without_properties(self) -> "Facts":
        """The same facts, the column of the events' properties being null."""
        place = self.events.schema.get_field_index("properties")
        nothing = pa.nulls(self.events.num_rows, pa.string())
        return replace(self, events=self.events.set_column(place, SCHEMAS["events"].field(place), nothing))

    def persons(self, snapshots: pa.Table) -> pa.ChunkedArray:
        """The id that each asked lead goes by as of its instant, shape (n,).

        snapshots  columns lead_id (string) and as_of (int64, epoch microseconds).
        """
        if not self.people.num_rows:
            return snapshots["lead_id"]
        place = pc.index_in(snapshots["lead_id"], value_set=self.people["lead_id"].combine_chunks())
        belongs = pc.fill_null(pc.less(self.people["since"].take(place), snapshots["as_of"]), False)
        return pc.if_else(belongs, self.people["person"].take(place), snapshots["lead_id"])

    def existing(self, snapshots: pa.Table) -> pa.ChunkedArray:
        """Whether each asked lead had been created by its instant, shape (n,); columns as for `persons`."""
        place = pc.index_in(self.persons(snapshots), value_set=self.leads["lead_id"].combine_chunks())
        return pc.fill_null(pc.less_equal(self.leads["created_at"].take(place), snapshots["as_of"]), False)

    def digest(self) -> str:
        """`sha256:` and 16 hex digits over all facts, whatever their order: the same facts give the same digest."""
        whole = hashlib.sha256()
        for kind, schema in SCHEMAS.items():
            table = getattr(self, kind)
            ordered = table.select(schema.names).sort_by([(name, "ascending") for name in schema.names])
            with pa.ipc.new_stream(pa.PythonFile(_Hashed(whole), mode="w"), schema) as stream:
                stream.write_table(ordered.cast(schema).combine_chunks())
        return "sha256:" + whole.hexdigest()[:16]


class _Hashed(io.RawIOBase):
    """A file that keeps only the hash of what is written to it."""

    def __init__(self, whole: "hashlib._Hash") -> None:
        self._whole = whole

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._whole.update(content)
        return len(content)
