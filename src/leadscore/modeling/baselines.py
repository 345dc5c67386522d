"""What a model is held against: the base rate, and what companies use today."""

from collections.abc import Sequence
from typing import Protocol

from leadscore.features.definitions import Feature
from leadscore.modeling.base_rate import fit_base_rate
from leadscore.modeling.logistic import fit_logistic
from leadscore.modeling.naive_bayes import fit_naive_bayes
from leadscore.modeling.points import fit_points
from leadscore.modeling.rows import Floats, TrainingRows

BASE_RATE, POINTS, NAIVE_BAYES, LOGISTIC = "base_rate", "points", "naive_bayes", "logistic"


class Baseline(Protocol):
    """Anything that predicts chances by horizon from a feature matrix."""

    def predict(self, matrix: Floats) -> Floats:
        """Shape (n, f) -> (n, h), not falling over the horizons."""


def fit_baselines(rows: TrainingRows, features: Sequence[Feature], categorical: Sequence[int]) -> dict[str, Baseline]:
    """Fit every baseline that the features allow, on the same rows as the model.

    rows         labels by horizon (not by band), shape (n, h).
    features     what the columns mean; without decayed event counts there is no points scorecard.
    categorical  indexes of the columns that hold category codes; without any there is no naive Bayes.
    """
    fitted: dict[str, Baseline | None] = {
        BASE_RATE: fit_base_rate(rows),
        POINTS: fit_points(rows, features),
        NAIVE_BAYES: fit_naive_bayes(rows, categorical),
        LOGISTIC: fit_logistic(rows, categorical),
    }
    return {name: baseline for name, baseline in fitted.items() if baseline is not None}
