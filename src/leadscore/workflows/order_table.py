"""Put a flat table into its order of time: the older labelled rows teach, the newer ones judge."""

import secrets
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from leadscore.config.load import Settings
from leadscore.dataset.table import TableRequest, check_columns
from leadscore.dataset.table_doubts import note_doubts
from leadscore.dataset.table_labels import labels_of
from leadscore.dataset.table_order import time_order
from leadscore.domain.errors import DataError
from leadscore.domain.notice import Notice, unheard

KIND = "table"
_FEWEST_ROWS, _FEWEST_PER_CLASS = 50, 10


@dataclass(frozen=True)
class OrderedTable:
    """Labelled rows from the oldest to the newest; the ones from `cut` on are kept for judging.

    age    place of each row among all by its time or place in the file; differs from the row's own place if shuffled.
    where  the file, for errors.
    secret with which identifiers of rows are hashed, where they are remembered; another run has another one unless the
           store's is given.
    """

    frame: pd.DataFrame
    labels: np.ndarray
    cut: int
    age: np.ndarray
    where: str = ""
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)


def order_table(
    frame: pd.DataFrame, request: TableRequest, settings: Settings, where: str, notice: Notice = unheard
) -> OrderedTable:
    """Check a table and put its labelled rows into their order of time.

    where    names the table in errors.
    notice   hears what is doubtful about it, by column.
    Raises   UsageError [LS-USAGE-01] for columns or values that are not there; DataError [LS-DATA-01, LS-DATA-02] if
             nothing can be learnt from it, [LS-TIME-02] for rows without a time.
    """
    check_columns(frame, request, where)
    note_doubts(frame, request, where, notice)
    labels = labels_of(frame, request, where, notice)
    order = time_order(frame, request, settings.training.seed, where, notice)
    order = order[labels[order] >= 0]
    cut = round(len(order) * (1 - settings.training.table_test_share))
    labelled = labels[order].astype(np.int64)
    per_part = [np.bincount(part, minlength=2) for part in (labelled[:cut], labelled[cut:])]
    if len(order) < _FEWEST_ROWS or min(per_part[0]) < _FEWEST_PER_CLASS or min(per_part[1]) < 1:
        raise DataError(
            "LS-DATA-01",
            where=where,
            found=f"{len(order)} labelled rows; converted and not: {per_part[0][1]} and {per_part[0][0]} among the "
            f"older {cut}, {per_part[1][1]} and {per_part[1][0]} among the newer",
            allowed=f"{_FEWEST_ROWS} rows, {_FEWEST_PER_CLASS} of each class to learn from and 1 of each to judge by",
            fix="export more rows; if they are in no order of time, add --shuffled",
        )
    age = np.argsort(time_order(frame, replace(request, shuffled=False), settings.training.seed), kind="stable")
    return OrderedTable(frame.iloc[order].reset_index(drop=True), labelled, cut, age[order], where)
