"""What the bands of a history are learnt with: the fewer leads have converted, the more is assumed beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from leadscore.config.training import LightGbmConfig
from leadscore.domain.progress import Progress, silent
from leadscore.features.definitions import Feature
from leadscore.modeling.additive import AdditiveModel
from leadscore.modeling.band_model import BandModel, BandScorer, Mix, of_trees
from leadscore.modeling.bands import fit_bands
from leadscore.modeling.points import marketers_points
from leadscore.modeling.recalibration import level
from leadscore.modeling.ridge_bands import Ridge, fit_ridge_bands
from leadscore.modeling.rows import TrainingRows

ENOUGH, FEW = 150, 20
"""Converting leads from which trees learn alone, and below which a regression alone would have to guess too much."""
TREES, BLEND, SCORECARD = "lightgbm_bands", "lightgbm_and_ridge", "lightgbm_and_scorecard"
STRENGTH, STRENGTH_OF_SCORECARD = 0.002, 0.001


@dataclass(frozen=True)
class Columns:
    """What the columns of a feature matrix mean; `categorical` are those that hold category codes."""

    features: Sequence[Feature]
    categorical: Sequence[int]


@dataclass(frozen=True)
class Recipe:
    """Settings of the trees, the seed, and the learner; None for the one that so many conversions ask for."""

    config: LightGbmConfig
    seed: int
    learner: str | None = None


def learner_for(conversions: int) -> str:
    """The learner for a number of converting leads.

    >>> learner_for(700), learner_for(60), learner_for(8)
    ('lightgbm_bands', 'lightgbm_and_ridge', 'lightgbm_and_scorecard')
    """
    if conversions >= ENOUGH:
        return TREES
    return BLEND if conversions >= FEW else SCORECARD


def fit_recipe(
    rows: TrainingRows,
    bands: Sequence[str],
    columns: Columns,
    recipe: Recipe,
    progress: Progress = silent,
) -> tuple[str, tuple[BandModel, ...]]:
    """A model of each band, and the learner's name.

    With many conversions trees alone; below 150 the mean of the log-odds of fewer trees and of a ridge regression;
    below 20 the regression's coefficients are pulled to a marketer's points instead of to zero. The base rate is
    fitted in any case.

    rows     labels by band, shape (n, k); bands  k names for progress and errors.
    Raises   DataError [LS-DATA-01, LS-DATA-02] as `fit_bands`.
    """
    learner = recipe.learner or learner_for(rows.converting_leads())
    # The learner decides, not the conversions: the two differ where a learner is given.
    grown = recipe.config.trees if learner == TREES else recipe.config.trees_on_few_data
    config = recipe.config.model_copy(update={"trees": grown, "trees_on_few_data": grown})
    trees = fit_bands(rows, bands, columns.categorical, config, recipe.seed, progress)
    if learner == TREES:
        return learner, of_trees(trees)
    ridge = Ridge(STRENGTH)
    if learner == SCORECARD:
        ridge = Ridge(STRENGTH_OF_SCORECARD, marketers_points(columns.features))
    sums = fit_ridge_bands(rows, columns.categorical, ridge)
    return learner, tuple(_blended(rows, band, *parts) for band, parts in enumerate(zip(trees, sums, strict=True)))


def _blended(rows: TrainingRows, band: int, trees: str, sums: AdditiveModel) -> BandModel:
    """The mean of two log-odds is flatter than either and promises too little: the training rows set its level."""
    model = BandModel(trees, sums, Mix(0.5, 0.5))
    known = rows.known[:, band]
    label, weight = rows.converted[known, band], rows.weight[known]
    if not label.any():
        return model
    log_odds = BandScorer(model).raw_matrix(rows.matrix[known])
    return replace(model, mix=replace(model.mix, intercept=level(log_odds, label, weight / weight.mean())))
