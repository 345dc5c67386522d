"""Fit the recipe at several past cuts and judge each fit on what came after it: a rolling-origin backtest."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from joblib import Parallel, delayed

from leadscore.config.load import Settings
from leadscore.dataset.origins import Origin, plan_origins
from leadscore.dataset.splits import Split
from leadscore.domain.errors import DataError
from leadscore.domain.progress import Progress, silent
from leadscore.domain.time import format_instant
from leadscore.modeling.backtest import MODEL, JudgedOrigin
from leadscore.modeling.baselines import fit_baselines
from leadscore.modeling.predictor import BandPredictor
from leadscore.workflows.build_training_set import EvaluationSnapshots, build_evaluation_set, build_training_set
from leadscore.workflows.fit_recipe import fit, manifest_horizons
from leadscore.workflows.learn_events import KIND, learnable


@dataclass(frozen=True)
class OriginFit:
    """The recipe fitted at one past cut.

    judged     held against the snapshots after the cut.
    next_p     probabilities at the main horizon for the snapshots after the next cut, which the next fit ranks too.
    """

    judged: JudgedOrigin
    next_p: np.ndarray

    @property
    def next_cut(self) -> str:
        """Where the test period ends the next cut lies."""
        return str(self.judged.about["until"])


@dataclass(frozen=True)
class Past:
    """What every origin is computed from.

    newest     snapshots of the evaluation itself, the period after the last of the origins; its facts are read.
    left_out   attributes that today's leakage gate suspects: no origin uses them, though an early one might not have
               found them.
    tuned_from   first instant after which snapshots were looked at to tune the settings; None if nothing was tuned.
    """

    newest: EvaluationSnapshots
    split: Split
    left_out: Collection[str]
    settings: Settings
    tuned_from: int | None = None

    def later(self, origin: Origin) -> EvaluationSnapshots:
        """Snapshots after a cut, labelled by all that is known today."""
        return build_evaluation_set(self.newest.facts, origin.cut, origin.until, self.split.complete_to, self.settings)


def backtest(past: Past, progress: Progress) -> list[OriginFit | str]:
    """The recipe at each cut before the evaluation's own, oldest first; why, for one that cannot be fitted or judged.

    Each fit learns its own feature set from what was known at its cut, so nothing later is read, not even that a type
    of event exists. Fits run side by side, one thread each; fewer snapshots than usual keep the time bounded.
    """
    training = past.settings.training
    one_thread = training.lightgbm.model_copy(update={"threads": 1})
    fewer = min(training.max_snapshots, training.backtest_snapshots)
    thinner = training.model_copy(update={"max_snapshots": fewer, "lightgbm": one_thread})
    first = int(np.min(past.newest.facts.leads["created_at"].to_numpy()))
    origins = plan_origins(first, past.split, training)
    bounded = replace(past, settings=replace(past.settings, training=thinner))
    runs = (delayed(_run)(bounded, *pair) for pair in pairwise((*origins, None)))
    found = []
    for done, fitted in enumerate(
        Parallel(n_jobs=training.lightgbm.threads, prefer="threads", return_as="generator")(runs), start=1
    ):
        found.append(fitted)
        progress("backtest", done, len(origins))
    return found


def _run(past: Past, origin: Origin, following: Origin | None) -> OriginFit | str:
    try:
        return _fit_and_judge(past, origin, following)
    except DataError as error:
        return f"at {format_instant(origin.cut)[:10]}: {error.found}"


def _fit_and_judge(past: Past, origin: Origin, following: Origin | None) -> OriginFit:
    """One fit, by what was known at its cut; so few conversions may ask for another learner than today's."""
    settings = past.settings
    horizons, main = manifest_horizons(settings, KIND)
    later = past.later(origin)
    known = build_training_set(past.newest.facts, origin.cut, settings, silent).without_attributes(past.left_out)
    rows = learnable(known, ())
    fitted = fit(rows, settings, KIND, silent)
    predictor = BandPredictor(fitted.bands, horizons, main)
    baselines = fit_baselines(known.whole, known.features.features, known.features.categorical)
    matrix = later.matrix(known.features, silent)
    about = {
        "cut": format_instant(origin.cut),
        "until": format_instant(origin.until),
        "training_snapshots": len(known.bands),
        "conversions": known.conversions,
        "learner": fitted.learner,
    }
    if past.tuned_from is not None and origin.until > past.tuned_from:
        about["tuned_on"] = True
    p = {MODEL: predictor.curve(matrix), **{name: each.predict(matrix) for name, each in baselines.items()}}
    follows = past.newest if following is None else past.later(following)
    next_p = predictor.curve(follows.matrix(known.features, silent))[:, predictor.main]
    return OriginFit(JudgedOrigin(about, p, later.rows), next_p)
