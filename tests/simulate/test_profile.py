"""Attributes are drawn as the evidence in them is weighed."""

import numpy as np
import pytest

from leadscore.simulate.profile import (
    MISSING,
    chance_missing,
    chances_of_values,
    draw_values,
    log_evidence_on_arrival,
    log_evidence_when_filled,
)
from leadscore.simulate.world import Hint, World
from leadscore.simulate.worlds import WORLDS

every_hint = pytest.mark.parametrize(
    ("world", "hint"),
    [(world, hint) for world in WORLDS.values() for hint in world.hints],
    ids=lambda value: value.name,
)


@every_hint
def test_values_are_as_frequent_as_their_chances(world: World, hint: Hint) -> None:
    chosen = (0, world.classes // 2, world.classes - 1)
    hidden_class = np.repeat(chosen, 20_000)
    true, given = draw_values(hint, world, hidden_class, np.random.default_rng(1))
    assert (given[given != MISSING] == true[given != MISSING]).all()
    for number in chosen:
        mine = hidden_class == number
        shares = np.bincount(true[mine], minlength=len(hint.values)) / mine.sum()
        np.testing.assert_allclose(shares, chances_of_values(hint, world)[:, number], atol=0.015)
        assert abs((given[mine] == MISSING).mean() - chance_missing(hint, world)[number]) < 0.015


@every_hint
def test_evidence_over_all_that_can_be_given_adds_up_to_one(world: World, hint: Hint) -> None:
    given = [*hint.values, None]
    likelihood = np.exp(log_evidence_on_arrival(hint, world, given))
    assert likelihood.shape == (len(given), world.classes)
    np.testing.assert_allclose(likelihood.sum(axis=0), 1)
    later = np.exp([log_evidence_when_filled(hint, world, value) for value in hint.values])
    np.testing.assert_allclose(later.sum(axis=0), 1)


@every_hint
def test_the_worst_fits_leave_more_empty_than_anybody_else(world: World, hint: Hint) -> None:
    missing = chance_missing(hint, world)
    worst = world.persona_of == len(world.personas) - 1
    assert missing[worst].min() > missing[~worst].max()
