"""Attributes are drawn as the evidence in them is weighed."""

import numpy as np
import pytest

from leadscore.simulate.classes import CLASSES, PERSONA_OF, PERSONAS
from leadscore.simulate.profile import (
    HINTS,
    MISSING,
    Hint,
    chance_missing,
    chances_of_values,
    draw_values,
    log_evidence_on_arrival,
    log_evidence_when_filled,
)


@pytest.mark.parametrize("hint", HINTS, ids=lambda hint: hint.name)
def test_values_are_as_frequent_as_their_chances(hint: Hint) -> None:
    hidden_class = np.repeat([0, 20, 44], 20_000)
    true, given = draw_values(hint, hidden_class, np.random.default_rng(1))
    assert (given[given != MISSING] == true[given != MISSING]).all()
    for number in (0, 20, 44):
        mine = hidden_class == number
        shares = np.bincount(true[mine], minlength=len(hint.values)) / mine.sum()
        np.testing.assert_allclose(shares, chances_of_values(hint)[:, number], atol=0.015)
        assert abs((given[mine] == MISSING).mean() - chance_missing(hint)[number]) < 0.015


@pytest.mark.parametrize("hint", HINTS, ids=lambda hint: hint.name)
def test_evidence_over_all_that_can_be_given_adds_up_to_one(hint: Hint) -> None:
    given = [*hint.values, None]
    likelihood = np.exp(log_evidence_on_arrival(hint, given))
    assert likelihood.shape == (len(given), CLASSES)
    np.testing.assert_allclose(likelihood.sum(axis=0), 1)
    later = np.exp([log_evidence_when_filled(hint, value) for value in hint.values])
    np.testing.assert_allclose(later.sum(axis=0), 1)


@pytest.mark.parametrize("hint", HINTS, ids=lambda hint: hint.name)
def test_bots_leave_more_empty_than_anybody_else(hint: Hint) -> None:
    missing = chance_missing(hint)
    bots = PERSONAS.index("bot") == PERSONA_OF
    assert missing[bots].min() > missing[~bots].max()
