"""Rehearsal of the future inside the training rows: fit on older rows, predict the next ones, for every learner."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed

from leadscore.domain.progress import Progress, silent
from leadscore.modeling.band_model import BandScorer
from leadscore.modeling.candidates import PARTS, Candidate, Growth, Part, fit_part, half_lives
from leadscore.modeling.recalibration import newest
from leadscore.modeling.rows import Flags, Floats, TrainingRows, Whole

ORIGINS, REACH = (0.61, 0.74, 0.87), 0.13
"""Where the folds begin, as shares of the training rows in order of time, and how far each looks ahead."""
MOVED, SURE = 0.3, 3.0
"""Change of the log-odds of the conversion rate, and standard errors, from which on the world counts as moving."""
FEWEST_TO_LEARN, FEWEST_TO_JUDGE = 10, 5
STEP = "rehearsing on older rows"


@dataclass(frozen=True)
class Fold:
    """Rows to fit on and the rows to predict; both are positions in order of time."""

    train: Whole
    test: Whole


@dataclass(frozen=True)
class Rehearsed:
    """Log-odds that fits on older rows gave to newer ones.

    folds     from the oldest to the newest.
    labels    of each fold's test rows; recent_labels of the newest rows that each fold was fitted on; past_labels of
              all of them.
    ahead     (part, half-life, fold) -> log-odds of the test rows; recent the same of the newest training rows.
    """

    folds: tuple[Fold, ...]
    labels: tuple[Flags, ...]
    recent_labels: tuple[Flags, ...]
    past_labels: tuple[Flags, ...]
    half_lives: tuple[float | None, ...]
    ahead: dict[tuple[Part, float | None, int], Floats]
    recent: dict[tuple[Part, float | None, int], Floats]

    def moves(self) -> bool:
        """Whether the conversion rate of some fold is far from that of the rows before it: the world has changed."""
        for past, ahead in zip(self.past_labels, self.labels, strict=True):
            odds, errors = zip(*(_log_odds(part) for part in (past, ahead)), strict=True)
            if abs(odds[1] - odds[0]) > max(MOVED, SURE * float(np.hypot(*errors))):
                return True
        return False

    def of(self, candidate: Candidate, fold: int) -> tuple[Floats, Floats]:
        """The candidate's log-odds of a fold's test rows, and of the newest rows that it was fitted on."""
        keys = [(part, candidate.half_life, fold) for part in candidate.parts]
        return (
            np.mean([self.ahead[key] for key in keys], axis=0),
            np.mean([self.recent[key] for key in keys], axis=0),
        )


def _log_odds(label: Flags) -> tuple[float, float]:
    """Log-odds of the conversion rate, and its standard error."""
    won, lost = float(label.sum()) + 0.5, float((~label).sum()) + 0.5
    return float(np.log(won / lost)), float(np.sqrt(1 / won + 1 / lost))


def folds_in_time(label: Flags) -> tuple[Fold, ...]:
    """Folds of a rolling origin: each fits on all rows before it; those without both classes are left out.

    label   of the training rows from the oldest to the newest, shape (n,).
    """
    rows = len(label)
    places = [(round(origin * rows), round(min(origin + REACH, 1) * rows)) for origin in ORIGINS]
    found = (Fold(np.arange(start), np.arange(start, end)) for start, end in places)
    return tuple(fold for fold in found if _usable(fold, label))


def folds_at_random(label: Flags, seed: int) -> tuple[Fold, ...]:
    """Three folds of rows in no order of time: each third is predicted from the others."""
    third = np.random.default_rng(seed).permutation(len(label)) % 3
    found = (Fold(np.flatnonzero(third != number), np.flatnonzero(third == number)) for number in range(3))
    return tuple(fold for fold in found if _usable(fold, label))


def _usable(fold: Fold, label: Flags) -> bool:
    counts = [(np.bincount(label[part], minlength=2).min()) for part in (fold.train, fold.test)]
    return bool(counts[0] >= FEWEST_TO_LEARN and counts[1] >= FEWEST_TO_JUDGE)


def rehearse(
    rows: TrainingRows,
    folds: tuple[Fold, ...],
    categorical: Sequence[int],
    growth: Growth,
    *,
    in_time: bool,
    progress: Progress = silent,
) -> Rehearsed:
    """Fit every part at every half-life on every fold.

    rows     of one band, from the oldest to the newest; in_time: that order means something, so forgetting is tried.
    """
    label = rows.labels()[:, 0]
    lives = half_lives(int(label.sum())) if in_time else (None,)
    keys = [(part, life, fold) for fold in range(len(folds)) for part in PARTS for life in lives]
    found: dict[Any, tuple[Floats, Floats]] = {}
    work = (delayed(_predict)(rows, folds[fold], categorical, growth, (part, life)) for part, life, fold in keys)
    done = Parallel(n_jobs=growth.lightgbm.threads, prefer="threads", return_as="generator")(work)
    for number, (key, answer) in enumerate(zip(keys, done, strict=True), start=1):
        found[key] = answer
        progress(STEP, number, len(keys))
    return Rehearsed(
        folds,
        tuple(label[fold.test] for fold in folds),
        tuple(label[fold.train][newest(label[fold.train])] for fold in folds),
        tuple(label[fold.train] for fold in folds),
        lives,
        {key: answer[0] for key, answer in found.items()},
        {key: answer[1] for key, answer in found.items()},
    )


def _predict(
    rows: TrainingRows, fold: Fold, categorical: Sequence[int], growth: Growth, wanted: tuple[Part, float | None]
) -> tuple[Floats, Floats]:
    train = rows.take(fold.train)
    (band,) = fit_part(wanted[0], wanted[1], train, categorical, growth)
    scorer = BandScorer(band)
    return scorer.raw_matrix(rows.matrix[fold.test]), scorer.raw_matrix(train.matrix[newest(train.labels()[:, 0])])
