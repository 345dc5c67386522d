"""From the rows that SQL answers to the dense feature matrix."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadscore.features.aggregations import days, decayed_count, decayed_value, value_sum
from leadscore.features.definitions import Feature
from leadscore.features.feature_set import FeatureSet
from leadscore.features.sql import ALL_TYPES

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Sums = dict[str, Ints]

_FIGURES: dict[str, Callable[[Feature, Sums, Ints], Floats]] = {
    "count": lambda f, sums, _: _floats(sums[f"count_{f.window_days or 'ever'}"]),
    "decayed": lambda f, sums, _: decayed_count(_floats(sums[f"decayed_{f.half_life_days}"])),
    "value": lambda _, sums, __: value_sum(_floats(sums["value_ever"])),
    "value_decayed": lambda f, sums, _: decayed_value(
        _floats(sums[f"high_{f.half_life_days}"]), _floats(sums[f"low_{f.half_life_days}"])
    ),
    "days_since_last": lambda _, sums, as_of: days(_floats(as_of - sums["last_at"])),
    "days_since_first": lambda _, sums, as_of: days(_floats(as_of - sums["first_at"])),
    "active_days": lambda f, sums, _: _floats(sums[f"active_{f.window_days}"]),
    "types": lambda f, sums, _: _floats(sums[f"types_{f.window_days}"]),
}


def scatter_events(
    block: Floats, feature_set: FeatureSet, answer: pa.Table, types: tuple[str, ...], as_of: Ints
) -> None:
    """Write the event features of the snapshots that have visible events; the others keep what stands in the block.

    block   float64 of shape (snapshots of the part, features), changed in place.
    answer  what `event_sql` gave for the part.
    types   text of each event type number.
    as_of   of each snapshot of the part.
    """
    sums = {name: np.asarray(answer[name].to_numpy(), np.int64) for name in answer.column_names}
    order = np.argsort(sums["event_type"], kind="stable")
    sums = {name: column[order] for name, column in sums.items()}
    starts = np.searchsorted(sums["event_type"], np.arange(ALL_TYPES, len(types) + 1))
    runs = {event_type: slice(starts[number + 1], starts[number + 2]) for number, event_type in enumerate(types)}
    together = _over_all_types(sums, int(starts[1]), len(block), feature_set.features)
    for position, feature in enumerate(feature_set.features):
        if feature.kind in ("attribute", "lead_age"):
            continue
        if feature.event_type is None:
            mine = together
        elif feature.event_type in runs:
            mine = {name: column[runs[feature.event_type]] for name, column in sums.items()}
        else:
            continue
        rows = mine["snapshot_row"]
        block[rows, position] = _FIGURES[feature.kind](feature, mine, as_of[rows])


def scatter_attributes(block: Floats, answer: pa.Table, values: Floats) -> None:
    """Write the attribute features; `answer` is what `LATEST_ATTRIBUTES` gave, values the figure of each turn."""
    rows, columns, turns = (np.asarray(answer[name].to_numpy(), np.int64) for name in answer.column_names)
    block[rows, columns] = values[turns]


def _over_all_types(sums: Sums, active_rows: int, snapshots: int, features: tuple[Feature, ...]) -> Sums:
    """The sums of all types together, of the snapshots that have any; the first rows hold the active days."""
    rows = sums["snapshot_row"]
    typed = slice(active_rows, None)
    together: Sums = {}
    for name in _needed(features):
        kind, _, days_text = name.partition("_")
        column = np.zeros(snapshots, np.int64)
        if kind == "active":
            column[rows[:active_rows]] = sums[name][:active_rows]
        elif kind == "types":
            np.add.at(column, rows[typed], sums[f"count_{days_text}"][typed] > 0)
        else:
            np.add.at(column, rows[typed], sums[name][typed])
        together[name] = column
    last_at = np.full(snapshots, np.iinfo(np.int64).min)
    np.maximum.at(last_at, rows[typed], sums["last_at"][typed])
    first_at = np.full(snapshots, np.iinfo(np.int64).max)
    np.minimum.at(first_at, rows[typed], sums["first_at"][typed])
    present = np.unique(rows[typed])
    together |= {"last_at": last_at, "first_at": first_at, "snapshot_row": np.arange(snapshots)}
    return {name: column[present] for name, column in together.items()}


def _needed(features: tuple[Feature, ...]) -> set[str]:
    prefix = {"count": "count", "decayed": "decayed", "active_days": "active", "types": "types"}
    return {
        f"{prefix[feature.kind]}_{feature.half_life_days or feature.window_days or 'ever'}"
        for feature in features
        if feature.event_type is None and feature.kind in prefix
    }


def _floats(numbers: Ints) -> Floats:
    return numbers.astype(np.float64)
