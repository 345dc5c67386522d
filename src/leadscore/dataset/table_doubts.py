"""What is doubtful about the rows and columns of a table, said by column before anything is learnt or scored."""

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from leadscore.dataset.column_cells import ColumnCells, days, is_grouped, is_infinite, is_number, may_be_grouped
from leadscore.dataset.table import TableRequest
from leadscore.domain.notice import Notice, rows_named
from leadscore.features.feature_set import Encoder, FeatureSet
from leadscore.features.table_columns import text_of

_MOST_NAMED = 12
_NEARLY_ALL = 0.8
"""Share of the cells of a column that say what the column holds."""
_MOSTLY_DISTINCT = 0.5
"""Share of distinct values from which on a column tells rows apart."""
_MOSTLY_UNKNOWN = 0.5
"""Share of values a model has not learnt from which on they are a fault."""


def note_doubts(frame: pd.DataFrame, request: TableRequest, where: str, notice: Notice) -> None:
    """Say what a person should know about a table that is to teach, beside its labels and its times."""
    own = {request.target, request.id_column, request.time_column, *request.exclude}
    cells = {str(name): ColumnCells(frame[name]) for name in frame.columns if name not in own}
    in_file_order = request.time_column is None and not request.shuffled
    for name, column in cells.items():
        for doubt in _of_numbers(column):
            notice(f"{where}, column {name}: {doubt}")
        if in_file_order and _falls(column):
            notice(
                f"{where}, column {name}: its dates fall from row to row, but file order counts as time order; "
                f"add --time {name}"
            )
    _note_idle(cells, where, notice)
    _note_contradictions(frame, request, cells, where, notice)
    if request.id_column is not None:
        _note_ids(ColumnCells(frame[request.id_column]), f"{where}, column {request.id_column}", notice)
    _note_repeats(frame, cells, where, notice)


def note_unread(frame: pd.DataFrame, features: FeatureSet, where: str, notice: Notice) -> None:
    """Say which cells of a table to score a model cannot read, and so takes as missing or as never seen."""
    for name, encoder in features.encoders.items():
        column = ColumnCells(frame[name])
        if not column.present:
            notice(f"{where}, column {name}: no row holds a value; export it with its values")
            continue
        unread = column.which(partial(_is_unread, encoder))
        told, least = f"no {encoder.kind}, so counted as missing,", 0.0
        if encoder.kind == "category":
            # Rare values are not stored, so some unknown ones are no fault; when they are many, words were changed.
            told, least = "a value the model has not learnt", _MOSTLY_UNKNOWN * column.present
        if (rows := column.rows(unread)) > least:
            notice(f"{where}, column {name}: {told} in {rows_named(rows)}, first {column.first(unread)}; mend them")


def _is_unread(encoder: Encoder, text: str) -> bool:
    return text not in encoder.values if encoder.kind == "category" else math.isnan(encoder.encode(text))


def _of_numbers(column: ColumnCells) -> Iterator[str]:
    """Doubts about a column of numbers."""
    number = column.which(is_number)
    if number[column.held].all() and not any("," in text for text in column.texts if text):
        return
    infinite = column.which(is_infinite)
    grouped, comma = column.which(is_grouped), column.which(may_be_grouped)
    if column.rows(number | infinite | grouped) < _NEARLY_ALL * column.present:
        return
    if grouped.any():
        yield (
            f"separators of thousands in {rows_named(column.rows(grouped))} of {column.present:,}, "
            f"first {column.first(grouped)}; they are not read as numbers, export them without"
        )
    elif comma.any() and (comma | column.which(lambda text: "," not in text))[column.held].all():
        yield (
            f"{column.first(comma)} is read with a decimal comma; if it separates thousands, export numbers without it"
        )
    if infinite.any():
        yield f"infinite in {rows_named(column.rows(infinite))}, first {column.first(infinite)}; empty such cells"
    other = column.held & ~(number | infinite | grouped)
    if other.any():
        yield (
            f"{column.rows(other):,} of {column.present:,} cells are no number, first {column.first(other)}; "
            "mend them, or leave them empty"
        )


def _falls(column: ColumnCells) -> bool:
    """Whether nearly all cells are dates that fall from row to row."""
    if not column.rows(column.which(lambda text: text[:4].isdigit())) >= _NEARLY_ALL * column.present > 0:
        return False
    by_row = column.by_row(days(column.texts))
    known = by_row[~np.isnan(by_row)]
    steps = np.diff(known)
    return bool(len(known) >= _NEARLY_ALL * len(by_row) and (steps < 0).sum() > 0 and (steps <= 0).mean() > 0.95)


def _note_idle(cells: dict[str, ColumnCells], where: str, notice: Notice) -> None:
    empty = [name for name, column in cells.items() if not column.present]
    constant = [name for name, column in cells.items() if column.held.sum() == 1 and column.held.all()]
    if empty:
        notice(f"{where}: no value stands in column {_listed(empty)}, which therefore teaches nothing; --exclude it")
    if constant:
        notice(f"{where}: one value stands in every row of column {_listed(constant)}, which teaches nothing")


def _note_ids(column: ColumnCells, place: str, notice: Notice) -> None:
    if column.present < column.counts.sum():
        empty = ~column.held
        notice(f"{place}: no id in {rows_named(column.rows(empty))}, first {column.first(empty)}; give each its id")
    twice = column.held & (column.counts > 1)
    if twice.any():
        notice(
            f"{place}: {rows_named(column.rows(twice))} share their id with another, first {column.first(twice)}; "
            "keep one row of each lead, or the same lead may teach and judge"
        )


def _note_contradictions(
    frame: pd.DataFrame, request: TableRequest, cells: dict[str, ColumnCells], where: str, notice: Notice
) -> None:
    """Say which leads have rows of different outcomes: by their id, else by being alike in all other columns."""
    frame = frame.reset_index(drop=True)
    if request.id_column is not None:
        alike, same = frame[request.id_column][frame[request.id_column].map(text_of).notna()], "share their id"
    elif _tells_apart(cells, len(frame)):
        rest = frame.drop(columns=request.target)
        alike, same = pd.util.hash_pandas_object(rest.astype(str), index=False), "are alike in all other columns"
    else:
        return
    labels = frame[request.target].map(text_of).loc[alike.index]
    outcomes = labels.groupby(alike).nunique()
    rows = alike.isin(outcomes.index[outcomes > 1])
    if rows.any():
        first = frame.index.get_indexer(alike.index[rows])[0] + 1
        notice(
            f"{where}, column {request.target}: {rows_named(int(rows.sum()))} {same} with a row of another outcome, "
            f"first row {first}; all are learnt from, keep the outcome that is true"
        )


def _tells_apart(cells: dict[str, ColumnCells], rows: int) -> bool:
    """Whether some column holds so many values that two rows alike are one row twice."""
    return any(len(column.texts) > _MOSTLY_DISTINCT * rows for column in cells.values())


def _note_repeats(frame: pd.DataFrame, cells: dict[str, ColumnCells], where: str, notice: Notice) -> None:
    """Say which rows repeat an earlier one, unless rows of this table are alike anyway."""
    repeated = frame.duplicated().to_numpy() if _tells_apart(cells, len(frame)) else np.zeros(0, dtype=np.bool_)
    if repeated.any():
        first = int(np.argmax(repeated)) + 1
        notice(
            f"{where}: an earlier row is repeated in {rows_named(int(repeated.sum()))}, first row {first}; delete them"
        )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
