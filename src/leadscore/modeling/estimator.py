"""Any scikit-learn classifier by its name, made ready for feature rows with gaps, categories and weights."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils import all_estimators, get_tags
from sklearn.utils.validation import has_fit_parameter

from leadscore.domain.errors import UsageError
from leadscore.modeling.rows import Flags, Floats

_WHERE = "configs/training.yaml, estimator"
_MOST_CATEGORIES = 30
_LEAST = 1e-6


def make_estimator(name: str, settings: Mapping[str, Any]) -> Any:
    """An unfitted classifier.

    name      full name of a class with `fit` and `predict_proba`, e.g. `sklearn.linear_model.LogisticRegression`.
    settings  arguments of its constructor.
    Raises    UsageError [LS-CONFIG-02] if there is no such class, it gives no probabilities, or takes other settings.
    """
    module, _, class_name = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), class_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise _refused(f"{name!r} is not there: {error}", "lightgbm, or a class such as " + _examples()) from error
    if not all(hasattr(found, part) for part in ("fit", "predict_proba", "get_params")):
        raise _refused(f"{name} has no fit, predict_proba or get_params", _examples())
    try:
        made = found(**settings)
    except TypeError as error:
        allowed = ", ".join(sorted(found().get_params())) if not _needs_arguments(found) else "see its documentation"
        raise UsageError("LS-CONFIG-02", where=f"{_WHERE}_settings", found=str(error), allowed=allowed) from error
    if not hasattr(made, "predict_proba"):
        raise _refused(f"{name} gives no probabilities with these settings", _examples())
    return made


def with_preparation(estimator: Any, categorical: Sequence[int], columns: int) -> Any:
    """The classifier behind what it needs: one that takes missing values gets the rows as they are.

    For any other, numbers are filled with their median, with a column that says where, and brought to mean 0 and
    spread 1; categories become a 0/1 column each.
    """
    if get_tags(estimator).input_tags.allow_nan:
        return clone(estimator)
    numbers = [column for column in range(columns) if column not in set(categorical)]
    fill = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), StandardScaler()
    )
    apart = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=_MOST_CATEGORIES, sparse_output=False)
    codes = make_pipeline(SimpleImputer(strategy="constant", fill_value=-1.0), apart)
    prepared = ColumnTransformer([("numbers", fill, numbers), ("categories", codes, list(categorical))])
    return Pipeline([("prepare", prepared), ("classify", clone(estimator))])


@dataclass(frozen=True)
class FittedClassifier:
    """A classifier fitted on feature rows.

    told   which columns had two different values in training, shape (f,); the others are 0 to it, since classifiers
           differ in whether they bear a column without values.
    """

    model: Any
    told: Flags

    def chances(self, matrix: Floats) -> Floats:
        """P(converts) of each row, shape (n,), above 0 and below 1."""
        p = self.model.predict_proba(np.where(self.told, matrix, 0.0))[:, list(self.model.classes_).index(True)]
        return np.asarray(np.clip(p, _LEAST, 1 - _LEAST), dtype=np.float64)


def fitted_on(model: Any, matrix: Floats, label: Flags, weight: Floats, seed: int) -> FittedClassifier:
    """A clone of the model fitted on rows, shape (n, f), that stand for `weight` rows each, shape (n,).

    A classifier that takes no weights gets rows drawn by their weights instead.
    """
    told = np.array([len(np.unique(column[~np.isnan(column)])) > 1 for column in matrix.T])
    rows, model = np.where(told, matrix, 0.0), clone(model)
    last = model[-1] if isinstance(model, Pipeline) else model
    if has_fit_parameter(last, "sample_weight"):
        name = "classify__sample_weight" if isinstance(model, Pipeline) else "sample_weight"
        return FittedClassifier(model.fit(rows, label, **{name: weight / weight.mean()}), told)
    drawn = np.random.default_rng(seed).choice(len(label), len(label), p=weight / weight.sum())
    # Each class at least once, or there is nothing to tell apart.
    drawn[:2] = np.flatnonzero(label)[0], np.flatnonzero(~label)[0]
    return FittedClassifier(model.fit(rows[drawn], label[drawn]), told)


def _needs_arguments(found: Any) -> bool:
    try:
        found()
    except TypeError:
        return True
    return False


def _examples() -> str:
    usable = [
        f"{made.__module__.rsplit('._', 1)[0]}.{name}"
        for name, made in all_estimators("classifier")
        if hasattr(made, "predict_proba")
    ]
    return ", ".join(sorted(usable))


def _refused(found: str, allowed: str) -> UsageError:
    return UsageError("LS-CONFIG-02", where=_WHERE, found=found, allowed=allowed)
