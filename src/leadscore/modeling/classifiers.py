"""Our learners as scikit-learn classifiers, for pipelines, searches and cross-validation of one's own.

The classes are "never" and then the horizon bands in which a lead converts, nearest first: with labels 0 and 1 an
ordinary two-class problem, with 0, 1, 2, 3 the time to convert. A lead too young for the last band has no such label
and must be left out here; `leadscore train` lets it teach the near bands.
"""

from abc import abstractmethod
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from leadscore.config.training import LightGbmConfig
from leadscore.modeling.band_model import BandModel, Mix, of_trees
from leadscore.modeling.bands import fit_bands
from leadscore.modeling.predictor import BandPredictor
from leadscore.modeling.ridge_bands import fit_ridge_bands
from leadscore.modeling.rows import Floats, TrainingRows

_USUAL = LightGbmConfig()


class _BandClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """What both have in common: labels to bands, and chances of the bands back to chances of the classes."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803
        """Fit one model per band.

        X              shape (n, f); NaN is a missing value.
        y              shape (n,): the lowest class is "never", the others are bands, nearest first.
        sample_weight  how many rows each one stands for, shape (n,).
        """
        X, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan")  # noqa: N806
        check_classification_targets(y)
        weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        self.classes_, place = np.unique(y, return_inverse=True)
        used = weight > 0
        if len(np.unique(place[used])) < 2:
            raise ValueError("Classifier can't train when only one class is present.")
        bands = np.arange(1, len(self.classes_))
        place = place[used]
        rows = TrainingRows(
            matrix=np.ascontiguousarray(X[used]),
            known=(place[:, None] == 0) | (place[:, None] >= bands),
            converted=place[:, None] == bands,
            weight=weight[used],
            cluster=np.arange(len(place)),
        )
        self.bands_ = self._fit_bands(rows)
        return self

    def predict_proba(self, X: Any) -> Floats:  # noqa: N803
        """Chance of each class, shape (n, classes)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)  # noqa: N806
        curve = BandPredictor(self.bands_, tuple(range(1, len(self.classes_)))).curve(np.ascontiguousarray(X))
        return np.column_stack([1 - curve[:, -1], np.diff(curve, axis=1, prepend=0.0)])

    def predict(self, X: Any) -> Any:  # noqa: N803
        """The likeliest class of each row, shape (n,)."""
        likeliest = np.argmax(self.predict_proba(X), axis=1)
        return self.classes_[likeliest]

    @abstractmethod
    def _fit_bands(self, rows: TrainingRows) -> tuple[BandModel, ...]: ...

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


class LightGbmBands(_BandClassifier):
    """Time to convert by one LightGBM model per band, as `leadscore train` fits it.

    categorical   indexes of the columns that hold category codes (whole numbers from 0).
    random_state  seed of all drawing; the other parameters are those of `lightgbm:` in `configs/training.yaml`.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - a parameter each is what scikit-learn asks for
        self,
        trees: int = _USUAL.trees,
        learning_rate: float = _USUAL.learning_rate,
        leaves: int = _USUAL.leaves,
        min_rows_per_leaf: int = _USUAL.min_rows_per_leaf,
        lambda_l2: float = _USUAL.lambda_l2,
        feature_fraction: float = _USUAL.feature_fraction,
        bagging_fraction: float = _USUAL.bagging_fraction,
        categorical: tuple[int, ...] = (),
        random_state: int = 1,
    ) -> None:
        self.trees = trees
        self.learning_rate = learning_rate
        self.leaves = leaves
        self.min_rows_per_leaf = min_rows_per_leaf
        self.lambda_l2 = lambda_l2
        self.feature_fraction = feature_fraction
        self.bagging_fraction = bagging_fraction
        self.categorical = categorical
        self.random_state = random_state

    def _fit_bands(self, rows: TrainingRows) -> tuple[BandModel, ...]:
        settings = self.get_params()
        categorical, seed = settings.pop("categorical"), settings.pop("random_state")
        config = LightGbmConfig(**settings, trees_on_few_data=self.trees, threads=1)
        names = [str(name) for name in self.classes_[1:]]
        return of_trees(fit_bands(rows, names, categorical, config, seed))


class RidgeBands(_BandClassifier):
    """Time to convert by one ridge logistic regression per band, each a sum of column effects.

    categorical  indexes of the columns that hold category codes (whole numbers from 0).
    """

    def __init__(self, categorical: tuple[int, ...] = ()) -> None:
        self.categorical = categorical

    def _fit_bands(self, rows: TrainingRows) -> tuple[BandModel, ...]:
        return tuple(BandModel(None, model, Mix(0.0, 1.0)) for model in fit_ridge_bands(rows, self.categorical))
