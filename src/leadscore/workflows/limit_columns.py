"""Table mode: of too many columns, which to learn from."""

from dataclasses import replace

import numpy as np
import pandas as pd

from leadscore.config.load import Settings
from leadscore.dataset.table import TableRequest
from leadscore.domain.notice import Notice
from leadscore.features.column_kinds import READABLE_SHARE
from leadscore.features.table_columns import text_of
from leadscore.modeling.leakage.alone import auc_alone
from leadscore.modeling.leakage.suspect import Field, group_values
from leadscore.modeling.rehearsal import ORIGINS
from leadscore.workflows.order_table import OrderedTable

_MOST_NAMED = 12
_RANGES = 5
"""Ranges of a number by which it is ranked: on a few hundred rows finer ones hide a weak trend."""


def limit_columns(table: OrderedTable, request: TableRequest, settings: Settings, notice: Notice) -> TableRequest:
    """The request with all columns excluded but the `max_columns` that tell most about the target by themselves.

    They are ranked by the oldest rows alone, which rehearsals in order of time do not judge by: picked among thousands
    by later rows too, columns of chance would look good there. Those to keep stay, and count.

    notice   hears how many columns there are, and what was done.
    """
    roles = {request.target, request.id_column, request.time_column, *request.exclude}
    names = [str(name) for name in table.frame.columns if name not in roles]
    limit = settings.training.max_columns
    if len(names) <= limit:
        return request
    oldest = round(ORIGINS[0] * table.cut)
    frame, label = table.frame.iloc[:oldest], table.labels[:oldest] == 1
    power = {name: auc_alone(group_values(_quick_field(frame[name]), _RANGES), label) for name in names}
    ranked = sorted(names, key=lambda name: (name not in request.keep, -power[name]))
    chosen = {*ranked[:limit], *request.keep}
    told = ", ".join(ranked[: min(limit, _MOST_NAMED)])
    notice(
        f"{table.where}: {len(names):,} columns; the {len(chosen):,} that tell most about {request.target} by "
        f"themselves, on the {oldest:,} oldest rows, are learnt from ({told}{', ...' if limit > _MOST_NAMED else ''}), "
        "the others left out (`max_columns` in configs/training.yaml changes that, --keep COLUMN keeps one)"
    )
    return replace(request, exclude=(*request.exclude, *(name for name in names if name not in chosen)))


def _quick_field(cells: "pd.Series[str]") -> Field:
    """A column as numbers where nearly all its filled cells are some, as the numbers of its texts else."""
    codes, distinct = pd.factorize(cells, use_na_sentinel=False)
    texts = [text_of(value) for value in distinct]
    numbers = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(np.float64)[codes]
    filled = np.array([text is not None for text in texts])[codes]
    if np.isfinite(numbers).sum() >= READABLE_SHARE * filled.sum():
        return Field(str(cells.name), np.where(np.isfinite(numbers), numbers, np.nan))
    return Field(str(cells.name), np.where(filled, codes.astype(np.float64), np.nan), tuple(map(str, texts)))
