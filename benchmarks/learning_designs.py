"""The usual ways to learn when leads convert, on the rows that leadscore's own recipe learns from."""

from collections.abc import Callable, Sequence

import lightgbm as lgb
import numpy as np

from leadscore.config.load import Settings
from leadscore.domain.progress import silent
from leadscore.modeling.band_model import BandModel, BandScorer
from leadscore.modeling.bands import fit_bands
from leadscore.modeling.base_rate import not_falling
from leadscore.modeling.baselines import LOGISTIC, NAIVE_BAYES, POINTS, fit_baselines
from leadscore.modeling.predictor import BandPredictor
from leadscore.workflows.fit_recipe import Learnable, fit

Predict = Callable[[np.ndarray], np.ndarray]
RECIPE, DIRECT, STACKED = "leadscore", "direct per horizon", "stacked horizon"
DESIGNS = (RECIPE, DIRECT, STACKED, LOGISTIC, POINTS, NAIVE_BAYES)


def fitted(design: str, learnt: Learnable, settings: Settings) -> Predict | None:
    """A design fitted on rows: from their features, shape (n, f), to P(won within H), shape (n, h).

    None for a baseline that the rows do not allow, see `fit_baselines`.
    """
    if design == RECIPE:
        horizons, main = settings.training.horizons_days, settings.training.main_horizon_days
        return BandPredictor(fit(learnt, settings, "events", silent).bands, horizons, main).curve
    if design == DIRECT:
        return _direct(learnt, settings)
    if design == STACKED:
        return _stacked(learnt, settings)
    found = fit_baselines(learnt.whole, learnt.features.features, learnt.features.categorical).get(design)
    return None if found is None else found.predict


def _direct(learnt: Learnable, settings: Settings) -> Predict:
    """One LightGBM per horizon on the rows old enough for it, with leadscore's settings."""
    training = settings.training
    names = [f"{days}d" for days in training.horizons_days]
    texts = fit_bands(learnt.whole, names, learnt.features.categorical, training.lightgbm, training.seed)
    scorers = [BandScorer(BandModel(text)) for text in texts]
    return lambda matrix: not_falling(_chance(np.stack([each.raw_matrix(matrix) for each in scorers], axis=1)))


def _stacked(learnt: Learnable, settings: Settings) -> Predict:
    """One LightGBM for all horizons: a row for each horizon that it is old enough for, the horizon a rising feature."""
    rows, config, horizons = learnt.whole, settings.training.lightgbm, settings.training.horizons_days
    which, horizon = np.nonzero(rows.known)
    weight = rows.weight[which]
    columns = rows.matrix.shape[1]
    parameters = {
        "objective": "binary",
        "learning_rate": config.learning_rate,
        "num_leaves": config.leaves,
        "min_data_in_leaf": config.min_rows_per_leaf,
        "lambda_l2": config.lambda_l2,
        "feature_fraction": config.feature_fraction,
        "bagging_fraction": config.bagging_fraction,
        "bagging_freq": 1,
        "max_bin": config.max_bin,
        "monotone_constraints": [0] * columns + [1],
        "seed": settings.training.seed,
        "num_threads": config.threads,
        "verbosity": -1,
    }
    data = lgb.Dataset(
        _with_horizon(rows.matrix[which], np.array(horizons)[horizon]),
        rows.converted[which, horizon].astype(float),
        weight=weight / weight.mean(),
        categorical_feature=list(learnt.features.categorical),
        params=parameters,
    )
    model = lgb.train(parameters, data, config.trees)
    return lambda matrix: not_falling(_for_each(model, matrix, horizons))


def _for_each(model: lgb.Booster, matrix: np.ndarray, horizons: Sequence[int]) -> np.ndarray:
    return np.stack([np.asarray(model.predict(_with_horizon(matrix, days))) for days in horizons], axis=1)


def _with_horizon(matrix: np.ndarray, days: np.ndarray | int) -> np.ndarray:
    return np.column_stack([matrix, np.broadcast_to(np.log(days), len(matrix))])


def _chance(log_odds: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-log_odds)))
