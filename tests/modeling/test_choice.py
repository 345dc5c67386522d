"""The learner is chosen on newer training rows, and what was chosen is fitted as it was rehearsed."""

import dataclasses

import numpy as np
import pytest

from leadscore.config.training import LightGbmConfig
from leadscore.modeling.band_model import BandScorer
from leadscore.modeling.candidates import LEARNERS, Candidate, Growth, fit_candidate, fit_part, half_lives, recency
from leadscore.modeling.choice import Figures, _foremost, choose, fit_choice
from leadscore.modeling.recalibration import newest, sigmoid
from leadscore.modeling.rehearsal import folds_at_random, folds_in_time, rehearse
from leadscore.modeling.rows import TrainingRows

GROWTH = Growth(LightGbmConfig(trees=40, trees_on_few_data=30, feature_fraction=1.0), 1)


def rows_of(matrix, won):
    known = np.ones((len(matrix), 1), dtype=bool)
    weight = np.ones(len(matrix))
    return TrainingRows(
        matrix=matrix, known=known, converted=won[:, None], weight=weight, cluster=np.arange(len(matrix))
    )


def drawn(odds, rng):
    return rng.random(len(odds)) < sigmoid(odds)


def straight(rows=3_000, seed=1):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(rows, 6))
    return rows_of(matrix, drawn(-1.5 + 0.8 * matrix[:, 0] + 0.5 * matrix[:, 1], rng))


def crossed(rows=4_000, seed=1):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(rows, 4))
    return rows_of(matrix, drawn(-1.5 + 2.5 * np.sign(matrix[:, 0] * matrix[:, 1]), rng))


def turning(rows=4_000, seed=1):
    """A field whose meaning is reversed after half of the rows."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(rows, 4))
    meaning = np.where(np.arange(rows) < rows / 2, -1.0, 1.0)
    return rows_of(matrix, drawn(-1 + 1.5 * meaning * matrix[:, 0], rng))


def chosen(rows, in_time=True):
    label = rows.labels()[:, 0]
    folds = folds_in_time(label) if in_time else folds_at_random(label, 1)
    return choose(rehearse(rows, folds, (), GROWTH, in_time=in_time), in_time=in_time)


@pytest.mark.parametrize(
    ("rows", "learners"), [(straight(), {"logistic", "blend"}), (crossed(), {"lightgbm"}), (turning(), set(LEARNERS))]
)
def test_the_learner_that_fits_the_world_is_chosen(rows, learners):
    choice = chosen(rows)
    assert choice.candidate.learner in learners
    assert choice.figures == tuple(sorted(choice.figures, key=lambda each: each.log_loss))


def test_a_field_that_turns_makes_the_choice_forget():
    assert chosen(turning()).candidate.half_life is not None
    assert chosen(turning(), in_time=False).candidate.half_life is None


def test_the_choice_never_looks_at_rows_after_the_training_rows():
    rows = straight()
    early = rows.take(np.arange(2_000))
    again = rows_of(rows.matrix[:2_000].copy(), rows.converted[:2_000, 0].copy())
    assert chosen(early) == chosen(again)


def test_each_fold_in_time_is_fitted_on_all_that_came_before_it_and_on_nothing_else():
    label = straight().labels()[:, 0]
    for fold in folds_in_time(label):
        assert fold.train[0] == 0
        assert fold.train[-1] + 1 == fold.test[0]
    assert folds_in_time(label)[-1].test[-1] == len(label) - 1


def test_every_row_is_predicted_once_by_folds_at_random():
    folds = folds_at_random(straight().labels()[:, 0], 1)
    assert np.array_equal(np.sort(np.concatenate([fold.test for fold in folds])), np.arange(3_000))
    assert all(not set(fold.train) & set(fold.test) for fold in folds)


def test_with_too_few_conversions_for_any_fold_the_blend_is_taken():
    rows = straight(80)
    choice = chosen(rows_of(rows.matrix, np.arange(80) % 10 == 0))
    assert (choice.candidate, choice.recalibration, choice.figures) == (Candidate("blend"), "none", ())


def test_the_level_of_the_newest_rows_is_met():
    rows = straight()
    choice = dataclasses.replace(chosen(rows), recalibration="level")
    (band,) = fit_choice(choice, rows, (), GROWTH)
    recent = newest(rows.labels()[:, 0])
    p = sigmoid(BandScorer(band).raw_matrix(rows.matrix[recent]))
    assert p.sum() == pytest.approx(rows.labels()[recent].sum(), rel=0.02)


def test_a_blend_is_the_mean_of_the_log_odds_of_its_parts():
    rows = straight()
    parts = [fit_part(part, 0.3, rows, (), GROWTH)[0] for part in LEARNERS["blend"]]
    (blend,) = fit_candidate(Candidate("blend", 0.3), rows, (), GROWTH)
    expected = np.mean([BandScorer(part).raw_matrix(rows.matrix) for part in parts], axis=0)
    assert BandScorer(blend).raw_matrix(rows.matrix) == pytest.approx(expected, abs=1e-12)


def test_rows_lose_half_their_weight_at_the_half_life():
    weight = recency(1_000, 0.2)
    assert weight.mean() == pytest.approx(1)
    assert weight[-201] == pytest.approx(weight[-1] / 2)
    assert (np.diff(weight) > 0).all()


def test_a_short_memory_is_not_tried_on_few_conversions():
    assert half_lives(100) == (None,)
    assert half_lives(10_000) == (None, 0.3, 0.1)


def test_bands_of_several_horizons_are_fitted_each_on_its_known_rows():
    rows = straight()
    known = np.column_stack([np.ones(len(rows), bool), np.arange(len(rows)) < 2_000])
    both = TrainingRows(
        matrix=rows.matrix,
        known=known,
        converted=np.column_stack([rows.converted[:, 0], ~rows.converted[:, 0]]),
        weight=rows.weight,
        cluster=rows.cluster,
    )
    bands = fit_candidate(Candidate("blend"), both, (), GROWTH)
    first, second = (BandScorer(band).raw_matrix(rows.matrix) for band in bands)
    assert np.corrcoef(first, second)[0, 1] < -0.9


def tried(learner, log_loss):
    return Figures(learner, None, "none", log_loss, 0.7, (log_loss,))


@pytest.mark.parametrize(
    ("trees", "line", "moves", "taken"),
    [
        (0.300, 0.301, False, "logistic"),
        (0.300, 0.303, False, "lightgbm"),
        (0.300, 0.309, True, "logistic"),
        (0.300, 0.320, True, "lightgbm"),
        (0.300, 0.290, False, "logistic"),
    ],
)
def test_trees_alone_must_be_better_by_a_margin_the_more_so_in_a_moving_world(trees, line, moves, taken):
    ranked = sorted([tried("lightgbm", trees), tried("logistic", line)], key=lambda each: each.log_loss)
    assert _foremost(ranked, moves).learner == taken


def test_a_conversion_rate_that_jumps_is_a_moving_world():
    rows = straight()
    jumped = rows.converted[:, 0] | ((np.arange(len(rows)) > 0.7 * len(rows)) & (rows.matrix[:, 5] > 0))
    rehearsals = [
        rehearse(each, folds_in_time(each.converted[:, 0]), (), GROWTH, in_time=True)
        for each in (rows, rows_of(rows.matrix, jumped))
    ]
    assert [each.moves() for each in rehearsals] == [False, True]
