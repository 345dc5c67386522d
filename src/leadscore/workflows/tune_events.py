"""Look for better settings of the recipe on rolling origins before the evaluation, never on its rows or outcomes."""

import hashlib
import importlib
import json
import time
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np

from leadscore.config.load import Settings
from leadscore.config.training import OWN_LEARNER, LightGbmConfig
from leadscore.dataset.origins import Origin, plan_origins
from leadscore.dataset.splits import Split
from leadscore.domain.errors import DataError, UsageError
from leadscore.domain.progress import Progress, silent
from leadscore.domain.time import format_instant
from leadscore.features.facts import Facts
from leadscore.modeling.base_rate import base_rates
from leadscore.modeling.predictor import BandPredictor
from leadscore.modeling.rows import LabelledRows
from leadscore.workflows.build_training_set import build_evaluation_set, build_training_set
from leadscore.workflows.fit_recipe import Learnable, fit, manifest_horizons
from leadscore.workflows.learn_events import KIND, learnable

FOLDS = 3
STORAGE = "tuning.db"
STEP = "tuning (seconds)"
_IDLE: dict[str, Any] = {
    "backtest_origins": True,
    "bootstrap_draws": True,
    "capacity_per_week": True,
    "grade_lifts": True,
    "learning_curve": True,
    "max_columns": True,
    "table_test_share": True,
    "lightgbm": {"threads"},
}
"""Settings of training that no loss of a trial depends on."""


@dataclass(frozen=True)
class TuneRequest:
    """How long to search, in minutes; `trials` at most, if given."""

    minutes: float = 10.0
    trials: int | None = None


@dataclass(frozen=True)
class Tuned:
    """Settings with the best recipe found, and how it was found, as JSON; None if nothing was searched."""

    settings: Settings
    about: dict[str, Any] | None


@dataclass(frozen=True)
class FactsBefore:
    """The facts, the split whose cut is the limit of what may be looked at, attributes suspected of leaking."""

    facts: Facts
    split: Split
    left_out: Collection[str]


@dataclass(frozen=True)
class Fold:
    """What was known at an earlier cut, and the snapshots after it with what had ripened before the evaluation."""

    learnt: Learnable
    matrix: np.ndarray
    later: LabelledRows


def require_tuning(settings: Settings) -> Any:
    """The module that searches.

    Raises   UsageError [LS-USAGE-01] if Optuna is not installed, or if another classifier than LightGBM learns.
    """
    if settings.training.estimator != OWN_LEARNER:
        found = f"the estimator is {settings.training.estimator}, --tune knows the settings of LightGBM"
        raise UsageError("LS-USAGE-01", where="--tune", found=found, fix="set estimator_settings yourself")
    try:
        return importlib.import_module("leadscore.modeling.tuning")
    except ModuleNotFoundError as error:
        raise UsageError(
            "LS-USAGE-01", where="--tune", found=str(error), fix="pip install 'leadscore[tune]'"
        ) from error


def tune_events(past: FactsBefore, settings: Settings, asked: TuneRequest | None, progress: Progress) -> Tuned:
    """Search settings by their log loss on rolling origins, if it was asked for.

    A search over the same facts, cut and recipe goes on where an earlier one stopped; it is kept in
    `models/tuning.db`.

    past     the evaluation's own rows, and outcomes known after its cut, are not looked at.
    Raises   UsageError, see require_tuning; DataError [LS-DATA-01] if the history is too short for earlier cuts.
    """
    if asked is None:
        return Tuned(settings, None)
    tuning, training = require_tuning(settings), settings.training
    started, budget = time.monotonic(), max(round(asked.minutes * 60), 1)
    folds = folds_before(past, settings, progress)

    def losses(config: LightGbmConfig) -> Iterator[float]:
        tried = replace(settings, training=training.model_copy(update={"lightgbm": config}))
        return (_loss(fold, tried) for fold in folds)

    def tell() -> None:
        progress(STEP, min(round(time.monotonic() - started), budget - 1), budget)

    name = study_name(past, settings)
    search = tuning.Search(name, settings.service.models_folder / STORAGE, training.lightgbm, training.seed)
    left = max(budget - (time.monotonic() - started), 1.0)
    found = tuning.search_settings(search, losses, seconds=left, trials=asked.trials, after_each=tell)
    progress(STEP, budget, budget)
    chosen = {
        key: value for key, value in found.settings.model_dump().items() if value != getattr(training.lightgbm, key)
    }
    about = {
        "study": name,
        "folds": [fold.learnt.as_of for fold in folds],
        **{key: value for key, value in asdict(found).items() if key != "settings"},
        "changed": chosen,
    }
    return Tuned(with_tuning(settings, about), about)


