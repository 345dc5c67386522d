import numpy as np

from leadscore.features.definitions import Feature
from leadscore.modeling.baselines import fit_baselines
from leadscore.modeling.evaluation import evaluate
from leadscore.modeling.rows import TrainingRows

FEATURES = (
    Feature("demo_requested_decayed_30d", "decayed", "demo_requested", half_life_days=30),
    Feature("industry", "attribute", attribute="industry"),
    Feature("employees", "attribute", attribute="employees"),
)


def history(seed):
    random = np.random.default_rng(seed)
    matrix = np.column_stack(
        [random.exponential(1, 3_000), random.integers(0, 5, 3_000), random.lognormal(3, 1, 3_000)]
    )
    log_odds = -4 + matrix[:, 0] + (matrix[:, 1] == 3) + 0.3 * (np.log(matrix[:, 2]) - 3)
    return TrainingRows(
        matrix=matrix,
        known=np.ones((3_000, 1), dtype=bool),
        converted=random.random((3_000, 1)) < (1 / (1 + np.exp(-log_odds)))[:, None],
        weight=np.ones(3_000),
        cluster=np.arange(3_000),
    )


def test_each_baseline_that_uses_more_predicts_later_rows_better():
    later = history(seed=1)
    loss = {
        name: evaluate(fitted.predict(later.matrix), later, ("60d",), 50, 1).horizons["60d"].values()["log_loss"]
        for name, fitted in fit_baselines(history(seed=0), FEATURES, [1]).items()
    }
    assert list(loss) == ["base_rate", "points", "naive_bayes", "logistic"]
    assert loss["logistic"] < loss["points"] < loss["base_rate"]
    assert loss["logistic"] < loss["naive_bayes"] < loss["base_rate"]


def test_a_baseline_that_the_features_do_not_allow_is_absent():
    rows = history(seed=0)
    numbers = TrainingRows(
        matrix=rows.matrix[:, [2]],
        known=rows.known,
        converted=rows.converted,
        weight=rows.weight,
        cluster=rows.cluster,
    )
    assert list(fit_baselines(numbers, FEATURES[2:], [])) == ["base_rate", "logistic"]
