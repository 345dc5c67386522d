"""The level of a band's log-odds by its newest ripe outcomes, taken only if it also holds for other leads."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from leadscore.domain.time import DAY_US
from leadscore.modeling.band_model import BandModel, BandScorer
from leadscore.modeling.recalibration import level
from leadscore.modeling.rows import Flags, Floats, TrainingRows, Whole

FOLDS = 5
TYPICAL_SHIFT = 0.15
"""How far, in log-odds, the level of a market is thought to have moved before its newest outcomes are seen."""


def at_newest_level(bands: Sequence[BandModel], rows: TrainingRows, days: int) -> tuple[BandModel, ...]:
    """The bands, each moved to the level of its newest ripe outcomes if these say so; ranks stay.

    rows   labels by band, shape (n, k); without times nothing is moved.
    days   how far back from the newest row with a known label the newest outcomes go; 0 moves nothing.
    """
    return tuple(_moved(model, rows, band, _newest(rows, band, days)) for band, model in enumerate(bands))


def _newest(rows: TrainingRows, band: int, days: int) -> Flags:
    known = rows.known[:, band]
    if rows.at is None or not days or not known.any():
        return np.zeros(len(rows), np.bool_)
    return np.asarray(known & (rows.at > rows.at[known].max() - days * DAY_US))


def _moved(model: BandModel, rows: TrainingRows, band: int, newest: Flags) -> BandModel:
    label = rows.converted[newest, band]
    if not label.any():
        return model
    cluster, weight = rows.cluster[newest], rows.weight[newest]
    # The snapshots of a lead convert together: each converting lead counts once.
    cases = weight * len(np.unique(cluster[label])) / float(weight @ label)
    shift = newest_level(BandScorer(model).raw_matrix(rows.matrix[newest]), label, cases, cluster)
    return replace(model, mix=replace(model.mix, intercept=model.mix.intercept + shift))


def newest_level(log_odds: Floats, label: Flags, cases: Floats, cluster: Whole) -> float:
    """What to add to log-odds, shape (n,), for the outcomes to be met; 0 if that does not hold up.

    cases     how many independent cases each row counts as; cluster  the number of its lead.
    Returns   pulled towards 0, the more the fewer conversions there are. It is taken only if such a shift, learnt on
              four fifths of the leads, lowers the log loss of the others (a paired test over five folds of leads).
    """
    belief = 1 / TYPICAL_SHIFT**2
    fold = np.unique(cluster, return_inverse=True)[1] % FOLDS
    gain = 0.0
    for number in range(FOLDS):
        judged = fold == number
        shift = level(log_odds[~judged], label[~judged], cases[~judged], belief)
        gain += float(cases[judged] @ _better_by(shift, log_odds[judged], label[judged]))
    return level(log_odds, label, cases, belief) if gain > 0 else 0.0


def _better_by(shift: float, log_odds: Floats, label: Flags) -> Floats:
    """By how much the log loss of each row falls with the shift, shape (n,)."""
    return np.asarray(np.logaddexp(0, log_odds) - np.logaddexp(0, log_odds + shift) + label * shift)
