"""Find out what a data scientist asks next: does it hold at other cuts, in every group, with less data, at capacity?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from joblib import Parallel, delayed

from leadscore.config.load import Settings
from leadscore.dataset.snapshot_groups import snapshot_groups
from leadscore.domain.errors import DataError
from leadscore.domain.progress import Progress, silent
from leadscore.domain.time import format_instant
from leadscore.modeling.backtest import CHAMPION, MODEL, JudgedOrigin, report_backtest
from leadscore.modeling.calibration_card import calibration_card
from leadscore.modeling.capacity import DEFAULT_SHARE, catch
from leadscore.modeling.learning_curve import SHARES, PartFit, leads_drawn, report_learning_curve
from leadscore.modeling.predictor import BandPredictor
from leadscore.modeling.rows import LabelledRows
from leadscore.modeling.stability import rank_agreement
from leadscore.scoring.grades import ScoreTable
from leadscore.workflows.backtest import OriginFit, Past, backtest
from leadscore.workflows.fit_recipe import Fitted, Judged, Learnable, fit, horizon_names, manifest_horizons
from leadscore.workflows.learn_events import KIND

Refit = Callable[[Learnable], Fitted]
"""The same learner, on other rows of the same columns."""


@dataclass(frozen=True)
class Subject:
    """An evaluation fit and the later rows that it is judged on.

    kind      "events" or "table".
    about     what to say of the cut: cut, until, training_snapshots, conversions, learner.
    rows      the later rows; groups their groupings, as_of their instants (all equal where there is no time).
    champion_p     the champion's probabilities of these rows, NaN where it must not be compared; None without one.
    score_table    of the version, for the score bands.
    """

    kind: str
    judged: Judged
    about: Mapping[str, Any]
    rows: LabelledRows
    groups: Mapping[str, np.ndarray]
    as_of: np.ndarray
    champion_p: np.ndarray | None
    score_table: Mapping[str, Any]

    @property
    def p(self) -> dict[str, np.ndarray]:
        """Model -> probabilities of the later rows, shape (n, h); the champion only where it may be compared."""
        found = {MODEL: self.judged.p, **self.judged.baseline_p}
        if self.champion_p is not None and np.isfinite(self.champion_p).any():
            found[CHAMPION] = self.champion_p
        return found


def assess_events(
    past: Past, judged: Judged, champion_p: np.ndarray | None, score_table: Mapping[str, Any], progress: Progress
) -> dict[str, Any]:
    """Everything about an evaluation fit on events, as JSON."""
    split, newest, learnt = past.split, past.newest, judged.fitted.rows
    about = {
        "cut": format_instant(split.cut),
        "until": format_instant(split.test_until),
        "training_snapshots": len(learnt.bands),
        "conversions": learnt.bands.converting_leads(),
        "learner": judged.fitted.learner,
    }
    groups = snapshot_groups(newest.facts, newest.table, split.cut)
    subject = Subject(KIND, judged, about, newest.rows, groups, newest.table.as_of, champion_p, score_table)
    one_thread = past.settings.training.lightgbm.model_copy(update={"threads": 1})
    narrow = replace(past.settings, training=past.settings.training.model_copy(update={"lightgbm": one_thread}))

    def refit(rows: Learnable) -> Fitted:
        return fit(rows, narrow, KIND, silent, judged.fitted.learner)

    return assess(subject, backtest(past, progress), refit, past.settings, progress)


def assess(
    subject: Subject, earlier: list[OriginFit | str], refit: Refit, settings: Settings, progress: Progress
) -> dict[str, Any]:
    """Backtest, stability, calibration card, capacity and learning curve, as JSON.

    earlier   fits at earlier cuts, or why there is none, oldest first.
    refit     the recipe on part of the training rows; it must not use more than one thread.
    """
    training = settings.training
    names, (horizons, main) = horizon_names(settings, subject.kind), manifest_horizons(settings, subject.kind)
    position = horizons.index(main)
    fits = [found for found in earlier if isinstance(found, OriginFit)]
    origins = [*(found.judged for found in fits), JudgedOrigin(subject.about, subject.p, subject.rows)]
    bands = ScoreTable.from_dict(dict(subject.score_table)).grade_column(subject.judged.p[:, position])
    accepted = settings.promotion.calibration_low, settings.promotion.calibration_high
    groups = {**subject.groups, "grade": np.array(bands)}
    return {
        "backtest": {
            **report_backtest(origins, names, training.bootstrap_draws, training.seed),
            "skipped": [found for found in earlier if isinstance(found, str)],
        },
        "stability": _stability(fits, origins, position),
        "calibration_card": calibration_card(subject.judged.p, subject.rows, names, groups, accepted),
        "capacity": _capacity(subject, names[position], position, settings),
        "learning_curve": _learning_curve(subject, refit, settings, progress) if training.learning_curve else None,
    }


def _stability(fits: list[OriginFit], origins: list[JudgedOrigin], main: int) -> list[dict[str, Any]]:
    """How each fit and the next one rank the same later rows; a cut without a fit has no next."""
    by_cut = {origin.about["cut"]: origin for origin in origins}
    return [
        {
            "before": fitted.judged.about["cut"],
            "after": fitted.next_cut,
            **rank_agreement(fitted.next_p, by_cut[fitted.next_cut].p[MODEL][:, main]),
        }
        for fitted in fits
        if fitted.next_cut in by_cut
    ]


def _capacity(subject: Subject, horizon: str, main: int, settings: Settings) -> dict[str, Any]:
    per_week = settings.training.capacity_per_week if subject.kind == KIND else 0
    found = {
        name: catch(p[:, main], subject.rows, main, subject.as_of, per_week, settings.training.bootstrap_draws)
        for name, p in subject.p.items()
    }
    return {
        "horizon": horizon,
        "per_week": per_week or None,
        "share": None if per_week else DEFAULT_SHARE,
        "models": {name: each.to_dict() for name, each in found.items() if each is not None},
    }


def _learning_curve(subject: Subject, refit: Refit, settings: Settings, progress: Progress) -> dict[str, Any]:
    training, learnt = settings.training, subject.judged.fitted.rows
    horizons, main = manifest_horizons(settings, subject.kind)

    def part(share: float) -> PartFit | None:
        mine = leads_drawn(learnt.bands.cluster, share, training.seed)
        weekly = np.isin(learnt.whole.cluster, learnt.bands.cluster[mine])
        rows = replace(learnt, bands=learnt.bands.take(mine), whole=learnt.whole.take(weekly))
        try:
            predictor = BandPredictor(refit(rows).bands, horizons, main)
        except DataError:
            return None
        return _part_fit(share, rows, predictor.curve(subject.judged.matrix))

    fits = []
    runs = (delayed(part)(share) for share in SHARES)
    parallel = Parallel(n_jobs=training.lightgbm.threads, prefer="threads", return_as="generator")
    for done, found in enumerate(parallel(runs), start=1):
        fits += [found] if found is not None else []
        progress("learning curve", done, len(SHARES))
    fits.append(_part_fit(1.0, learnt, subject.judged.p))
    names = horizon_names(settings, subject.kind)
    return report_learning_curve(fits, subject.rows, names, training.bootstrap_draws, training.seed)


def _part_fit(share: float, rows: Learnable, p: np.ndarray) -> PartFit:
    return PartFit(share, len(np.unique(rows.bands.cluster)), rows.bands.converting_leads(), p)
