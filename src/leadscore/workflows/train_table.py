"""Train on a flat table: whether a lead converts, learnt from the older rows, judged on the newer ones."""

import hashlib
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from leadscore.config.load import Settings
from leadscore.dataset.seen_rows import content_keys, id_keys, seen_record, surely_unseen
from leadscore.dataset.table import (
    TableRequest,
    learn_columns,
    read_table,
    table_matrix,
)
from leadscore.domain.errors import DataError
from leadscore.domain.notice import Notice, unheard
from leadscore.domain.progress import Progress
from leadscore.features.feature_set import FeatureSet
from leadscore.features.table_columns import column_features
from leadscore.modeling.artifact import ArtifactParts, ModelArtifact
from leadscore.modeling.comparison import Verdict
from leadscore.modeling.label_copies import label_copies
from leadscore.modeling.leakage import LeakSuspect, suspects_alone
from leadscore.modeling.rows import LabelledRows, TrainingRows
from leadscore.registry.connection import open_registry
from leadscore.workflows.champion import Champion, load_champion
from leadscore.workflows.fit_recipe import Learnable, fit, importances, judge, parts, verdict
from leadscore.workflows.order_table import OrderedTable, order_table
from leadscore.workflows.register_model import FittedModel, TrainReport, register_model

KIND = "table"


def train_on_table(
    settings: Settings,
    name: str,
    path: Path,
    request: TableRequest,
    progress: Progress,
    notice: Notice = unheard,
) -> TrainReport:
    """Fit on the older rows, judge on the newest, fit on all, register the challenger.

    notice   hears what is doubtful about the table, by column.
    Raises   UsageError for columns or values that are not there; DataError [LS-DATA-01, LS-DATA-02] if nothing can be
             fitted; OutsideError [LS-REGISTRY-01].
    """
    frame = read_table(path, notice)
    table = order_table(frame, request, settings, str(path), notice)
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
    columns, suspects = _columns(early, table.labels[: table.cut], request, settings, table.where)
    learnt = _learnable(early, table.labels[: table.cut], columns, request)
    later = _labelled(table.labels[table.cut :])
    fitted = fit(learnt, settings, KIND, progress)
    judged = judge(fitted, table_matrix(late, columns, progress), later, settings, KIND, progress)
    everything = _learnable(table.frame, table.labels, columns, request)
    final = fit(everything, settings, KIND, progress)
    champion_p, cause = _champion_p(champion, table, request)
    ruling = Verdict(False, [cause], {}) if cause else verdict(judged, later, everything, settings, KIND, champion_p)
    about = {"name": name, "kind": KIND}
    return FittedModel(
        final=parts(final, judged, about, settings, champion),
        judged=_with_seen(parts(fitted, judged, about, settings, champion), early, learnt, request),
        evaluation=judged.evaluation,
        baselines=judged.baselines,
        verdict=ruling,
        against=champion.version if champion else None,
        importances=importances(judged, settings, KIND),
        data=_about_data(table, request),
        leak_suspects=suspects,
    )


