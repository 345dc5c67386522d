"""The parameters make a law: chances add up and stay within bounds."""

import numpy as np

from leadscore.simulate.engagement import EVENT_TYPES
from leadscore.simulate.world import the_world

WORLD = the_world()


def test_chances_of_moves_and_starts_add_up_to_one() -> None:
    for law in (WORLD.calm, WORLD.pushed):
        assert (law >= 0).all()
        np.testing.assert_allclose(law.sum(axis=2), 1)
    np.testing.assert_allclose(WORLD.start.sum(axis=(2, 3)), 1)
    assert (WORLD.start >= 0).all()


def test_daily_endings_are_rare_enough_to_be_chances() -> None:
    assert (WORLD.ends >= 0).all()
    assert WORLD.ends.sum(axis=0).max() < 0.5


def test_a_push_never_lowers_the_chance_to_be_at_least_so_far_tomorrow() -> None:
    for intent in range(5):
        at_least = slice(intent, 5)
        assert (WORLD.pushed[:, :5, at_least].sum(axis=2) >= WORLD.calm[:, :5, at_least].sum(axis=2) - 1e-12).all()
    assert (WORLD.pushed[:, 3, 4] > WORLD.calm[:, 3, 4]).all()


def test_every_type_happens_in_every_state_but_scans_only_during_shows() -> None:
    late = EVENT_TYPES.index("show_visited")
    assert (WORLD.rates[:4, late] == 0).all()
    assert (WORLD.rates[4:, late] > 0).all()
    assert (np.delete(WORLD.rates, late, axis=1) > 0).all()
    assert WORLD.late.tolist() == [name == "show_visited" for name in EVENT_TYPES]


def test_webinars_are_no_buying_sign_after_the_drift() -> None:
    webinars = WORLD.rates[:, EVENT_TYPES.index("webinar_registered")]
    assert (webinars[0].max(axis=1) > 5 * webinars[0].min(axis=1)).all()
    np.testing.assert_allclose(webinars[2].max(axis=1), webinars[2].min(axis=1))
