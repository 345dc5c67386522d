"""The recipe both kinds of training share: fit at an earlier cut, judge on later rows, fit again on everything."""

from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np

from leadscore.config.load import Settings
from leadscore.config.training import OWN_LEARNER
from leadscore.domain.progress import Progress
from leadscore.domain.time import parse_instant
from leadscore.features.feature_set import FeatureSet
from leadscore.modeling.artifact import ArtifactParts
from leadscore.modeling.band_model import BandModel
from leadscore.modeling.base_rate import base_rates
from leadscore.modeling.baselines import fit_baselines
from leadscore.modeling.confidence import LittleHistory, expected_on
from leadscore.modeling.distillation import fit_taught_bands
from leadscore.modeling.doubts import Doubts, doubts_of_events
from leadscore.modeling.estimator import make_estimator
from leadscore.modeling.evaluation import Evaluation, evaluate
from leadscore.modeling.golden_rows import draw_golden_rows
from leadscore.modeling.intervals import IntervalTable, fit_intervals_by_horizon
from leadscore.modeling.newest_level import at_newest_level
from leadscore.modeling.predictor import BandPredictor
from leadscore.modeling.recipe import Columns, Recipe, fit_recipe
from leadscore.modeling.rows import LabelledRows, TrainingRows
from leadscore.scoring.grades import build_score_table
from leadscore.workflows.champion import Champion


@dataclass(frozen=True)
class Learnable:
    """Rows to learn from at one instant of knowledge.

    bands    labels by band; whole the rows of them that baselines learn from, with labels by horizon.
    as_of    instant of knowledge as ISO text; None for a table without times.
    window   what the rows span, for the manifest.
    """

    bands: TrainingRows
    whole: TrainingRows
    features: FeatureSet
    as_of: str | None
    window: dict[str, Any]


@dataclass(frozen=True)
class Fitted:
    """A model of each band, what it was fitted on, and what kind of learner it is.

    about   more about the learner, for the manifest.
    """

    rows: Learnable
    bands: tuple[BandModel, ...]
    learner: str
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """An evaluation fit held against later rows.

    p           its probabilities, shape (n, h).
    matrix      the later rows by its features.
    base_rates  of the rows it was fitted on, shape (h,).
    baseline_p  baseline -> its probabilities of the later rows, shape (n, h).
    """

    fitted: Fitted
    p: np.ndarray
    matrix: np.ndarray
    base_rates: np.ndarray
    evaluation: Evaluation
    baselines: dict[str, Evaluation]
    intervals: tuple[IntervalTable, ...]
    baseline_p: dict[str, np.ndarray]


def horizon_names(settings: Settings, kind: str) -> tuple[str, ...]:
    """Keys of the horizons: "14d" and so on, or "table"."""
    return ("table",) if kind == "table" else tuple(f"{days}d" for days in settings.training.horizons_days)


def fit(rows: Learnable, settings: Settings, kind: str, progress: Progress, learner: str | None = None) -> Fitted:
    """A model of every band: the recipe for so many conversions, or what a named classifier teaches.

    learner   of an earlier fit, to be used again however many conversions there are now.
    """
    training = settings.training
    if training.estimator != OWN_LEARNER:
        return _fit_estimator(rows, settings, progress)
    columns = Columns(rows.features.features, rows.features.categorical)
    names = horizon_names(settings, kind)
    used, bands = fit_recipe(rows.bands, names, columns, Recipe(training.lightgbm, training.seed, learner), progress)
    level = at_newest_level(bands, rows.bands, training.newest_level_days)
    moved = [new.mix.intercept - old.mix.intercept for new, old in zip(level, bands, strict=True)]
    return Fitted(rows, level, used, {"newest_level": moved})


def check_estimator(settings: Settings) -> None:
    """Make sure, before any work, that the classifier in the configuration is there.

    Raises   UsageError [LS-CONFIG-02] saying what is allowed.
    """
    if settings.training.estimator != OWN_LEARNER:
        make_estimator(settings.training.estimator, settings.training.estimator_settings)


def _fit_estimator(rows: Learnable, settings: Settings, progress: Progress) -> Fitted:
    name, options = settings.training.estimator, settings.training.estimator_settings
    classifier = make_estimator(name, options)
    taught = fit_taught_bands(classifier, rows.bands, rows.features.categorical, settings.training.seed, progress)
    about = {"estimator": name, "estimator_settings": options, "likeness": list(taught.likeness)}
    return Fitted(rows, taught.bands, name.rpartition(".")[2], about)


