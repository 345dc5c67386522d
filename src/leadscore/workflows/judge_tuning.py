"""Whether a search found better settings than those it started with, or only the luckiest of many."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from leadscore.config.load import Settings
from leadscore.config.training import LightGbmConfig
from leadscore.modeling.relative_loss import RelativeGain, relative_gain
from leadscore.modeling.rows import joined
from leadscore.workflows.tuning_folds import Fold


def judge_tuning(without: Sequence[LightGbmConfig], folds: Sequence[Fold], settings: Settings) -> RelativeGain:
    """What the search gains over the start on rows that did not choose: all folds joined, in pairs.

    without    for each fold, the settings that the search finds best without it. Those it finds best with all folds
               cannot be judged by them: the least loss of many is partly luck.
    settings   of the start.
    """
    start = np.concatenate([fold.predicted(settings) for fold in folds])
    best = [fold.predicted(with_lightgbm(settings, chosen)) for chosen, fold in zip(without, folds, strict=True)]
    rows = joined([fold.later for fold in folds])
    return relative_gain(np.concatenate(best), start, rows, settings.promotion.draws, settings.training.seed)


def with_lightgbm(settings: Settings, lightgbm: LightGbmConfig) -> Settings:
    """The same settings with another recipe of LightGBM."""
    return replace(settings, training=settings.training.model_copy(update={"lightgbm": lightgbm}))
