"""One plain LightGBM model per horizon band: P(convert in the band | not before it).

With bands (0, 14], (14, 60], (60, 180] days and their chances h_k, P(converted by the end of band k) is
1 - (1 - h_1) ... (1 - h_k): the curve over the horizons cannot contradict itself, and a young company learns its
near bands from all the rows whose near labels are known.
"""

from collections.abc import Sequence
from threading import Lock
from typing import Any

import lightgbm as lgb
import numpy as np
from joblib import Parallel, delayed

from leadscore.config.training import LightGbmConfig
from leadscore.domain.errors import DataError
from leadscore.domain.progress import Progress, silent
from leadscore.modeling.base_rate import UNKNOWN_RATE
from leadscore.modeling.rows import TrainingRows

FEW_CONVERSIONS = 150
"""Below this many converting leads the smaller number of trees is grown."""
STEP = "growing trees"
TREES_PER_MESSAGE = 25
MIN_LEAF_SHARE, MIN_LEAF_ROWS = 0.02, 10


def fit_bands(
    rows: TrainingRows,
    bands: Sequence[str],
    categorical: Sequence[int],
    config: LightGbmConfig,
    seed: int,
    progress: Progress = silent,
) -> list[str]:
    """Fit one model per band, each on the rows whose label is known in that band.

    rows         labels by band, shape (n, k); a row still open before its band is `known` there.
    bands        k names for progress and errors, e.g. "0-14 days"; a flat table has the one band "table".
    categorical  indexes of the columns that hold category codes (whole numbers from 0, NaN for missing).
    seed         same rows, settings and seed give the same models, whatever the number of threads.
    Returns      k models in LightGBM's native text; features are called f0, f1, ... so that no name or value of the
                 data gets into it. A band in which nobody converted yet becomes a constant of half a conversion, one
                 that no row is old enough for a constant of about 0: its horizon says no more than the nearer one.
    Raises       DataError [LS-DATA-01] if no band has a row with a known label; [LS-DATA-02] if nobody converted in
                 any band, or everybody did in one.
    """
    _require_labels(rows, bands)
    few = rows.converting_leads() < FEW_CONVERSIONS
    trees = config.trees_on_few_data if few else config.trees
    shared = Grown(progress, trees * len(bands))
    # LightGBM's own threads wait for each other at every split; a band per thread never does.
    fits = (
        delayed(_fit_band)(rows, band, categorical, _parameters(rows, band, trees, config, seed), shared)
        for band in range(len(bands))
    )
    texts: list[str] = Parallel(n_jobs=config.threads, prefer="threads")(fits)
    progress(STEP, shared.total, shared.total)
    return texts


def _require_labels(rows: TrainingRows, bands: Sequence[str]) -> None:
    """Refuse rows from which a band cannot be learned, naming the band and the counts."""
    if len(bands) != rows.columns:
        raise ValueError(f"{len(bands)} bands are named, {rows.columns} are labelled")
    known, converted = rows.known.sum(axis=0), rows.labels().sum(axis=0)
    if not known.any():
        raise DataError(
            "LS-DATA-01",
            found=f"none of {len(rows)} rows is old enough to know whether it converted",
            fix="import older history, or shorten horizons_days in configs/training.yaml",
        )
    for name, with_label, positive in zip(bands, known, converted, strict=True):
        if 0 < with_label == positive:
            raise DataError(
                "LS-DATA-02",
                where=f"band {name}",
                found=f"all {with_label} rows with a known label converted",
                allowed="rows that converted and rows that did not",
                fix="check the outcomes; leads that never converted must be imported too",
            )
    if not converted.any():
        counts = ", ".join(f"{name}: 0 of {count}" for name, count in zip(bands, known, strict=True))
        raise DataError(
            "LS-DATA-02",
            found=f"no row with a known label converted ({counts})",
            allowed="rows that converted and rows that did not",
            fix="import outcomes, or older history",
        )


def _parameters(rows: TrainingRows, band: int, trees: int, config: LightGbmConfig, seed: int) -> dict[str, Any]:
    """LightGBM's settings for one band; on few rows the leaves may be smaller, or no tree could ever split."""
    smallest_leaf = max(MIN_LEAF_ROWS, int(rows.known[:, band].sum() * MIN_LEAF_SHARE))
    return {
        "objective": "binary",
        "num_iterations": trees,
        "learning_rate": config.learning_rate,
        "num_leaves": config.leaves,
        "min_data_in_leaf": min(config.min_rows_per_leaf, smallest_leaf),
        "lambda_l2": config.lambda_l2,
        "feature_fraction": config.feature_fraction,
        "bagging_fraction": config.bagging_fraction,
        "bagging_freq": 1,
        "max_bin": config.max_bin,
        "seed": seed + band,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }


class Grown:
    """A LightGBM callback for all bands together: tells now and then how many trees have been grown."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.total = total
        self._progress, self._trees, self._lock = progress, 0, Lock()

    def __call__(self, _environment: Any) -> None:
        """Count one more tree of any band."""
        with self._lock:
            self._trees += 1
            if self._trees % TREES_PER_MESSAGE == 0:
                self._progress(STEP, self._trees, self.total)


def _fit_band(
    rows: TrainingRows, band: int, categorical: Sequence[int], parameters: dict[str, Any], grown: Grown
) -> str:
    """The model text of one band."""
    known = rows.known[:, band]
    if not known.any():
        return _constant(rows.matrix.shape[1], UNKNOWN_RATE, parameters)
    converted, weight = rows.converted[known, band], rows.weight[known]
    if not converted.any():
        return _constant(rows.matrix.shape[1], 0.5 / (float(weight.sum()) + 1), parameters)
    data = lgb.Dataset(
        rows.matrix[known],
        label=converted.astype(np.float32),
        # Penalties are meant for rows that count once; thinned rows count for many.
        weight=weight / weight.mean(),
        feature_name=_column_names(rows.matrix.shape[1]),
        categorical_feature=list(categorical),
        params=parameters,
    )
    return str(lgb.train(parameters, data, callbacks=[grown]).model_to_string())


def _constant(columns: int, rate: float, parameters: dict[str, Any]) -> str:
    """The text of a model that answers `rate` for every row: two rows alike, weighted so that this is their mean."""
    data = lgb.Dataset(
        np.zeros((2, columns)),
        label=np.array([0.0, 1.0]),
        weight=np.array([1 - rate, rate]),
        feature_name=_column_names(columns),
        params=parameters,
    )
    return str(lgb.train(parameters | {"num_iterations": 1}, data).model_to_string())


def _column_names(columns: int) -> list[str]:
    return [f"f{index}" for index in range(columns)]
