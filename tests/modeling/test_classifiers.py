"""Our learners keep the contract of scikit-learn."""

import numpy as np
import pytest
from sklearn.model_selection import cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from leadscore.config.training import LightGbmConfig
from leadscore.modeling.band_model import of_trees
from leadscore.modeling.bands import fit_bands
from leadscore.modeling.classifiers import LightGbmBands, RidgeBands
from leadscore.modeling.predictor import BandPredictor
from leadscore.modeling.ridge_bands import fit_ridge_bands
from leadscore.modeling.rows import TrainingRows

EXCEPTIONS = {
    "check_sample_weight_equivalence_on_dense_data": (
        "weights are brought to a mean of 1, leaves count rows, and the ridge chooses its strength by their number: "
        "a row of weight 2 is less than two rows"
    ),
}
FAST = LightGbmBands(trees=15, learning_rate=0.3, min_rows_per_leaf=5, lambda_l2=1.0, feature_fraction=1.0)


@parametrize_with_checks([FAST, RidgeBands()], expected_failed_checks=lambda _: EXCEPTIONS)
def test_the_checks_of_scikit_learn_pass_but_for_the_exceptions_written_down(estimator, check):
    check(estimator)


def rows(n=1500):
    """Three columns, and the band in which each row converts (0 never), by hazards that rise with the first column."""
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(n, 3))
    matrix[rng.random(matrix.shape) < 0.1] = np.nan
    hazard = 1 / (1 + np.exp(2 - 1.5 * np.nan_to_num(matrix[:, 0])))
    band = np.zeros(n, dtype=int)
    for number in (1, 2):
        band[(band == 0) & (rng.random(n) < hazard)] = number
    return matrix, band


def test_the_bands_are_those_that_training_fits():
    matrix, band = rows()
    converted = np.column_stack([band == 1, band == 2])
    known = np.column_stack([np.ones(len(band), dtype=bool), band != 1])
    same = TrainingRows(
        matrix=matrix, known=known, converted=converted, weight=np.ones(len(band)), cluster=np.arange(len(band))
    )
    texts = fit_bands(same, ["1", "2"], (), LightGbmConfig(trees=20, trees_on_few_data=20), 1)
    ours = LightGbmBands(trees=20).fit(matrix, band)
    assert [model.trees for model in ours.bands_] == texts
    curve = BandPredictor(of_trees(texts), (1, 2)).curve(matrix)
    assert np.array_equal(1 - ours.predict_proba(matrix)[:, 0], curve[:, 1])
    assert [model.additive for model in RidgeBands().fit(matrix, band).bands_] == fit_ridge_bands(same, ())


@pytest.mark.parametrize("estimator", [FAST, RidgeBands()])
def test_they_work_in_cross_validation(estimator):
    matrix, band = rows()
    assert cross_val_score(estimator, matrix, band > 0, scoring="roc_auc", cv=3).min() > 0.7
    chances = estimator.fit(matrix, band).predict_proba(matrix)
    assert chances.sum(axis=1) == pytest.approx(1)
    assert (chances > 0).all()
