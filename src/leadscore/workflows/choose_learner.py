"""Table mode: let the learners rehearse on older rows, take the one that foretold newer rows best, and fit it."""

from leadscore.config.load import Settings
from leadscore.config.training import OWN_LEARNER
from leadscore.domain.progress import Progress, silent
from leadscore.modeling.candidates import Candidate, Growth
from leadscore.modeling.choice import Choice, choose, fit_choice
from leadscore.modeling.rehearsal import folds_at_random, folds_in_time, rehearse
from leadscore.workflows.fit_recipe import Fitted, Learnable, fit

TRIED_COLUMNS, WIDEST_SHARE = 20, 0.7
"""Columns that a tree should at least try, if the share of all is not above WIDEST_SHARE for that."""


def choose_learner(learnt: Learnable, settings: Settings, shuffled: bool, progress: Progress) -> Choice:
    """The recipe for a table, chosen inside its training rows; the rows kept for judging are never looked at.

    learnt   training rows from the oldest to the newest; shuffled: they are in no order.
    """
    if settings.training.estimator != OWN_LEARNER:
        return Choice(Candidate(settings.training.estimator), "none", 1.0, 0.0, not shuffled, (), ())
    label = learnt.bands.labels()[:, 0]
    folds = folds_at_random(label, settings.training.seed) if shuffled else folds_in_time(label)
    rehearsed = rehearse(
        learnt.bands,
        folds,
        learnt.features.categorical,
        growth(settings, len(learnt.features.names)),
        in_time=not shuffled,
        progress=progress,
    )
    return choose(rehearsed, in_time=not shuffled)


def fit_chosen(choice: Choice, rows: Learnable, settings: Settings) -> Fitted:
    """The chosen recipe on rows in order of time; nothing was chosen if the configuration names a classifier."""
    if settings.training.estimator != OWN_LEARNER:
        return fit(rows, settings, "table", silent)
    bands = fit_choice(choice, rows.bands, rows.features.categorical, growth(settings, len(rows.features.names)))
    return Fitted(rows, tuple(bands), choice.candidate.learner)


def growth(settings: Settings, columns: int) -> Growth:
    """The settings of the fits: in a narrow table each tree tries more of the columns, or it never meets two that act
    together.
    """
    trees = settings.training.lightgbm
    share = max(trees.feature_fraction, min(WIDEST_SHARE, TRIED_COLUMNS / max(columns, 1)))
    return Growth(trees.model_copy(update={"feature_fraction": share}), settings.training.seed)
