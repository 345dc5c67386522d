"""A classifier of any kind taught to a model of our own form, which can be served and explained like others.

The classifier is fitted on three quarters of the leads at a time and asked about the last quarter. What it says of
leads that it has not seen is what the served model learns: a sum over columns first, then trees for what the sum
misses. So nothing of the classifier has to be stored, and one that knows its own training rows by heart teaches no
false certainty.

Source: Buciluă, Caruana and Niculescu-Mizil (2006), "Model compression"; out-of-fold answers as in Wolpert (1992).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import lightgbm as lgb
import numpy as np

from leadscore.domain.progress import Progress, silent
from leadscore.modeling.additive import AdditiveModel
from leadscore.modeling.band_model import BandModel, BandScorer, Mix
from leadscore.modeling.base_rate import band_rates
from leadscore.modeling.estimator import fitted_on, with_preparation
from leadscore.modeling.ridge_bands import fit_ridge_bands
from leadscore.modeling.rows import Flags, Floats, TrainingRows, Whole

FOLDS = 4
FEWEST_CONVERSIONS = 8
"""Converting leads in a band below which it gets its base rate: a quarter of them must still hold some."""
STEP = "asking the classifier"
_TREES = {
    "objective": "binary",
    "num_iterations": 200,
    "learning_rate": 0.1,
    "num_leaves": 15,
    "min_data_in_leaf": 20,
    "lambda_l2": 1.0,
    "feature_fraction": 0.5,
    "max_bin": 63,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


@dataclass(frozen=True)
class Taught:
    """What the bands learnt from a classifier.

    likeness   of each band, the share of the spread of the classifier's log-odds on unseen leads that the served model
               repeats; None where the band got its base rate.
    """

    bands: tuple[BandModel, ...]
    likeness: tuple[float | None, ...]


def fit_taught_bands(
    estimator: Any, rows: TrainingRows, categorical: Sequence[int], seed: int, progress: Progress = silent
) -> Taught:
    """A model of each band that repeats what a classifier says of leads that it was not fitted on.

    estimator    unfitted, from `make_estimator`; it is cloned for every fit.
    rows         labels by band, shape (n, k).
    categorical  indexes of the columns that hold category codes.
    """
    model = with_preparation(estimator, categorical, rows.matrix.shape[1])
    found: list[tuple[BandModel, float | None]] = []
    for band in range(rows.columns):
        known = rows.take(rows.known[:, band])
        found.append(_taught(model, _one_band(known, band), categorical, seed + band))
        progress(STEP, band + 1, rows.columns)
    return Taught(tuple(band for band, _ in found), tuple(likeness for _, likeness in found))


def _one_band(rows: TrainingRows, band: int) -> TrainingRows:
    return replace(rows, known=rows.known[:, [band]], converted=rows.converted[:, [band]])


def _taught(model: Any, rows: TrainingRows, categorical: Sequence[int], seed: int) -> tuple[BandModel, float | None]:
    if rows.converting_leads() < FEWEST_CONVERSIONS or rows.labels().all():
        rate = float(band_rates(rows)[0])
        constant = AdditiveModel(rows.matrix.shape[1], float(np.log(rate / (1 - rate))), ())
        return BandModel(None, constant, Mix(0.0, 1.0)), None
    part = _parts(rows, seed)
    told = np.empty(len(rows))
    for number in range(FOLDS):
        asked = part % FOLDS == number
        others = rows.take(~asked)
        fitted = fitted_on(model, others.matrix, others.labels()[:, 0], others.weight, seed)
        told[asked] = fitted.chances(rows.matrix[asked])
    return _repeat(rows, told, part == 0, categorical, seed)


def _parts(rows: TrainingRows, seed: int) -> Whole:
    """Part of each row, 0 to 2 x FOLDS - 1, shape (n,): all rows of a lead in one, converting leads spread evenly."""
    leads, place = np.unique(rows.cluster, return_inverse=True)
    converts = np.zeros(len(leads), dtype=np.bool_)
    converts[place[rows.labels()[:, 0]]] = True
    order = np.lexsort((np.random.default_rng(seed).random(len(leads)), converts))
    part = np.empty(len(leads), dtype=np.int64)
    part[order] = np.arange(len(leads)) % (2 * FOLDS)
    return np.asarray(part[place])


def _repeat(
    rows: TrainingRows, told: Floats, unseen: Flags, categorical: Sequence[int], seed: int
) -> tuple[BandModel, float]:
    """Column effects and trees whose log-odds repeat the chances told, shape (n,), and their likeness.

    unseen   rows that are not learnt from: they say when there are trees enough, and how like the answers are.
    """
    cases = _as_cases(rows.take(~unseen), told[~unseen])
    (additive,) = fit_ridge_bands(cases, categorical)
    data = _dataset(cases, additive, categorical)
    trial = _dataset(_as_cases(rows.take(unseen), told[unseen]), additive, categorical, data)
    grown = lgb.train(
        {**_TREES, "seed": seed}, data, valid_sets=[trial], callbacks=[lgb.early_stopping(20, verbose=False)]
    )
    text = grown.model_to_string(num_iteration=grown.best_iteration)
    band = BandModel(text, additive, Mix(1.0, 1.0))
    return band, _likeness(band, rows.matrix[unseen], told[unseen], rows.weight[unseen])


def _dataset(
    cases: TrainingRows, additive: AdditiveModel, categorical: Sequence[int], like: lgb.Dataset | None = None
) -> lgb.Dataset:
    return lgb.Dataset(
        cases.matrix,
        label=cases.labels()[:, 0].astype(np.float32),
        weight=cases.weight / cases.weight.mean(),
        init_score=additive.raw_matrix(cases.matrix),
        feature_name=[f"f{column}" for column in range(cases.matrix.shape[1])],
        categorical_feature=list(categorical),
        reference=like,
        params=_TREES,
    )


def _as_cases(rows: TrainingRows, told: Floats) -> TrainingRows:
    """Each row twice, once as converted and once as not, weighted by the chance of either."""
    both = rows.take(np.tile(np.arange(len(rows)), 2))
    converted = np.arange(len(both)) < len(rows)
    weight = both.weight * np.where(converted, np.tile(told, 2), 1 - np.tile(told, 2))
    return replace(both, converted=converted[:, None], weight=weight)


def _likeness(band: BandModel, matrix: Floats, told: Floats, weight: Floats) -> float:
    expected = np.log(told / (1 - told))
    repeated = np.clip(BandScorer(band).raw_matrix(matrix), expected.min(), expected.max())
    share = weight / weight.sum()
    spread = float(share @ (expected - share @ expected) ** 2)
    return 1.0 - float(share @ (repeated - expected) ** 2) / spread if spread > 0 else 1.0
