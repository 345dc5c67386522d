"""Facts and snapshots as integer columns ordered by lead, the form that the SQL texts read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.features.facts import Facts
from leadscore.features.feature_set import FeatureSet

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """The snapshots whose lead exists, ordered by lead.

    row         position in the table as given, shape (n,).
    lead        number of the lead, rising, shape (n,).
    as_of       epoch microseconds, shape (n,).
    lead_ids    text id by lead number.
    created_at  by lead number, epoch microseconds.
    """

    row: Ints
    lead: Ints
    as_of: Ints
    lead_ids: pa.Array
    created_at: Ints

    def parts(self, rows_per_lead: Ints, pairs_at_once: int) -> Iterator[slice]:
        """Runs of snapshots that meet about `pairs_at_once` rows of another table, given its rows per lead."""
        if not len(self.row):
            return
        meetings = np.cumsum(rows_per_lead[self.lead] + 1) // pairs_at_once
        ends = [*(np.flatnonzero(np.diff(meetings)) + 1).tolist(), len(self.row)]
        for start, stop in zip([0, *ends[:-1]], ends, strict=True):
            yield slice(start, stop)

    def table(self, part: slice) -> pa.Table:
        """The `snapshots` table of the SQL texts for one part; snapshot_row counts from the part's first row."""
        rows = np.arange(part.stop - part.start, dtype=np.int64)
        return pa.table({"snapshot_row": rows, "lead": self.lead[part], "as_of": self.as_of[part]})


@dataclass(frozen=True)
class ByLead:
    """Rows of a table that can be cut by lead number.

    table    with the column `lead`, any order.
    per_lead number of rows by lead number.
    """

    table: pa.Table
    per_lead: Ints

    def of_leads(self, first: int, last: int) -> pa.Table:
        """The rows of the leads numbered first to last, both included; nothing is copied but once."""
        if first == 0 and last == len(self.per_lead) - 1:
            return self.table
        start, stop = self._offsets[first], self._offsets[last + 1]
        return self._ordered.slice(start, stop - start)

    @cached_property
    def _ordered(self) -> pa.Table:
        order = np.argsort(self.table["lead"].to_numpy(), kind="stable")
        return self.table.take(order).combine_chunks()

    @cached_property
    def _offsets(self) -> Ints:
        return np.concatenate([[0], np.cumsum(self.per_lead)])


@dataclass(frozen=True)
class CodedAttributes:
    """Attribute values with numbers for leads; `attribute` is a column of the feature matrix, values[turn] a figure."""

    rows: ByLead
    values: Floats


def asked_snapshots(facts: Facts, snapshots: pa.Table) -> Asked:
    """The snapshots of leads that exist as of their instant, ordered by lead."""
    as_of = integers(snapshots["as_of"])
    persons = facts.persons(snapshots)
    lead_ids = pc.unique(persons)
    lead = integers(pc.index_in(persons, value_set=lead_ids))
    place = pc.index_in(lead_ids, value_set=facts.leads["lead_id"].combine_chunks())
    created_at = integers(pc.fill_null(facts.leads["created_at"].take(place), np.iinfo(np.int64).max))
    row = np.flatnonzero(created_at[lead] <= as_of)
    row = row[np.argsort(lead[row], kind="stable")]
    return Asked(row, lead[row], as_of[row], lead_ids, created_at)


def code_attributes(attributes: pa.Table, asked: Asked, feature_set: FeatureSet) -> CodedAttributes:
    """The attribute values of the asked leads that some feature reads, each encoded and with its turn in time."""
    columns = {f.attribute: position for position, f in enumerate(feature_set.features) if f.attribute is not None}
    names = pa.array(list(columns), pa.string())
    lead = pc.index_in(attributes["lead_id"], value_set=asked.lead_ids)
    kept = pc.and_(pc.is_valid(lead), pc.is_in(attributes["name"], value_set=names))
    attributes, lead = attributes.filter(kept), integers(lead.filter(kept))
    name = integers(pc.index_in(attributes["name"], value_set=names))
    texts = pc.unique(attributes["value"])
    text = integers(pc.index_in(attributes["value"], value_set=texts))
    known_at = integers(attributes["known_at"])
    turns = np.lexsort((ranks(texts)[text], known_at))
    turn = np.empty(len(turns), np.int64)
    turn[turns] = np.arange(len(turns))
    values = np.full(len(turn), np.nan)
    for number, attribute in enumerate(columns):
        mine = name == number
        used, which = np.unique(text[mine], return_inverse=True)
        encoder = feature_set.encoders[attribute]
        values[turn[mine]] = np.array([encoder.encode(t) for t in texts.take(used).to_pylist()], np.float64)[which]
    positions = np.array(list(columns.values()), np.int64)
    table = {
        "attribute": positions[name],
        "turn": turn,
        "known_at": known_at,
        "created_at": asked.created_at[lead],
    }
    return CodedAttributes(by_lead(lead, table, len(asked.lead_ids)), values)


def by_lead(lead: Ints, columns: Mapping[str, pa.Array | Ints], leads: int) -> ByLead:
    """Columns as a table by lead number, below `leads`."""
    return ByLead(pa.table({"lead": lead, **columns}), np.bincount(lead, minlength=leads).astype(np.int64))


def numbered(texts: pa.ChunkedArray, among: pa.Array) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """The place of each text among distinct ones, and whether it is there at all; both of shape (n,)."""
    whole = texts.combine_chunks()
    coded = whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()
    places = pc.fill_null(pc.index_in(coded.dictionary, value_set=among), -1).to_numpy(zero_copy_only=False)
    codes = coded.indices
    number = np.append(places, -1)[pc.fill_null(codes, len(places)).to_numpy(zero_copy_only=False)].astype(np.int64)
    return number, number >= 0


def ranks(texts: pa.Array) -> Ints:
    """The place of each text in code-point order; an empty value comes before every text."""
    places = np.empty(len(texts), np.int64)
    places[pc.sort_indices(texts).to_numpy()] = np.arange(len(texts))
    places[pc.is_null(texts).to_numpy(zero_copy_only=False)] = -1
    return places


def integers(column: pa.ChunkedArray | pa.Array) -> Ints:
    """A column without nulls as int64."""
    return (
        np.asarray(column.to_numpy(), np.int64) if isinstance(column, pa.ChunkedArray) else np.asarray(column, np.int64)
    )
