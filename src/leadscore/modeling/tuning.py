"""A search for better settings of LightGBM, kept so that it can go on later; needs the extra `leadscore[tune]`."""

import logging
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import optuna

from leadscore.config.training import LightGbmConfig

RANGES: dict[str, tuple[float, float, bool]] = {
    "trees": (50, 1_000, True),
    "learning_rate": (0.01, 0.3, True),
    "leaves": (3, 32, True),
    "min_rows_per_leaf": (10, 500, True),
    "lambda_l2": (0.5, 200.0, True),
    "feature_fraction": (0.1, 1.0, False),
    "bagging_fraction": (0.4, 1.0, False),
}
"""Setting -> lowest, highest, whether it is drawn on a logarithmic scale; whole numbers have whole bounds."""
_START_TRIALS = 8


@dataclass(frozen=True)
class Search:
    """Which search this is, and where it is kept.

    name      two searches of one name go on from each other, so it holds all that the losses depend on.
    storage   SQLite file.
    start     the settings that are tried first, and kept unless others are better.
    """

    name: str
    storage: Path
    start: LightGbmConfig
    seed: int


@dataclass(frozen=True)
class Found:
    """The best settings of a search.

    without            for each fold the best settings by the mean loss of the others, which that fold can judge fairly.
    loss, start_loss   of the best settings and of those it started with.
    tried, pruned      trials of all runs of the search so far, and how many of them were given up after some folds.
    """

    settings: LightGbmConfig
    without: tuple[LightGbmConfig, ...]
    loss: float
    start_loss: float
    tried: int
    pruned: int


def search_settings(
    search: Search,
    losses: Callable[[LightGbmConfig], Iterable[float]],
    *,
    seconds: float | None,
    trials: int | None = None,
    after_each: Callable[[], None] = lambda: None,
) -> Found:
    """Try settings until the time is over, by tree-structured Parzen estimators (Bergstra et al. 2011).

    losses      settings -> their loss on one fold after the other, oldest first; what is worse than the median of the
                other trials at the same fold is given up.
    seconds     after which no further trial begins; the settings of the start are always tried.
    trials      at most so many in this run.
    after_each  is called when a trial has ended.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.ERROR)
    search.storage.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # Some of what it uses of itself and of SQLAlchemy is marked as experimental or deprecated.
        warnings.simplefilter("ignore")
        study = _open(search)

        def objective(trial: optuna.Trial) -> float:
            return _mean_loss(trial, losses(_suggested(trial, search.start)))

        def told(_: optuna.Study, __: optuna.trial.FrozenTrial) -> None:
            after_each()

        if not _completed(study):
            study.enqueue_trial(search.start.model_dump(include=set(RANGES)))
            study.optimize(objective, n_trials=1, callbacks=[told])
            trials = None if trials is None else trials - 1
        if trials is None or trials > 0:
            study.optimize(objective, n_trials=trials, timeout=seconds, callbacks=[told])
        return _found(study, search)


def _open(search: Search) -> optuna.Study:
    storage = f"sqlite:///{search.storage}"
    study = optuna.create_study(
        study_name=search.name,
        storage=storage,
        direction="minimize",
        pruner=optuna.pruners.MedianPruner(n_startup_trials=_START_TRIALS // 2),
        load_if_exists=True,
    )
    # A search that goes on must not draw again what it drew at first.
    seed = search.seed + len(study.trials)
    study.sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=_START_TRIALS)
    return study


def _mean_loss(trial: optuna.Trial, losses: Iterable[float]) -> float:
    total = 0.0
    for number, loss in enumerate(losses, start=1):
        total += loss
        trial.report(total / number, number)
        if trial.should_prune():
            raise optuna.TrialPruned
    return total / number


def _suggested(trial: optuna.trial.BaseTrial, start: LightGbmConfig) -> LightGbmConfig:
    """Settings from RANGES, which are widened to those of the start; rounded, so that they can be written down."""
    started = start.model_dump()
    found: dict[str, Any] = {}
    for name, (low, high, log) in RANGES.items():
        bounds = min(low, started[name]), max(high, started[name])
        if isinstance(low, int):
            found[name] = trial.suggest_int(name, *bounds, log=log)
        else:
            found[name] = trial.suggest_float(name, *bounds, log=log)
    if all(found[name] == started[name] for name in RANGES):
        return start
    rounded = {
        name: float(format(value, ".3g")) if isinstance(value, float) else value for name, value in found.items()
    }
    return start.model_copy(update={**rounded, "trees_on_few_data": max(1, found["trees"] // 2)})


def _completed(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    return study.get_trials(deepcopy=False, states=[optuna.trial.TrialState.COMPLETE])


def _fold_losses(trial: optuna.trial.FrozenTrial) -> list[float]:
    """The losses of a completed trial on each fold, from the running means that it reported."""
    totals = [0.0, *(mean * number for number, mean in sorted(trial.intermediate_values.items()))]
    return [after - before for before, after in pairwise(totals)]


def _found(study: optuna.Study, search: Search) -> Found:
    done = _completed(study)
    first, best = done[0], min(done, key=lambda trial: trial.value or 0.0)
    losses = [_fold_losses(trial) for trial in done]
    # Of equals the first, which is the start.
    others = [[sum(each) - own for own in each] for each in losses]
    without = [done[column.index(min(column))] for column in map(list, zip(*others, strict=True))]
    pruned = study.get_trials(deepcopy=False, states=[optuna.trial.TrialState.PRUNED])
    return Found(
        settings=_settings_of(best, search.start),
        without=tuple(_settings_of(trial, search.start) for trial in without),
        loss=float(best.value or 0.0),
        start_loss=float(first.value or 0.0),
        tried=len(done) + len(pruned),
        pruned=len(pruned),
    )


def _settings_of(trial: optuna.trial.FrozenTrial, start: LightGbmConfig) -> LightGbmConfig:
    return _suggested(optuna.trial.FixedTrial(trial.params), start)
