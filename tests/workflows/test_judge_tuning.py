"""The judge of a search: the luckiest of many equals is not adopted, what is really better is."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from leadscore.config.load import load_settings
from leadscore.config.training import LightGbmConfig
from leadscore.modeling.relative_loss import relative_loss
from leadscore.modeling.rows import LabelledRows
from leadscore.workflows.judge_tuning import judge_tuning

LEADS, TRIALS, SEARCHES = 400, 15, 40
SETTINGS = load_settings(Path("/nonexistent"))
SETTINGS = replace(SETTINGS, promotion=SETTINGS.promotion.model_copy(update={"draws": 100}))


@dataclass(frozen=True)
class DrawnFold:
    """Later rows at a cut, and what a fit with each number of trees says of them."""

    later: LabelledRows
    said: dict[int, np.ndarray]

    def predicted(self, settings):
        return self.said[settings.training.lightgbm.trees]


def drawn_fold(random, first_lead, blur):
    """Leads of one cut; every number of trees errs by its own blur, and by chance alone differently."""
    chance = random.beta(0.5, 5, (LEADS, 1)).clip(1e-6)
    rows = LabelledRows(
        known=np.ones((LEADS, 1), bool),
        converted=random.random((LEADS, 1)) < chance,
        weight=np.ones(LEADS),
        cluster=first_lead + np.arange(LEADS),
    )
    logit = np.log(chance / (1 - chance))
    said = {trees: 1 / (1 + np.exp(-logit - random.normal(0, size, (LEADS, 1)))) for trees, size in blur.items()}
    return DrawnFold(rows, said)


def found(folds, trees):
    """The best settings by all folds, and without each of them."""
    losses = np.array([[relative_loss(fold.said[each], fold.later) for fold in folds] for each in trees])
    best = [int(losses.sum(axis=1).argmin())]
    best += [int(np.delete(losses, fold, axis=1).sum(axis=1).argmin()) for fold in range(len(folds))]
    return [LightGbmConfig(trees=trees[each]) for each in best]


def judged(random, blur):
    """The gain of a search, and what it would seem to be on the rows that chose."""
    folds = [drawn_fold(random, cut * LEADS, blur) for cut in range(3)]
    overall, *without = found(folds, list(blur))
    return judge_tuning(without, folds, SETTINGS), judge_tuning([overall] * 3, folds, SETTINGS)


def test_the_luckiest_of_many_equals_is_seldom_adopted_though_it_looks_better_where_it_was_chosen():
    random, start = np.random.default_rng(4), SETTINGS.training.lightgbm.trees
    equals = dict.fromkeys(range(start, start + TRIALS), 0.5)
    gains = [judged(random, equals) for _ in range(SEARCHES)]
    assert sum(seeming.is_sure for _, seeming in gains) >= SEARCHES / 6
    assert sum(fair.is_sure for fair, _ in gains) <= SEARCHES / 10
    assert np.mean([seeming.value for _, seeming in gains]) > 0.01
    assert abs(np.mean([fair.value for fair, _ in gains])) < 0.01


def test_what_is_really_better_than_a_bad_start_is_adopted():
    random, start = np.random.default_rng(4), SETTINGS.training.lightgbm.trees
    blur = {start: 2.0, **dict.fromkeys(range(start + 1, start + TRIALS), 0.5)}
    assert all(judged(random, blur)[0].is_sure for _ in range(5))
