"""A gain of the relative loss: what it is, and that neither chance nor the best of many chances passes for one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.modeling.relative_loss import relative_gain, relative_loss
from leadscore.modeling.rows import LabelledRows

LEADS, TRIALS = 400, 20


def later_rows(random, leads=LEADS):
    """True chances, shape (n, 2), of three rows a lead, and what came of them."""
    cluster = np.repeat(np.arange(leads), 3)
    near = random.beta(0.5, 8, leads)[cluster].clip(1e-6)
    chance = np.stack([near, 1 - (1 - near) ** 2], axis=1)
    converted = random.random(leads)[cluster][:, None] < chance
    weight = 1 + random.random(len(cluster))
    return chance, LabelledRows(known=np.ones(chance.shape, bool), converted=converted, weight=weight, cluster=cluster)


def blurred(chance, random, size=0.5):
    """The chances with errors of one size in log-odds, rows of a lead alike."""
    error = np.repeat(random.normal(0, size, (len(chance) // 3, 1)), 3, axis=0)
    return 1 / (1 + np.exp(-(np.log(chance / (1 - chance)) + error - size**2 / 4)))


@given(seed=st.integers(0, 10_000), known=st.floats(0.2, 1))
def test_the_gain_is_the_difference_of_the_losses_and_turns_with_the_sides(seed, known):
    random = np.random.default_rng(seed)
    chance, rows = later_rows(random, 80)
    seen = random.random(rows.known.shape) < known
    rows = LabelledRows(known=seen, converted=rows.converted, weight=rows.weight, cluster=rows.cluster)
    if not rows.labels().any():
        return
    other = blurred(chance, random)
    gain = relative_gain(chance, other, rows, 20, 1)
    assert gain.value == pytest.approx(relative_loss(other, rows) - relative_loss(chance, rows), abs=1e-9)
    turned = relative_gain(other, chance, rows, 20, 1)
    assert turned.value == pytest.approx(-gain.value)
    assert not (gain.is_sure and turned.is_sure)
    assert gain.converting_leads == rows.converting_leads()


@given(seed=st.integers(0, 10_000))
def test_two_equal_predictions_are_never_told_apart(seed):
    chance, rows = later_rows(np.random.default_rng(seed), 80)
    gain = relative_gain(chance, chance, rows, 20, 1)
    assert gain.value == 0
    assert not gain.is_sure


def test_the_interval_does_not_shrink_when_the_rows_of_each_lead_repeat():
    random = np.random.default_rng(3)
    chance, rows = later_rows(random)
    other, again = blurred(chance, random), np.tile(np.arange(len(rows)), 4)
    once = relative_gain(chance, other, rows, 400, 1)
    repeated = relative_gain(chance[again], other[again], rows.take(again), 400, 1)
    assert repeated.high - repeated.low == pytest.approx(once.high - once.low, rel=0.02)


def test_a_real_gain_is_sure():
    random = np.random.default_rng(3)
    chance, rows = later_rows(random, 1_500)
    assert relative_gain(chance, blurred(chance, random, 1.5), rows, 200, 1).is_sure


def test_the_best_of_equals_passes_on_the_rows_that_chose_it_and_not_on_others():
    random = np.random.default_rng(8)
    flattered = passed = 0
    for _ in range(60):
        (searched, seen), (judged, unseen) = later_rows(random), later_rows(random)
        start = blurred(searched, random)
        trials = [blurred(searched, random) for _ in range(TRIALS)]
        best = min(trials, key=lambda p: relative_loss(p, seen))
        flattered += relative_gain(best, start, seen, 100, 1).is_sure
        # Errors are drawn anew on other leads: the best is as good there as any other.
        passed += relative_gain(blurred(judged, random), blurred(judged, random), unseen, 100, 1).is_sure
    assert flattered > 8
    assert passed <= 4