def with_tuning(settings: Settings, about: dict[str, Any] | None) -> Settings:
    """The settings that a tuned training used, from what `Tuned.about` says of it."""
    if about is None:
        return settings
    lightgbm = settings.training.lightgbm.model_copy(update=about["changed"])
    return replace(settings, training=settings.training.model_copy(update={"lightgbm": lightgbm}))


def folds_before(past: FactsBefore, settings: Settings, progress: Progress) -> list[Fold]:
    """What was known at earlier cuts, and what came after each of them, by all that was known at the evaluation's cut.

    Raises   DataError [LS-DATA-01] if the history is too short.
    """
    training = settings.training
    planned = training.model_copy(
        update={"backtest_origins": FOLDS, "max_snapshots": min(training.max_snapshots, training.backtest_snapshots)}
    )
    thinner = replace(settings, training=planned)
    # Outcomes known later would show in which snapshots are kept, even where no label is.
    past = replace(past, facts=past.facts.known_before(past.split.cut))
    first = int(np.min(past.facts.leads["created_at"].to_numpy()))
    origins = plan_origins(first, past.split, planned)
    found = []
    for number, origin in enumerate(origins, start=1):
        fold = _fold(past, origin, thinner)
        found += [] if fold is None else [fold]
        progress("earlier cuts to tune on", number, len(origins))
    if not found:
        raise DataError(
            "LS-DATA-01",
            where="--tune",
            found=f"the history before {format_instant(past.split.cut)} is too short for earlier cuts to tune on",
            fix="train without --tune, or import older history",
        )
    return found


def _fold(past: FactsBefore, origin: Origin, settings: Settings) -> Fold | None:
    """None if nothing can be fitted at that cut, or nothing after it had ripened before the evaluation."""
    try:
        known = build_training_set(past.facts, origin.cut, settings, silent).without_attributes(past.left_out)
        later = build_evaluation_set(past.facts, origin.cut, origin.until, past.split.fit_complete_to, settings)
    except DataError:
        return None
    if not later.rows.labels().any() or not known.bands.labels().any():
        return None
    return Fold(learnable(known, ()), later.matrix(known.features, silent), later.rows)


def _loss(fold: Fold, settings: Settings) -> float:
    """Mean over the horizons of the log loss, in multiples of that of the base rate, so that each counts alike."""
    horizons, main = manifest_horizons(settings, KIND)
    p = BandPredictor(fit(fold.learnt, settings, KIND, silent).bands, horizons, main).curve(fold.matrix)
    return relative_loss(p, fold.later)


def relative_loss(p: np.ndarray, later: LabelledRows) -> float:
    """Log loss of chances, shape (n, h), over that of the rows' own base rates; horizons without conversions left out.

    >>> rows = LabelledRows(known=np.ones((4, 1), bool), converted=np.array([[True], [False], [False], [False]]),
    ...                     weight=np.ones(4), cluster=np.arange(4))
    >>> relative_loss(np.full((4, 1), float(base_rates(rows)[0])), rows)
    1.0
    """
    rates, found = base_rates(later), []
    for column in range(later.columns):
        known, label = later.known[:, column], later.converted[later.known[:, column], column]
        if label.any():
            weight = later.weight[known]
            found.append(_log_loss(p[known, column], label, weight) / _log_loss(rates[[column]], label, weight))
    return float(np.mean(found))


def _log_loss(p: np.ndarray, label: np.ndarray, weight: np.ndarray) -> float:
    return float(np.average(-np.log(np.where(label, p, 1 - p)), weights=weight))


def study_name(past: FactsBefore, settings: Settings) -> str:
    """A name that holds all that the losses depend on but the settings that are searched."""
    recipe = {
        "training": settings.training.model_dump(mode="json", exclude=_IDLE),
        "features": settings.features.model_dump(mode="json"),
        "sql_event_types": sorted(settings.routing.qualification.sql_event_types),
        "leadscore": version("leadscore"),
        "cut": past.split.cut,
        "left_out": sorted(past.left_out),
    }
    text = json.dumps(recipe, sort_keys=True)
    return f"{past.facts.digest().removeprefix('sha256:')[:16]}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
