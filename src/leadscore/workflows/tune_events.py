"""Look for better settings of the recipe on rolling origins before the evaluation, never on its rows or outcomes."""

import importlib
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from leadscore.config.load import Settings
from leadscore.config.training import OWN_LEARNER, LightGbmConfig
from leadscore.domain.errors import UsageError
from leadscore.domain.progress import Progress
from leadscore.modeling.relative_loss import relative_loss
from leadscore.workflows.judge_tuning import judge_tuning, with_lightgbm
from leadscore.workflows.name_study import study_name
from leadscore.workflows.tuning_folds import FactsBefore, folds_before

STORAGE = "tuning.db"
STEP = "tuning (seconds)"


@dataclass(frozen=True)
class TuneRequest:
    """How long to search, in minutes; `trials` at most, if given."""

    minutes: float = 10.0
    trials: int | None = None


@dataclass(frozen=True)
class Tuned:
    """Settings to train with, and how they were found, as JSON; None if nothing was searched.

    about   study; folds, the cuts; loss and start_loss, means over them; tried, pruned; best, what the best trial
            changed; gain, see RelativeGain, None if the start was best; adopted; changed, what training changes:
            nothing unless adopted.
    """

    settings: Settings
    about: dict[str, Any] | None


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
    """Search settings by their log loss on rolling origins, if it was asked for; adopt them if that is no chance.

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
        tried = with_lightgbm(settings, config)
        return (relative_loss(fold.predicted(tried), fold.later) for fold in folds)

    def tell() -> None:
        progress(STEP, min(round(time.monotonic() - started), budget - 1), budget)

    name = study_name(past, settings)
    search = tuning.Search(name, settings.service.models_folder / STORAGE, training.lightgbm, training.seed)
    left = max(budget - (time.monotonic() - started), 1.0)
    found = tuning.search_settings(search, losses, seconds=left, trials=asked.trials, after_each=tell)
    gain = None if found.settings == training.lightgbm else judge_tuning(found.without, folds, settings)
    progress(STEP, budget, budget)
    start, adopted = training.lightgbm.model_dump(), gain is not None and gain.is_sure
    best = {key: value for key, value in found.settings.model_dump().items() if value != start[key]}
    about = {
        "study": name,
        "folds": [fold.learnt.as_of for fold in folds],
        **{key: value for key, value in asdict(found).items() if key not in {"settings", "without"}},
        "best": best,
        "gain": None if gain is None else asdict(gain),
        "adopted": adopted,
        "changed": best if adopted else {},
    }
    return Tuned(with_tuning(settings, about), about)


def with_tuning(settings: Settings, about: dict[str, Any] | None) -> Settings:
    """The settings that a tuned training used, from what `Tuned.about` says of it."""
    if about is None:
        return settings
    return with_lightgbm(settings, settings.training.lightgbm.model_copy(update=about["changed"]))
