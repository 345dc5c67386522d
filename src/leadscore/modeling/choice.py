"""Which learner a table gets, how fast it forgets and whether it is recalibrated: what predicted newer rows best."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
from sklearn.metrics import roc_auc_score

from leadscore.modeling.band_model import BandModel, BandScorer
from leadscore.modeling.candidates import LEARNERS, Candidate, Growth, fit_candidate
from leadscore.modeling.recalibration import level, line, log_loss, newest
from leadscore.modeling.rehearsal import Rehearsed
from leadscore.modeling.rows import Floats, TrainingRows

Recalibration = Literal["none", "level", "line"]
NEWER_COUNTS = 4.0
"""How many times more a fold counts than the one before it: the newest habits are the ones to come."""
STEADY_TOLERANCE, MOVING_TOLERANCE = 0.005, 0.04
"""Share of the best log loss by which a learner with a regression may be worse and is taken all the same."""


@dataclass(frozen=True)
class Figures:
    """What a candidate reached on the folds, oldest first, and their weighted mean."""

    learner: str
    half_life: float | None
    recalibration: Recalibration
    log_loss: float
    roc_auc: float
    log_loss_by_fold: tuple[float, ...]


@dataclass(frozen=True)
class Choice:
    """The candidate that won, with everything it won against.

    recalibration   "none"; "level": the log-odds are moved until the newest training rows are met; "line": slope and
                    intercept learnt on rows that were not trained on.
    slope, intercept   of the line; 1 and 0 otherwise.
    """

    candidate: Candidate
    recalibration: Recalibration
    slope: float
    intercept: float
    in_time: bool
    figures: tuple[Figures, ...]
    folds: tuple[dict[str, int], ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON for the report."""
        return {
            "chosen": {**asdict(self.candidate), "recalibration": self.recalibration},
            "in_time": self.in_time,
            "folds": list(self.folds),
            "candidates": [asdict(figures) for figures in self.figures],
        }


def choose(rehearsed: Rehearsed, *, in_time: bool) -> Choice:
    """The candidate with the least log loss on rows newer than its own; a blend of all rows if nothing could be tried.

    In order of time newer folds count more, and only the level may be recalibrated: how steep predictions should be
    changed from fold to fold in every table looked at. A learner without a regression must be better by a margin, a
    wider one if the conversion rate has moved. Without an order the line is learnt on the other folds.
    """
    folds = len(rehearsed.folds)
    if not folds:
        return Choice(Candidate("blend"), "none", 1.0, 0.0, in_time, (), ())
    weight = NEWER_COUNTS ** np.arange(folds) if in_time else np.ones(folds)
    recalibrations: tuple[Recalibration, ...] = ("none", "level") if in_time else ("none", "line")
    tried = [
        _figures(rehearsed, Candidate(learner, life), how, weight / weight.sum())
        for learner in LEARNERS
        for life in rehearsed.half_lives
        for how in recalibrations
    ]
    ranked = tuple(sorted(tried, key=lambda figures: figures.log_loss))
    taken = _foremost(ranked, rehearsed.moves()) if in_time else ranked[0]
    best, how = Candidate(taken.learner, taken.half_life), taken.recalibration
    slope, intercept = _line(rehearsed, best, range(folds)) if how == "line" else (1.0, 0.0)
    about = tuple(
        {"trained": len(fold.train), "judged": len(fold.test), "conversions": int(label.sum())}
        for fold, label in zip(rehearsed.folds, rehearsed.labels, strict=True)
    )
    return Choice(best, how, slope, intercept, in_time, ranked, about)


def fit_choice(choice: Choice, rows: TrainingRows, categorical: Sequence[int], growth: Growth) -> list[BandModel]:
    """The chosen recipe on rows of one band, from the oldest to the newest."""
    (band,) = fit_candidate(choice.candidate, rows, categorical, growth)
    slope, intercept = choice.slope, choice.intercept
    if choice.recalibration == "level":
        label = rows.labels()[:, 0]
        recent = newest(label)
        intercept = level(BandScorer(band).raw_matrix(rows.matrix[recent]), label[recent])
    return [replace(band, mix=replace(band.mix, slope=slope, intercept=intercept))]


def _foremost(ranked: Sequence[Figures], moves: bool) -> Figures:
    """The best candidate; one with a regression in it if that is nearly as good.

    Trees and counts alone know only the ranges that they have seen; a line goes on when a column leaves its old range.
    """
    allowed = (MOVING_TOLERANCE if moves else STEADY_TOLERANCE) * ranked[0].log_loss
    return next(
        figures
        for figures in ranked
        if "logistic" in LEARNERS[figures.learner] or ranked[0].log_loss + allowed < _best_line(ranked)
    )


def _best_line(ranked: Sequence[Figures]) -> float:
    return min(figures.log_loss for figures in ranked if "logistic" in LEARNERS[figures.learner])


def _figures(rehearsed: Rehearsed, candidate: Candidate, how: Recalibration, weight: Floats) -> Figures:
    losses, ranks = [], []
    for fold, label in enumerate(rehearsed.labels):
        ahead = _recalibrated(rehearsed, candidate, how, fold)
        losses.append(log_loss(ahead, label))
        ranks.append(float(roc_auc_score(label, ahead)))
    mean, auc = float(weight @ losses), float(weight @ ranks)
    return Figures(candidate.learner, candidate.half_life, how, mean, auc, tuple(losses))


def _recalibrated(rehearsed: Rehearsed, candidate: Candidate, how: Recalibration, fold: int) -> Floats:
    ahead, recent = rehearsed.of(candidate, fold)
    if how == "level":
        return ahead + level(recent, rehearsed.recent_labels[fold])
    if how == "line":
        slope, intercept = _line(rehearsed, candidate, [f for f in range(len(rehearsed.folds)) if f != fold])
        return slope * ahead + intercept
    return ahead


def _line(rehearsed: Rehearsed, candidate: Candidate, folds: Sequence[int]) -> tuple[float, float]:
    """Slope and intercept learnt on the predicted rows of some folds."""
    if not folds:
        return 1.0, 0.0
    ahead = np.concatenate([rehearsed.of(candidate, fold)[0] for fold in folds])
    return line(ahead, np.concatenate([rehearsed.labels[fold] for fold in folds]))
