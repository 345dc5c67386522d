"""Train on a company's events: when leads convert, learnt from everything known at an instant."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from leadscore.config.load import Settings
from leadscore.dataset.fact_doubts import note_facts
from leadscore.dataset.snapshot_groups import attribute_at
from leadscore.dataset.splits import Split, draw_split, plan_split
from leadscore.domain.errors import DataError
from leadscore.domain.notice import Notice, unheard
from leadscore.domain.progress import Progress
from leadscore.domain.time import parse_instant
from leadscore.features.facts import Facts
from leadscore.modeling.promotion import Verdict
from leadscore.registry.connection import open_registry
from leadscore.store.engine import Store, open_store
from leadscore.store.extract_time import latest_known_at
from leadscore.store.facts_arrow import load_facts
from leadscore.workflows.assess_model import assess_events
from leadscore.workflows.backtest import Past
from leadscore.workflows.build_training_set import (
    EvaluationSnapshots,
    TrainingSet,
    build_evaluation_set,
    build_training_set,
)
from leadscore.workflows.champion import Champion, load_champion
from leadscore.workflows.check_features import check_plugins
from leadscore.workflows.choose_attributes import choose_attributes
from leadscore.workflows.fit_recipe import check_estimator, fit, horizon_names, importances, judge, parts
from leadscore.workflows.fitted_model import FittedModel
from leadscore.workflows.judge_promotion import Contest, verdict
from leadscore.workflows.learn_events import KIND, learnable
from leadscore.workflows.learn_returns import learn_returns
from leadscore.workflows.register_model import TrainReport, register_model
from leadscore.workflows.tune_events import TuneRequest, require_tuning, tune_events, with_tuning
from leadscore.workflows.tuning_folds import FactsBefore


def train_on_events(  # noqa: PLR0913, PLR0917
    settings: Settings,
    name: str,
    as_of: int | None,
    progress: Progress,
    keep: tuple[str, ...] = (),
    notice: Notice = unheard,
    tune: TuneRequest | None = None,
) -> TrainReport:
    """Fit the recipe at an earlier cut, judge it on later snapshots, fit it on everything, register the challenger.

    as_of    instant of knowledge; by default the latest known_at of any stored fact, never the clock.
    keep     attributes used although the leakage gate suspects them.
    notice   hears what is doubtful about the facts, and what was done about it.
    tune     look for better settings of LightGBM first, on earlier cuts.
    Raises   DataError [LS-DATA-01, LS-DATA-02] if nothing can be fitted; OutsideError [LS-REGISTRY-01]; UsageError
             [LS-USAGE-01] if tuning is asked for and cannot be done.
    """
    if tune is not None:
        require_tuning(settings)
    check_estimator(settings)
    check_plugins(settings)
    store = open_store(settings.service.store_url)
    instant = _instant(store, as_of, notice)
    facts = load_facts(store, instant, progress, properties=settings.features.reads_properties)
    note_facts(facts, instant, settings.features, notice)
    registry = open_registry(settings.service.tracking_uri, settings.service.models_folder)
    with tempfile.TemporaryDirectory(prefix="leadscore-") as scratch:
        champion = load_champion(registry, name, Path(scratch))
        fitted = fit_events(facts, instant, settings, About(name, keep, champion, tune), progress)
    return register_model(registry, fitted, with_tuning(settings, fitted.tuning))


@dataclass(frozen=True)
class About:
    """What a training is for: the model's name, attributes kept against suspicion, the champion to beat.

    tune   how long to look for better settings; None for those of the configuration.
    """

    name: str
    keep: tuple[str, ...]
    champion: Champion | None
    tune: TuneRequest | None = None


def fit_events(facts: Facts, instant: int, settings: Settings, about: About, progress: Progress) -> FittedModel:
    """The whole recipe on facts in hand; writes nothing."""
    champion = about.champion
    split = plan_split(_first(facts), instant, settings.training)
    whole = build_training_set(facts, instant, settings, progress)
    # As of the instant, not of the cut: a column that was exported then tells of everything that happened until then.
    attributes = choose_attributes(facts, whole, settings, about.keep, progress)
    whole = whole.without_attributes(attributes.left_out)
    tuned = tune_events(FactsBefore(facts, split, attributes.left_out), settings, about.tune, progress)
    settings = tuned.settings
    early = build_training_set(facts, split.cut, settings, progress).without_attributes(attributes.left_out)
    later = build_evaluation_set(facts, split.test_from, split.test_until, split.complete_to, settings)
    learnt = learnable(early, about.keep)
    fitted = fit(learnt, settings, KIND, progress)
    judged = judge(fitted, later.matrix(early.features, progress), later.rows, settings, KIND, progress)
    everything = learnable(whole, about.keep)
    # The learner that was judged, though by now there may be conversions enough for another.
    final = fit(everything, settings, KIND, progress, fitted.learner)
    cause = _incomparable(champion, settings) if champion else None
    rival_p = None if cause or champion is None else _champion_p(champion, later, progress)
    contest = Contest(later.rows, attribute_at(facts, later.table, settings.promotion.segment), rival_p)
    ruling = Verdict(False, [cause], {}) if cause else verdict(judged, contest, everything, settings, KIND)
    manifest = {
        "name": about.name,
        "kind": KIND,
        "returns": learn_returns(facts.known_before(instant), instant, settings),
        **({"tuning": tuned.about} if tuned.about else {}),
    }
    version = parts(final, judged, manifest, settings, champion)
    tuned_from = parse_instant(tuned.about["folds"][0]).at if tuned.about and tuned.about["adopted"] else None
    past = Past(later, split, attributes.left_out, settings, tuned_from)
    return FittedModel(
        final=version,
        judged=parts(fitted, judged, manifest, settings, champion),
        evaluation=judged.evaluation,
        baselines=judged.baselines,
        verdict=ruling,
        against=champion.version if champion else None,
        importances=importances(judged, settings, KIND),
        data=_about_data(facts, split, whole),
        assessment=assess_events(past, judged, rival_p, version.score_table, progress),
        leak_suspects=attributes.suspects,
        kept_suspects=attributes.kept,
        leak_pictures=attributes.pictures,
        tuning=tuned.about,
    )


def picture_splits(settings: Settings, as_of: int | None) -> str:
    """A drawing of the periods that training would use."""
    store = open_store(settings.service.store_url)
    instant = _instant(store, as_of)
    return draw_split(plan_split(_first(load_facts(store, instant)), instant, settings.training))


def _instant(store: Store, as_of: int | None, notice: Notice = unheard) -> int:
    instant = latest_known_at(store, notice) if as_of is None else as_of
    if instant is None:
        raise DataError(
            "LS-DATA-01", found="the store holds no facts", fix="leadscore import leads FILE, events, outcomes"
        )
    return instant


def _first(facts: Facts) -> int:
    if not facts.leads.num_rows:
        raise DataError("LS-DATA-01", found="no lead was known at that instant", fix="import leads, or a later --as-of")
    return int(np.min(facts.leads["created_at"].to_numpy()))


def _incomparable(champion: Champion, settings: Settings) -> str | None:
    other = "; train under another --name"
    if champion.kind != KIND:
        return f"the champion, version {champion.version}, is a {champion.kind} model and cannot be compared{other}"
    if champion.rival is None:
        return f"the champion, version {champion.version}, was registered without its evaluation fit{other}"
    horizons = champion.rival.horizon_keys
    if horizons != horizon_names(settings, KIND):
        return f"the champion, version {champion.version}, answers for {', '.join(horizons)}{other}"
    return None


def _champion_p(champion: Champion, later: EvaluationSnapshots, progress: Progress) -> np.ndarray:
    p = np.full(later.rows.known.shape, np.nan)
    if champion.rival is not None:
        p[:] = champion.rival.predictor.curve(later.matrix(champion.rival.features, progress))
        # The champion's evaluation fit has seen outcomes up to its own cut: only rows after it are a fair test.
        p[later.table.as_of <= parse_instant(str(champion.rival.manifest["as_of"])).at] = np.nan
    return p


def _about_data(facts: Facts, split: Split, whole: TrainingSet) -> dict[str, Any]:
    counts = {kind: getattr(facts, kind).num_rows for kind in ("leads", "attributes", "events", "outcomes")}
    return {
        "digest": facts.digest(),
        "counts": counts,
        "split": draw_split(split).splitlines(),
        "training_snapshots": len(whole.bands),
        "conversions": whole.conversions,
    }
