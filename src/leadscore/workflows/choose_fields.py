"""Table mode: what the columns hold, which of them know the outcome, and which are left to learn from."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from leadscore.config.load import Settings
from leadscore.dataset.column_study import ColumnStudy, study_columns
from leadscore.dataset.table import TableRequest, table_matrix
from leadscore.domain.errors import DataError
from leadscore.features.feature_set import FeatureSet
from leadscore.modeling.leakage.gate import find_suspects
from leadscore.modeling.leakage.suspect import Field, Groups, LeakSuspect, group_values
from leadscore.modeling.plots import group_plot
from leadscore.workflows.order_table import OrderedTable

_PICTURE_GROUPS, _MOST_PICTURES = 8, 12


@dataclass(frozen=True)
class TableFields:
    """The features of the fields to learn from, and the findings.

    suspects   fields left out; kept the findings about fields used on request all the same.
    pictures   field -> SVG of what gives it away.
    """

    features: FeatureSet
    suspects: list[LeakSuspect]
    kept: list[LeakSuspect]
    pictures: dict[str, str] = field(default_factory=dict)


def choose_fields(table: OrderedTable, request: TableRequest, settings: Settings) -> TableFields:
    """Study the training rows only.

    Raises   DataError [LS-DATA-01] if no field is left.
    """
    early, label = table.frame.iloc[: table.cut], table.labels[: table.cut]
    config = settings.features
    study = study_columns(
        early,
        [request.target, *request.exclude, *filter(None, (request.id_column, request.time_column))],
        max_categories=config.max_categories,
        min_rows=min(config.min_category_leads, len(early) // 50),
        keep=request.keep,
        in_time=not request.shuffled,
    )
    fields = _fields(early, study)
    words = sorted({str(value).strip() for value in early[request.target]})
    found = find_suspects(fields.values(), label, words, in_time=not request.shuffled)
    left_out = [LeakSuspect(name, *why) for name, why in study.left_out.items()]
    suspects = [suspect for suspect in found if suspect.field not in request.keep] + left_out
    features = study.features({suspect.field for suspect in suspects})
    if not features.features:
        raise DataError(
            "LS-DATA-01",
            where=table.where,
            found="no column is left to learn from" + _told(suspects),
            fix="--keep a suspected one, or export more",
        )
    kept = [suspect for suspect in found if suspect.field in request.keep]
    return TableFields(features, suspects, kept, _pictures(early, fields, [*suspects, *kept], label == 1))


def _fields(early: pd.DataFrame, study: ColumnStudy) -> dict[str, Field]:
    """Each column as the leak rules see it: the plain number of its cells, whatever features it is made into."""
    plain = ColumnStudy(study.encoders, {}, {}).features()
    matrix = table_matrix(early, plain)
    return {
        name: Field(name, matrix[:, place], tuple(encoder.values))
        for place, (name, encoder) in enumerate(study.encoders.items())
    }


def _told(suspects: list[LeakSuspect]) -> str:
    return ", without suspected ones: " + "; ".join(suspect.evidence for suspect in suspects) if suspects else ""


def _pictures(
    early: pd.DataFrame, fields: dict[str, Field], suspects: list[LeakSuspect], label: np.ndarray
) -> dict[str, str]:
    pictures = {}
    for suspect in suspects[:_MOST_PICTURES]:
        name = suspect.field
        groups = group_values(fields[name], _PICTURE_GROUPS) if name in fields else _by_repetition(early[name])
        converted, rows = groups.counts(label)
        pictures[name] = group_plot(groups.names, converted, rows, f"{name}: {suspect.rule.replace('_', ' ')}")
    return pictures


def _by_repetition(cells: "pd.Series[str]") -> Groups:
    """Rows by how often their value is found: of an identifier or a text, the values themselves are not shown."""
    times = cells.map(cells.value_counts(dropna=False)).to_numpy()
    return Groups(
        np.searchsorted([2, 6, 51], times, side="right").astype(np.int64),
        ("value found once", "2 to 5 times", "6 to 50 times", "more often"),
    )
