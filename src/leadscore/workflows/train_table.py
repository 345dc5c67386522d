"""Train on a flat table: whether a lead converts, learnt from the older rows, judged on the newer ones."""

import hashlib
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from leadscore.config.load import Settings
from leadscore.dataset.table import TableRequest, read_table, table_matrix
from leadscore.domain.notice import Notice, unheard
from leadscore.domain.progress import Progress
from leadscore.modeling.promotion import Verdict
from leadscore.modeling.rows import LabelledRows, TrainingRows
from leadscore.registry.connection import open_registry
from leadscore.store.engine import open_store
from leadscore.store.secret import open_secret
from leadscore.workflows.assess_table import TablePast, assess_table, column_groups
from leadscore.workflows.champion import Champion, load_champion
from leadscore.workflows.champion_on_table import champion_p, with_seen
from leadscore.workflows.choose_fields import TableFields, choose_fields
from leadscore.workflows.choose_learner import choose_learner, fit_chosen
from leadscore.workflows.fit_recipe import Learnable, check_estimator, importances, judge, parts
from leadscore.workflows.fitted_model import FittedModel
from leadscore.workflows.judge_promotion import Contest, verdict
from leadscore.workflows.limit_columns import limit_columns
from leadscore.workflows.order_table import KIND, OrderedTable, order_table
from leadscore.workflows.register_model import TrainReport, register_model


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
             fitted; OutsideError [LS-REGISTRY-01], [LS-STORE-01].
    """
    check_estimator(settings)
    frame = read_table(path, notice)
    table = order_table(frame, request, settings, str(path), notice)
    request = limit_columns(table, request, settings, notice)
    if request.id_column is not None:
        with closing(open_store(settings.service.store_url)) as store:
            table = replace(table, secret=open_secret(store))
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
    cut = table.cut
    fields = choose_fields(table, request, settings)
    matrix = table_matrix(table.frame, fields.features, progress)
    learnt = _learnable(matrix[:cut], table.labels[:cut], fields, request)
    everything = _learnable(matrix, table.labels, fields, request)
    choice = choose_learner(learnt, settings, request.shuffled, progress)
    fitted, final = (fit_chosen(choice, rows, settings) for rows in (learnt, everything))
    later = _labelled(table.labels[cut:])
    judged = judge(fitted, matrix[cut:], later, settings, KIND, progress)
    rival_p, cause = champion_p(champion, table, request)
    contest = Contest(later, column_groups(table.frame.iloc[cut:], settings.promotion.segment), rival_p)
    ruling = Verdict(False, [cause], {}) if cause else verdict(judged, contest, everything, settings, KIND)
    about = {"name": name, "kind": KIND}
    version = parts(final, judged, about, settings, champion)
    past = TablePast(table, everything, choice, settings)
    return FittedModel(
        final=version,
        judged=with_seen(parts(fitted, judged, about, settings, champion), table, learnt, request.id_column),
        evaluation=judged.evaluation,
        baselines=judged.baselines,
        verdict=ruling,
        against=champion.version if champion else None,
        importances=importances(judged, settings, KIND),
        data=_about_data(table, request),
        assessment=assess_table(past, judged, rival_p, version.score_table, progress),
        leak_suspects=fields.suspects,
        kept_suspects=fields.kept,
        leak_pictures=fields.pictures,
        choice=choice.to_dict(),
    )


def _labelled(labels: np.ndarray) -> LabelledRows:
    return LabelledRows(
        known=np.ones((len(labels), 1), dtype=np.bool_),
        converted=(labels == 1)[:, None],
        weight=np.ones(len(labels)),
        cluster=np.arange(len(labels)),
    )


def _learnable(matrix: np.ndarray, labels: np.ndarray, fields: TableFields, request: TableRequest) -> Learnable:
    rows = TrainingRows(matrix=np.ascontiguousarray(matrix), **vars(_labelled(labels)))
    window = {
        "rows": len(rows),
        "conversions": int(labels.sum()),
        "target": request.target,
        "id_column": request.id_column,
        "kept": list(request.keep),
    }
    return Learnable(rows, rows, fields.features, None, window)


def _about_data(table: OrderedTable, request: TableRequest) -> dict[str, Any]:
    rows = pd.util.hash_pandas_object(table.frame.astype(str), index=False).to_numpy()
    return {
        "digest": f"sha256:{hashlib.sha256(rows.tobytes()).hexdigest()[:16]}",
        "counts": {"rows": len(table.frame), "training": table.cut, "judging": len(table.frame) - table.cut},
        "shuffled": request.shuffled,
        "file": Path(table.where).name,
        "conversions": int(table.labels.sum()),
    }
