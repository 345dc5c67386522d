"""What settings are searched and judged on: earlier cuts, and what came after them, before the evaluation."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from leadscore.config.load import Settings
from leadscore.dataset.origins import Origin, plan_origins
from leadscore.dataset.splits import Split
from leadscore.domain.errors import DataError
from leadscore.domain.progress import Progress, silent
from leadscore.domain.time import format_instant
from leadscore.features.facts import Facts
from leadscore.modeling.predictor import BandPredictor
from leadscore.modeling.rows import Floats, LabelledRows
from leadscore.workflows.build_training_set import build_evaluation_set, build_training_set
from leadscore.workflows.fit_recipe import Learnable, fit, manifest_horizons
from leadscore.workflows.learn_events import KIND, learnable

FOLDS = 3


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

    def predicted(self, settings: Settings) -> Floats:
        """The later snapshots by a fit with these settings at the cut, shape (n, h)."""
        horizons, main = manifest_horizons(settings, KIND)
        return BandPredictor(fit(self.learnt, settings, KIND, silent).bands, horizons, main).curve(self.matrix)


def folds_before(past: FactsBefore, settings: Settings, progress: Progress) -> list[Fold]:
    """What was known at earlier cuts, and what came after each of them, by all that was known at the evaluation's cut.

    Raises   DataError [LS-DATA-01] if the history is too short for two of them.
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
    if len(found) > 1:
        return found
    raise DataError(
        "LS-DATA-01",
        where="--tune",
        found=f"the history before {format_instant(past.split.cut)} is too short for two earlier cuts: what is chosen "
        "at one is judged at another",
        fix="train without --tune, or import older history",
    )


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
