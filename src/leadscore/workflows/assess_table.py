"""What `assess_model` finds out, for a model of a flat table: cuts are rows, and earlier origins have fewer of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from leadscore.config.load import Settings
from leadscore.dataset.snapshot_groups import ATTRIBUTES, UNKNOWN
from leadscore.domain.errors import DataError
from leadscore.domain.progress import Progress
from leadscore.modeling.backtest import MODEL, JudgedOrigin
from leadscore.modeling.baselines import fit_baselines
from leadscore.modeling.choice import Choice
from leadscore.modeling.predictor import BandPredictor
from leadscore.workflows.assess_model import Subject, assess
from leadscore.workflows.backtest import OriginFit
from leadscore.workflows.choose_learner import fit_chosen
from leadscore.workflows.fit_recipe import Fitted, Judged, Learnable
from leadscore.workflows.order_table import KIND, OrderedTable

_LEAST_PART = 4
_LEAST_ROWS = 50


@dataclass(frozen=True)
class TablePast:
    """What every origin of a table is computed from.

    everything   all rows in order of time; those from the table's cut on judge.
    choice       the learner chosen on the rows before the cut; earlier origins take it, and the columns, as they are.
    """

    table: OrderedTable
    everything: Learnable
    choice: Choice
    settings: Settings

    def cuts(self) -> list[int]:
        """Row numbers of all cuts, oldest first, the evaluation's own and the number of rows last.

        Earlier test parts are as long as the evaluation's own, or shorter, so that a quarter of the training rows is
        left to the first fit. Rows in no order of time have no past: no earlier cut.
        """
        cut, end = self.table.cut, len(self.table.frame)
        room = cut - cut // _LEAST_PART
        origins = min(self.settings.training.backtest_origins, room // _LEAST_ROWS) if self.choice.in_time else 0
        step = min(end - cut, room // origins) if origins else 0
        return [*(cut - number * step for number in range(origins, 0, -1)), cut, end]

    def rows(self, first: int, end: int) -> Learnable:
        """Some of the rows."""
        bands, whole = (each.take(np.arange(first, end)) for each in (self.everything.bands, self.everything.whole))
        return replace(self.everything, bands=bands, whole=whole)


def assess_table(
    past: TablePast, judged: Judged, champion_p: np.ndarray | None, score_table: Mapping[str, Any], progress: Progress
) -> dict[str, Any]:
    """Everything about an evaluation fit on a table, as JSON."""
    table, cuts = past.table, past.cuts()
    training = past.settings.training
    narrow = training.model_copy(update={"lightgbm": training.lightgbm.model_copy(update={"threads": 1})})
    one_thread = replace(past, settings=replace(past.settings, training=narrow))

    def refit(rows: Learnable) -> Fitted:
        return fit_chosen(past.choice, rows, one_thread.settings)

    runs = (delayed(_run)(one_thread, *cuts[place : place + 3]) for place in range(len(cuts) - 2))
    earlier = []
    parallel = Parallel(n_jobs=training.lightgbm.threads, prefer="threads", return_as="generator")
    for done, found in enumerate(parallel(runs), start=1):
        earlier.append(found)
        progress("backtest", done, len(cuts) - 2)
    frame = table.frame.iloc[table.cut :]
    groups = {name: values for name in ATTRIBUTES if (values := column_groups(frame, name)) is not None}
    rows = past.rows(table.cut, len(table.frame)).whole
    about = _about(table.cut, len(table.frame), judged.fitted)
    subject = Subject(KIND, judged, about, rows, groups, np.zeros(len(rows), np.int64), champion_p, score_table)
    return assess(subject, earlier, refit, past.settings, progress)


def column_groups(frame: pd.DataFrame, name: str) -> np.ndarray | None:
    """The values of a column as texts, shape (rows,); None if the table has no such column."""
    if name not in frame.columns:
        return None
    return np.asarray(frame[name].astype(str).where(frame[name].notna(), UNKNOWN).to_numpy(dtype=str))


def _run(past: TablePast, cut: int, until: int, next_until: int) -> OriginFit | str:
    """Fit on the rows before a cut, judge on those until the next, and rank those after that too."""
    learnt, later, follows = past.rows(0, cut), past.rows(cut, until).whole, past.rows(until, next_until).whole
    try:
        fitted = fit_chosen(past.choice, learnt, past.settings)
    except DataError as error:
        return f"at row {cut:,}: {error.found}"
    predictor, features = BandPredictor(fitted.bands, (1,), 1), learnt.features
    baselines = fit_baselines(learnt.whole, features.features, features.categorical)
    p = {
        MODEL: predictor.curve(later.matrix),
        **{name: baseline.predict(later.matrix) for name, baseline in baselines.items()},
    }
    next_p = predictor.curve(follows.matrix)[:, 0]
    return OriginFit(JudgedOrigin(_about(cut, until, fitted), p, later), next_p)


def _about(cut: int, until: int, fitted: Fitted) -> dict[str, Any]:
    return {
        "cut": f"row {cut}",
        "until": f"row {until}",
        "training_snapshots": len(fitted.rows.bands),
        "conversions": fitted.rows.bands.converting_leads(),
        "learner": fitted.learner,
    }
