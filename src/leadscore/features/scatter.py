"""From the rows that SQL answers to the dense feature matrix."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadscore.features.aggregation import Operation, Sums, Term
from leadscore.features.definitions import NOT_OF_EVENTS, SHARE, Feature, Selection
from leadscore.features.feature_set import FeatureSet
from leadscore.features.series import ANY, Series, aggregation_of, level_of
from leadscore.features.sql import LEVELS, terms_of

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_MOST_SMALL = 2**15
_MERGE: dict[Operation, np.ufunc] = {"COUNT": np.add, "SUM": np.add, "MIN": np.minimum, "MAX": np.maximum}


class _Answer:
    """What `event_sql` gave for some snapshots, by level and series."""

    def __init__(self, table: pa.Table, features: Sequence[Feature], types: Sequence[str]) -> None:
        columns = {name: np.asarray(table[name].to_numpy(), np.int64) for name in table.column_names}
        # Few distinct keys in 16 bits: numpy orders these by counting, not by comparing.
        least = int(columns["series"].min(initial=0))
        width = int(columns["series"].max(initial=0)) - least + 1
        number = columns["level"] * width + columns["series"] - least
        order = np.argsort(number.astype(np.int16) if width * len(LEVELS) < _MOST_SMALL else number, kind="stable")
        self._columns = {name: column[order] for name, column in columns.items()}
        self._series = Series(tuple(features))
        self._types = types
        self._together = self._all_types(features)

    def sums(self, selection: Selection, level: str) -> Sums:
        """The terms of one selection, one row per snapshot that has any; all columns of one length."""
        number = self._series.of(selection, level, self._types)
        if number == ANY and level == "event":
            return self._together
        return {name: column[self._run(level, number)] for name, column in self._columns.items()}

    def _run(self, level: str, number: int | None, upto: int | None = None) -> slice:
        if number is None:
            return slice(0, 0)
        place = LEVELS.index(level)
        of_level = slice(*np.searchsorted(self._columns["level"], [place, place + 1]).tolist())
        series = self._columns["series"][of_level]
        first = np.searchsorted(series, number)
        end = np.searchsorted(series, number if upto is None else upto, side="right")
        return slice(int(of_level.start + first), int(of_level.start + end))

    def _all_types(self, features: Sequence[Feature]) -> Sums:
        terms: dict[str, Term] = {}
        for feature in features:
            if feature.kind in NOT_OF_EVENTS or level_of(feature) != "event":
                continue
            read = [feature.selection, feature.whole] if feature.kind == SHARE else [feature.selection]
            if ANY in map(self._number, read):
                terms |= terms_of(feature)
        if not terms:
            return {"snapshot_row": np.zeros(0, np.int64)}
        run = self._run("event", 0, upto=len(self._types))
        rows = self._columns["snapshot_row"][run]
        order = np.argsort(rows, kind="stable")
        rows = rows[order]
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        together = {"snapshot_row": rows[starts]}
        for name, term in terms.items():
            column = self._columns[name][run][order]
            merge = _MERGE[term.merge or term.operation]
            together[name] = merge.reduceat(column, starts) if len(starts) else column
        return together

    def _number(self, selection: Selection) -> int | None:
        return self._series.of(selection, "event", self._types)


def scatter_events(
    block: Floats, feature_set: FeatureSet, table: pa.Table, types: tuple[str, ...], as_of: Ints
) -> None:
    """Write the event features of the snapshots that have visible events; the others keep what stands in the block.

    block   float64 of shape (snapshots of the part, features), changed in place.
    table   what `event_sql` gave for the part.
    types   text of each event type number.
    as_of   of each snapshot of the part.
    """
    answer = _Answer(table, feature_set.features, types)
    for position, feature in enumerate(feature_set.features):
        if feature.kind == SHARE:
            part, whole = (_counts(answer, each, feature, len(block)) for each in (feature.selection, feature.whole))
            known = np.flatnonzero(whole)
            block[known, position] = part[known] / whole[known]
        elif feature.kind not in NOT_OF_EVENTS:
            sums = answer.sums(feature.selection, level_of(feature))
            rows = sums["snapshot_row"]
            if len(rows):
                block[rows, position] = aggregation_of(feature).figure(sums, feature.span, as_of[rows])


def scatter_attributes(block: Floats, answer: pa.Table, values: Floats) -> None:
    """Write the attribute features; `answer` is what `LATEST_ATTRIBUTES` gave, values the figure of each turn."""
    rows, columns, turns = (np.asarray(answer[name].to_numpy(), np.int64) for name in answer.column_names)
    block[rows, columns] = values[turns]


def _counts(answer: _Answer, selection: Selection, feature: Feature, snapshots: int) -> Floats:
    sums = answer.sums(selection, "event")
    counts = np.zeros(snapshots)
    (name,) = terms_of(feature)
    if len(sums["snapshot_row"]):
        counts[sums["snapshot_row"]] = sums[name]
    return counts