def judge(
    fitted: Fitted, matrix: np.ndarray, later: LabelledRows, settings: Settings, kind: str, progress: Progress
) -> Judged:
    """Measure a fit on earlier rows on the later ones, the baselines beside it.

    matrix   the later rows by the features of the fit.
    """
    training, learnt = settings.training, fitted.rows
    names = horizon_names(settings, kind)
    horizons, main = manifest_horizons(settings, kind)
    p = BandPredictor(fitted.bands, horizons, main).curve(matrix)
    predictions = {
        name: model.predict(matrix)
        for name, model in fit_baselines(learnt.whole, learnt.features.features, learnt.features.categorical).items()
    }
    evaluations = {}
    for number, (name, predicted) in enumerate({"": p, **predictions}.items()):
        evaluations[name] = evaluate(predicted, later, names, training.bootstrap_draws, training.seed)
        progress("judging on later data", number + 1, len(predictions) + 1)
    doubts = [Doubts() if kind == "table" else doubts_of_events(days) for days in horizons]
    intervals = fit_intervals_by_horizon(p, later, group_of_like_leads(learnt.features, matrix), doubts)
    model = evaluations.pop("")
    return Judged(fitted, p, matrix, base_rates(learnt.whole), model, evaluations, intervals, predictions)


def group_of_like_leads(features: FeatureSet, matrix: np.ndarray) -> np.ndarray:
    """The number of each row's segment, or of its source where there are no segments, shape (n,); 0 if neither."""
    for name in ("segment", "source"):
        for column in features.categorical:
            if features.features[column].attribute == name:
                return np.asarray(np.nan_to_num(matrix[:, column] + 1), dtype=np.int64)
    return np.zeros(len(matrix), dtype=np.int64)


def manifest_horizons(settings: Settings, kind: str) -> tuple[tuple[int, ...], int]:
    """Horizons in days and the main one; a table model has one nameless horizon, written as 1."""
    if kind == "table":
        return (1,), 1
    return settings.training.horizons_days, settings.training.main_horizon_days


def parts(
    fitted: Fitted,
    judged: Judged,
    about: dict[str, Any],
    settings: Settings,
    champion: Champion | None,
) -> ArtifactParts:
    """Everything a model version is made of; a champion's score table is kept, so that grades keep their meaning."""
    learnt = fitted.rows
    horizons, main = manifest_horizons(settings, about["kind"])
    base_rate = float(base_rates(learnt.whole)[horizons.index(main)])
    kept = champion.score_table if champion and _same_question(champion, about["kind"], main) else None
    table = kept or build_score_table(base_rate, settings.training.grade_lifts).to_dict()
    doubt = little_history(learnt, judged, settings, about["kind"])
    headline = judged.evaluation.horizons[horizon_names(settings, about["kind"])[horizons.index(main)]].values()
    return ArtifactParts(
        features=learnt.features,
        bands=fitted.bands,
        intervals=judged.intervals,
        score_table=table,
        golden_rows=draw_golden_rows(learnt.bands.matrix),
        manifest={
            **about,
            "learner": fitted.learner,
            "as_of": learnt.as_of,
            "horizons_days": list(horizons),
            "main_horizon_days": main,
            "leadscore_version": version("leadscore"),
            "metrics": {name: headline[name] for name in ("roc_auc", "pr_auc", "log_loss", "brier", "ece")},
            "training_window": learnt.window,
            "low_confidence": doubt is not None,
            "extra": {
                "base_rate": base_rate,
                "little_history": None if doubt is None else doubt.to_dict(),
                **fitted.about,
            },
        },
    )


def little_history(learnt: Learnable, judged: Judged, settings: Settings, kind: str) -> LittleHistory | None:
    """What must be said of a model that few conversions taught; None if there were enough."""
    conversions, wanted = learnt.bands.converting_leads(), settings.promotion.low_confidence_conversions
    if conversions >= wanted:
        return None
    horizons, main = manifest_horizons(settings, kind)
    position = horizons.index(main)
    chance = float(base_rates(learnt.whole)[position])
    low, high = judged.intervals[position].at(chance)
    pace = learnt.window.get("conversions_a_day")
    day = None if learnt.as_of is None else expected_on(wanted - conversions, pace, parse_instant(learnt.as_of).at)
    return LittleHistory(conversions, wanted, day, horizon_names(settings, kind)[position], chance, low, high)


def _same_question(champion: Champion, kind: str, main: int) -> bool:
    rival = champion.rival
    return rival is not None and champion.kind == kind and rival.manifest["main_horizon_days"] == main


def importances(judged: Judged, settings: Settings, kind: str) -> list[tuple[str, float]]:
    """Groups of features by their mean absolute effect on the log-odds at the main horizon, strongest first."""
    horizons, main = manifest_horizons(settings, kind)
    _, effects = BandPredictor(judged.fitted.bands, horizons, main).explained(judged.matrix[:5_000])
    groups: dict[str, np.ndarray] = {}
    for column, feature in enumerate(judged.fitted.rows.features.features):
        groups[feature.group] = groups.get(feature.group, 0.0) + effects[:, column]
    ranked = sorted(((name, float(np.abs(total).mean())) for name, total in groups.items()), key=lambda pair: -pair[1])
    return ranked[:20]
