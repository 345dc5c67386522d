"""What a classifier teaches: the served model repeats it on leads that neither has seen."""

import numpy as np
import pytest

from leadscore.modeling.band_model import BandScorer
from leadscore.modeling.distillation import fit_taught_bands
from leadscore.modeling.estimator import make_estimator
from leadscore.modeling.predictor import BandPredictor
from leadscore.modeling.rows import TrainingRows

FOREST = "sklearn.ensemble.RandomForestClassifier"


def rows(seed, leads=600, each=3):
    """Weekly rows of leads in two bands; interest decides, together with a detail."""
    rng = np.random.default_rng(seed)
    n = leads * each
    lead = np.repeat(np.arange(leads), each)
    matrix = np.column_stack([rng.normal(size=n), rng.normal(size=n), rng.integers(0, 3, n), np.full(n, np.nan)])
    odds = -2 + 1.2 * matrix[:, 0] + 1.5 * ((matrix[:, 1] > 0) & (matrix[:, 2] == 1))
    hazard = 1 / (1 + np.exp(-odds))
    first, second = rng.random(n) < hazard, rng.random(n) < hazard
    matrix[rng.random(n) < 0.1, 1] = np.nan
    known = np.column_stack([np.ones(n, dtype=bool), ~first & (lead % 5 > 0)])
    return TrainingRows(
        matrix=matrix, known=known, converted=np.column_stack([first, second]), weight=np.ones(n), cluster=lead
    ), hazard


def log_loss(p, label):
    return -np.mean(np.where(label, np.log(p), np.log(1 - p)))


@pytest.mark.parametrize(
    ("name", "settings", "likeness"),
    [
        ("sklearn.linear_model.LogisticRegression", {}, 0.97),
        ("sklearn.ensemble.HistGradientBoostingClassifier", {"max_iter": 40, "max_leaf_nodes": 6}, 0.7),
        pytest.param(
            FOREST, {"n_estimators": 40, "min_samples_leaf": 20, "random_state": 1}, 0.7, marks=pytest.mark.slow
        ),
    ],
)
def test_the_served_model_repeats_the_classifier_and_is_as_good_on_new_leads(name, settings, likeness):
    learnt, _ = rows(1)
    taught = fit_taught_bands(make_estimator(name, settings), learnt, [2], 1)
    assert min(taught.likeness) > likeness
    later, hazard = rows(2)
    p = BandPredictor(taught.bands, (14, 60)).curve(later.matrix)[:, 0]
    label = later.converted[:, 0]
    best, constant = log_loss(hazard, label), log_loss(np.full(len(label), label.mean()), label)
    assert log_loss(p, label) < best + 0.45 * (constant - best)


def test_a_classifier_that_knows_its_rows_by_heart_teaches_no_false_certainty():
    learnt, hazard = rows(1)
    greedy = make_estimator(FOREST, {"n_estimators": 30, "random_state": 1})
    (near, _) = fit_taught_bands(greedy, learnt, [2], 1).bands
    p = 1 / (1 + np.exp(-BandScorer(near).raw_matrix(learnt.matrix)))
    label = learnt.converted[:, 0]
    assert p[label].mean() == pytest.approx(hazard[label].mean(), abs=0.04)
    assert p.mean() == pytest.approx(label.mean(), rel=0.1)


def test_the_same_rows_and_seed_teach_the_same():
    learnt, _ = rows(1, leads=100)
    made = make_estimator("sklearn.naive_bayes.GaussianNB", {})
    assert fit_taught_bands(made, learnt, [2], 1) == fit_taught_bands(made, learnt, [2], 1)


def test_a_band_without_conversions_gets_its_base_rate():
    learnt, _ = rows(1, leads=200)
    learnt.converted[:, 1] = False
    taught = fit_taught_bands(make_estimator("sklearn.dummy.DummyClassifier", {}), learnt, [2], 1)
    assert taught.likeness == (1.0, None)
    curve = BandPredictor(taught.bands, (14, 60)).curve(learnt.matrix)
    assert np.ptp(curve[:, 0]) < 0.05
    assert (curve[:, 1] - curve[:, 0]).max() < 0.01
