"""Train on a flat table: whether a lead converts, learnt from the older rows, judged on the newer ones."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from leadscore.config.load import Settings
from leadscore.dataset.table import (
    TableRequest,
    check_columns,
    labels_of,
    learn_columns,
    read_table,
    table_matrix,
    time_order,
)
from leadscore.domain.errors import DataError
from leadscore.domain.progress import Progress
from leadscore.features.feature_set import FeatureSet
from leadscore.features.table_columns import column_features
from leadscore.modeling.leakage import LeakSuspect, suspects_alone
from leadscore.modeling.rows import LabelledRows, TrainingRows
from leadscore.registry.connection import open_registry
from leadscore.workflows.champion import Champion, load_champion
from leadscore.workflows.fit_recipe import Learnable, fit, importances, judge, parts, verdict
from leadscore.workflows.register_model import FittedModel, TrainReport, register_model

KIND = "table"
_FEWEST_ROWS, _FEWEST_PER_CLASS = 50, 10


@dataclass(frozen=True)
class OrderedTable:
    """Labelled rows from the oldest to the newest; the ones from `cut` on are kept for judging."""

    frame: pd.DataFrame
    labels: np.ndarray
    cut: int


def train_on_table(settings: Settings, name: str, path: Path, request: TableRequest, progress: Progress) -> TrainReport:
    """Fit on the older rows, judge on the newest, fit on all, register the challenger.

    Raises   UsageError for columns or values that are not there; DataError [LS-DATA-01, LS-DATA-02] if nothing can be
             fitted; OutsideError [LS-REGISTRY-01].
    """
    frame = read_table(path)
    check_columns(frame, request, str(path))
    table = _ordered(frame, request, settings, str(path))
    registry = open_registry(settings.service.tracking_uri, settings.service.models_folder)
    with tempfile.TemporaryDirectory(prefix="leadscore-") as scratch:
        champion = load_champion(registry, name, Path(scratch))
        fitted = fit_table(table, request, settings, name, champion, progress)
    return register_model(registry, fitted, settings)


def fit_table(
    table: OrderedTable,
    request: TableRequest,
    settings: Settings,
    name: str,
    champion: Champion | None,
    progress: Progress,
) -> FittedModel:
    """The whole recipe on a table in hand; writes nothing."""
    early, late = table.frame.iloc[: table.cut], table.frame.iloc[table.cut :]
    columns, suspects = _columns(early, table.labels[: table.cut], request, settings)
    learnt = _learnable(early, table.labels[: table.cut], columns, request)
    later = _labelled(table.labels[table.cut :])
    judged = judge(learnt, table_matrix(late, columns, progress), later, settings, KIND, progress)
    everything = _learnable(table.frame, table.labels, columns, request)
    texts = fit(everything, settings, KIND, progress)
    ruling = verdict(judged, later, learnt, settings, KIND, _champion_p(champion, late))
    about = {"name": name, "kind": KIND}
    return FittedModel(
        final=parts(everything, texts, judged, about, settings, champion),
        judged=parts(learnt, judged.texts, judged, about, settings, champion),
        evaluation=judged.evaluation,
        baselines=judged.baselines,
        verdict=ruling,
        against=champion.version if champion else None,
        importances=importances(judged.texts, judged.matrix, columns, settings, KIND),
        data=_about_data(table, request),
        leak_suspects=suspects,
    )


def _ordered(frame: pd.DataFrame, request: TableRequest, settings: Settings, where: str) -> OrderedTable:
    labels = labels_of(frame, request, where)
    order = time_order(frame, request, settings.training.seed)
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
    return OrderedTable(frame.iloc[order].reset_index(drop=True), labelled, cut)


def _columns(
    early: pd.DataFrame, labels: np.ndarray, request: TableRequest, settings: Settings
) -> tuple[FeatureSet, list[LeakSuspect]]:
    skip = [request.target, *request.exclude, *filter(None, (request.id_column, request.time_column))]
    config = settings.features
    columns = learn_columns(
        early, skip, max_categories=config.max_categories, min_rows=min(config.min_category_leads, len(early) // 50)
    )
    names = tuple(feature.attribute or "" for feature in columns.features)
    suspects = [s for s in suspects_alone(table_matrix(early, columns), labels, names) if s.field not in request.keep]
    suspected = {suspect.field for suspect in suspects}
    left = {name: encoder for name, encoder in columns.encoders.items() if name not in suspected}
    if not left:
        raise DataError(
            "LS-DATA-01", found="no column is left to learn from", fix="--keep a suspected one, or export more"
        )
    return column_features(left), suspects


def _labelled(labels: np.ndarray) -> LabelledRows:
    return LabelledRows(
        known=np.ones((len(labels), 1), dtype=np.bool_),
        converted=(labels == 1)[:, None],
        weight=np.ones(len(labels)),
        cluster=np.arange(len(labels)),
    )


def _learnable(frame: pd.DataFrame, labels: np.ndarray, columns: FeatureSet, request: TableRequest) -> Learnable:
    rows = TrainingRows(matrix=table_matrix(frame, columns), **vars(_labelled(labels)))
    window = {
        "rows": len(frame),
        "conversions": int(labels.sum()),
        "target": request.target,
        "id_column": request.id_column,
        "kept": list(request.keep),
    }
    return Learnable(rows, rows, columns, None, window)


def _champion_p(champion: Champion | None, late: pd.DataFrame) -> np.ndarray | None:
    if champion is None:
        return None
    rival = champion.rival
    comparable = rival is not None and champion.kind == KIND and set(rival.features.encoders) <= set(late.columns)
    if rival is None or not comparable:
        return np.full((len(late), 1), np.nan)
    return np.asarray(rival.predictor.curve(table_matrix(late, rival.features)))


def _about_data(table: OrderedTable, request: TableRequest) -> dict[str, Any]:
    rows = pd.util.hash_pandas_object(table.frame.astype(str), index=False).to_numpy()
    return {
        "digest": f"sha256:{hashlib.sha256(rows.tobytes()).hexdigest()[:16]}",
        "counts": {"rows": len(table.frame), "training": table.cut, "judging": len(table.frame) - table.cut},
        "shuffled": request.shuffled,
        "conversions": int(table.labels.sum()),
    }