def _columns(
    early: pd.DataFrame, labels: np.ndarray, request: TableRequest, settings: Settings, where: str
) -> tuple[FeatureSet, list[LeakSuspect]]:
    skip = [request.target, *request.exclude, *filter(None, (request.id_column, request.time_column))]
    config = settings.features
    columns = learn_columns(
        early, skip, max_categories=config.max_categories, min_rows=min(config.min_category_leads, len(early) // 50)
    )
    names = tuple(feature.attribute or "" for feature in columns.features)
    suspects = [s for s in _suspects(table_matrix(early, columns), labels, names) if s.field not in request.keep]
    suspected = {suspect.field for suspect in suspects}
    left = {name: encoder for name, encoder in columns.encoders.items() if name not in suspected}
    if not left:
        told = "; ".join(suspect.evidence for suspect in suspects)
        raise DataError(
            "LS-DATA-01",
            where=where,
            found="no column is left to learn from" + (f", without suspected leaks: {told}" if told else ""),
            fix="--keep a suspected one, or export more columns",
        )
    return column_features(left), suspects


def _suspects(matrix: np.ndarray, labels: np.ndarray, names: tuple[str, ...]) -> list[LeakSuspect]:
    copies = label_copies(matrix, labels, names)
    copied = {suspect.field for suspect in copies}
    others = [place for place, name in enumerate(names) if name not in copied]
    return copies + suspects_alone(matrix[:, others], labels, tuple(names[place] for place in others))


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


def _with_seen(judged: ArtifactParts, early: pd.DataFrame, learnt: Learnable, request: TableRequest) -> ArtifactParts:
    """The evaluation fit with a record of its rows, so that a later comparison can leave them out."""
    if request.id_column is not None:
        keys = id_keys(early[request.id_column])
    else:
        keys = content_keys(learnt.whole.matrix, learnt.whole.converted[:, 0])
    extra = {**judged.manifest["extra"], "seen_rows": seen_record(keys, request.id_column)}
    return replace(judged, manifest={**judged.manifest, "extra": extra})


def _champion_p(
    champion: Champion | None, table: OrderedTable, request: TableRequest
) -> tuple[np.ndarray | None, str | None]:
    """The champion's probabilities on the later rows, NaN where its evaluation fit has seen them; or why none."""
    if champion is None:
        return None, None
    cause = _incomparable(champion, table.frame, request)
    late = table.frame.iloc[table.cut :]
    p = np.full((len(late), 1), np.nan)
    if cause is None and champion.rival is not None:
        unseen = _unseen(champion.rival, table)[table.cut :]
        if unseen.any():
            p[unseen] = champion.rival.predictor.curve(table_matrix(late[unseen], champion.rival.features))
        else:
            cause = f"may have learnt from each of the {len(late)} later rows, which leaves none to compare on"
    if cause is not None:
        return None, f"the champion, version {champion.version}, {cause}; train under another --name"
    return p, None


def _incomparable(champion: Champion, frame: pd.DataFrame, request: TableRequest) -> str | None:
    """Why a champion cannot be judged on the rows of this table; None if it can."""
    rival = champion.rival
    if champion.kind != KIND:
        return f"is an {champion.kind} model and cannot be compared"
    if rival is None:
        return "was registered without its evaluation fit"
    target, record = rival.manifest["training_window"]["target"], rival.manifest["extra"].get("seen_rows")
    if target != request.target:
        return f"has the target {target}, not {request.target}"
    if record is None:
        return "does not say which rows it has learnt from"
    needed = {*rival.features.encoders, *filter(None, [record["id_column"]])}
    absent = sorted(needed - set(frame.columns))
    return f"needs column {', '.join(absent)}, which the table lacks" if absent else None


def _unseen(rival: ModelArtifact, table: OrderedTable) -> np.ndarray:
    record = rival.manifest["extra"]["seen_rows"]
    if record["id_column"] is not None:
        keys = id_keys(table.frame[record["id_column"]])
    else:
        keys = content_keys(table_matrix(table.frame, rival.features), table.labels)
    by_age = np.argsort(table.age, kind="stable")
    unseen = np.empty(len(keys), dtype=np.bool_)
    unseen[by_age] = surely_unseen(keys[by_age], record)
    return unseen


def _about_data(table: OrderedTable, request: TableRequest) -> dict[str, Any]:
    rows = pd.util.hash_pandas_object(table.frame.astype(str), index=False).to_numpy()
    return {
        "digest": f"sha256:{hashlib.sha256(rows.tobytes()).hexdigest()[:16]}",
        "counts": {"rows": len(table.frame), "training": table.cut, "judging": len(table.frame) - table.cut},
        "shuffled": request.shuffled,
        "conversions": int(table.labels.sum()),
    }
