"""The parameters make a law: chances add up and stay within bounds."""

import numpy as np
import pytest

from leadscore.simulate.law import law_of
from leadscore.simulate.world import World
from leadscore.simulate.worlds import WORLDS

pytestmark = pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)


def test_chances_of_moves_and_starts_add_up_to_one(world: World) -> None:
    law = law_of(world)
    for moves in (law.calm, law.pushed):
        assert (moves >= 0).all()
        np.testing.assert_allclose(moves.sum(axis=2), 1)
    np.testing.assert_allclose(law.start.sum(axis=(2, 3)), 1)
    assert (law.start >= 0).all()


def test_daily_endings_are_rare_enough_to_be_chances(world: World) -> None:
    law = law_of(world)
    assert (law.ends >= 0).all()
    assert law.ends.sum(axis=0).max() < 0.5


def test_every_type_happens_in_every_state_but_scans_only_during_shows(world: World) -> None:
    rates, late = law_of(world).rates, law_of(world).late
    assert (rates[:4, late] == 0).all()
    assert (rates[4:, late] > 0).all()
    assert (rates[:, ~late] > 0).all()


def test_all_sources_share_out_all_leads(world: World) -> None:
    assert np.isclose(sum(source.share for source in world.sources), 1.0)
    assert {source.first_type for source in world.sources if source.first_type} <= set(world.event_types)
