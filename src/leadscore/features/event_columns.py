"""Events as integer columns: every event in the series of its type, and in each selection that accepts it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.domain.time import DAY_US, HOUR_US
from leadscore.features.arithmetic import DECAY_SCALE, VALUE_DECAY_SCALE, VALUE_LIMIT, decay_weights
from leadscore.features.columns import Asked, ByLead, Ints, by_lead, integers, numbered
from leadscore.features.definitions import Selection
from leadscore.features.feature_set import FeatureSet
from leadscore.features.filters import FIRST_WEEKDAY, EventFilter
from leadscore.features.series import Series

Mask = npt.NDArray[np.bool_]
_KEYS = {"type": "event_type", "channel": "channel", "campaign": "campaign"}


@dataclass(frozen=True)
class CodedEvents:
    """Events with numbers for leads and series; types[i] is the text of series i."""

    rows: ByLead
    types: tuple[str, ...]


def code_events(events: pa.Table, asked: Asked, feature_set: FeatureSet) -> CodedEvents:
    """The events of the asked leads that count in some feature; none of the accounts' events is among them."""
    series = Series(feature_set.features)
    events, lead, types = _counting(events, asked.lead_ids, feature_set)
    coded = _coded(events, lead, numbered(events["type"], types)[0], series)
    own = [pair for pair in series.numbers.items() if not pair[0].account]
    return CodedEvents(
        _together([coded, *_selected(events, coded, own)], len(asked.lead_ids)), tuple(types.to_pylist())
    )


def code_account_events(events: pa.Table, lead_ids: pa.Array, feature_set: FeatureSet) -> pa.Table:
    """The events of the given leads in the series over accounts; leads are numbered by their place in `lead_ids`."""
    series = Series(feature_set.features)
    events, lead, _ = _counting(events, lead_ids, feature_set)
    coded = _coded(events, lead, np.zeros(len(lead), np.int64), series)
    of_accounts = [pair for pair in series.numbers.items() if pair[0].account]
    return pa.concat_tables([coded.slice(0, 0), *_selected(events, coded, of_accounts)]).combine_chunks()


def accepted(conditions: EventFilter, events: pa.Table) -> Mask:
    """Which rows of an events table count, shape (n,): `EventFilter.accepts` for many."""
    kept = np.ones(events.num_rows, np.bool_)
    lists = (("type", conditions.types), ("channel", conditions.channels), ("campaign", conditions.campaigns))
    for column, wanted in lists:
        if wanted:
            kept &= _boolean(pc.is_in(events[column].cast(pa.string()), value_set=pa.array(wanted, pa.string())))
    occurred_at = events["occurred_at"].to_numpy()
    if conditions.hours is not None:
        hours = [hour for hour in range(24) if conditions.in_hours(hour)]
        kept &= np.isin(occurred_at // HOUR_US % 24, hours)
    if conditions.weekdays:
        kept &= np.isin((occurred_at // DAY_US + FIRST_WEEKDAY) % 7, conditions.weekdays)
    if conditions.properties:
        texts = pc.unique(events["properties"])
        good = texts.filter(pa.array([conditions.has_properties(text) for text in texts.to_pylist()], pa.bool_()))
        kept &= _boolean(pc.is_in(events["properties"], value_set=good))
    return kept


def weight_table(half_lives: Sequence[int]) -> pa.Table:
    """The `weights` table of the SQL texts, as long as any weight is above 0."""
    columns = {f"count_weight_{h}": decay_weights(h, DECAY_SCALE) for h in half_lives}
    columns |= {f"value_weight_{h}": decay_weights(h, VALUE_DECAY_SCALE) for h in half_lives}
    length = max((len(weights) for weights in columns.values()), default=0)
    padded = {name: np.array(weights + (0,) * (length - len(weights)), np.int64) for name, weights in columns.items()}
    return pa.table({"age_days": np.arange(length, dtype=np.int64), **padded})


def _counting(events: pa.Table, lead_ids: pa.Array, feature_set: FeatureSet) -> tuple[pa.Table, Ints, pa.Array]:
    """The events that count, the number of the lead of each, and their types."""
    lead, kept = numbered(events["lead_id"], lead_ids)
    types = pc.unique(pc.unique(events["type"]).cast(pa.string()))
    counting = types.filter(pc.invert(pc.is_in(types, value_set=pa.array(feature_set.ignored_types, pa.string()))))
    if len(counting) < len(types):
        kept &= numbered(events["type"], counting)[1]
    if not kept.all():
        events, lead = events.filter(pa.array(kept)), lead[kept]
    return events, lead, counting


def _coded(events: pa.Table, lead: Ints, number: Ints, series: Series) -> pa.Table:
    columns = {
        "lead": lead,
        "series": number,
        "occurred_at": events["occurred_at"],
        "known_at": events["known_at"],
        "event_value": pc.min_element_wise(
            pc.max_element_wise(events["value"], -VALUE_LIMIT, skip_nulls=False), VALUE_LIMIT, skip_nulls=False
        ),
    }
    for key in _KEYS.keys() & set(series.levels()):
        texts = pc.unique(pc.unique(events[key]).cast(pa.string()))
        columns[_KEYS[key]] = numbered(events[key], pc.drop_null(texts))[0]
    return pa.table(columns)


def _selected(events: pa.Table, coded: pa.Table, selections: Sequence[tuple[Selection, int]]) -> Iterator[pa.Table]:
    place = coded.column_names.index("series")
    for selection, number in selections:
        conditions = selection.filter or EventFilter()
        kept = accepted(conditions, events)
        if selection.event_type is not None:
            kept &= accepted(EventFilter(types=(selection.event_type,)), events)
        rows = coded.take(np.flatnonzero(kept))
        yield rows.set_column(place, "series", pa.array(np.full(rows.num_rows, number, np.int64)))


def _together(tables: Sequence[pa.Table], leads: int) -> ByLead:
    whole = pa.concat_tables(tables)
    columns = {name: whole[name] for name in whole.column_names if name != "lead"}
    return by_lead(integers(whole["lead"]), columns, leads)


def _boolean(column: pa.ChunkedArray) -> Mask:
    return np.asarray(column.to_numpy(), np.bool_)
