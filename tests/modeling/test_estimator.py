"""Any scikit-learn classifier by its name: what is refused says what is allowed, and gaps and weights are seen to."""

import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from leadscore.domain.errors import UsageError
from leadscore.modeling.estimator import fitted_on, make_estimator, with_preparation

LOGISTIC = "sklearn.linear_model.LogisticRegression"


def rows(n=600):
    """A number with gaps, a column without any value, and category codes; the first and the last decide."""
    rng = np.random.default_rng(2)
    matrix = np.column_stack([rng.normal(size=n), np.full(n, np.nan), rng.integers(0, 3, n)])
    label = rng.random(n) < 1 / (1 + np.exp(1 - 2 * matrix[:, 0] - 2 * (matrix[:, 2] == 1)))
    matrix[rng.random(n) < 0.2, 0] = np.nan
    return matrix, label


@pytest.mark.parametrize(
    ("name", "settings", "found"),
    [
        ("catboost", {}, "is not there"),
        ("sklearn.ensemble.NoSuchForest", {}, "is not there"),
        ("nowhere.at.all.Model", {}, "is not there"),
        ("sklearn.linear_model.LinearRegression", {}, "no fit, predict_proba"),
        ("sklearn.linear_model.SGDClassifier", {"loss": "hinge"}, "no probabilities with these settings"),
        (LOGISTIC, {"trees": 3}, "unexpected keyword"),
    ],
)
def test_what_cannot_take_its_place_is_refused_with_what_can(name, settings, found):
    with pytest.raises(UsageError, match=found) as caught:
        make_estimator(name, settings)
    assert caught.value.code == "LS-CONFIG-02"
    allowed = "max_iter" if name == LOGISTIC else "sklearn.ensemble.HistGradientBoostingClassifier"
    assert allowed in str(caught.value)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        (LOGISTIC, {}),
        ("sklearn.ensemble.HistGradientBoostingClassifier", {"max_iter": 20}),
        ("sklearn.ensemble.RandomForestClassifier", {"n_estimators": 20, "min_samples_leaf": 10}),
        ("sklearn.naive_bayes.GaussianNB", {}),
        ("sklearn.neighbors.KNeighborsClassifier", {"n_neighbors": 30}),
    ],
)
def test_gaps_categories_and_columns_without_a_value_are_no_obstacle(name, settings):
    matrix, label = rows()
    model = with_preparation(make_estimator(name, settings), [2], 3)
    p = fitted_on(model, matrix, label, np.ones(len(label)), 1).chances(matrix)
    assert ((p > 0) & (p < 1)).all()
    assert p[label].mean() > p[~label].mean() + 0.1


def test_only_a_classifier_that_bears_no_gaps_gets_them_filled():
    assert isinstance(with_preparation(make_estimator(LOGISTIC, {}), [], 3), Pipeline)
    forest = make_estimator("sklearn.ensemble.RandomForestClassifier", {})
    assert not isinstance(with_preparation(forest, [], 3), Pipeline)


@pytest.mark.parametrize("name", [LOGISTIC, "sklearn.neighbors.KNeighborsClassifier"])
def test_rows_count_by_their_weight_even_if_the_classifier_takes_none(name):
    matrix, label = rows(3000)
    weight = np.where(label, 1.0, 9.0)
    settings = {} if name == LOGISTIC else {"n_neighbors": 200}
    model = with_preparation(make_estimator(name, settings), [2], 3)
    p = fitted_on(model, matrix, label, weight, 1).chances(matrix)
    assert np.average(p, weights=weight) == pytest.approx(np.average(label, weights=weight), rel=0.3)
    assert label.mean() > 3 * np.average(label, weights=weight)
