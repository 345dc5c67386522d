"""What a simulated lead tells about itself on arrival: attributes whose values hint at the hidden class, with gaps."""

from collections.abc import Sequence

import numpy as np

from leadscore.simulate.arrays import Floats, Ints
from leadscore.simulate.draws import draw_along
from leadscore.simulate.world import Hint, World

MISSING = -1


def chance_missing(hint: Hint, world: World) -> Floats:
    """Chance that the attribute is empty on arrival, shape (classes,)."""
    gaps = np.array([persona.gaps for persona in world.personas])
    return np.asarray(np.minimum(hint.missing * gaps, 0.9)[world.persona_of])


def chances_of_values(hint: Hint, world: World) -> Floats:
    """Chance of each value, given that the attribute is filled, shape (values, classes); columns sum to 1.

    >>> from leadscore.simulate.mixed_market import MIXED_MARKET
    >>> bool(np.allclose(chances_of_values(MIXED_MARKET.hints[0], MIXED_MARKET).sum(axis=0), 1.0))
    True
    """
    any_persona = (1.0,) * len(world.personas)
    weights = np.array(
        [
            np.array(by_segment)[world.segment_of] * np.array(hint.by_persona.get(value, any_persona))[world.persona_of]
            for value, by_segment in hint.values.items()
        ]
    )
    return np.asarray(weights / weights.sum(axis=0))


def draw_values(hint: Hint, world: World, hidden_class: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """The true value of an attribute for each lead, and the value given on arrival (MISSING where left empty).

    hidden_class  shape (n,).   Returns  two arrays of indexes into `hint.values`, shape (n,).
    """
    reached = chances_of_values(hint, world).cumsum(axis=0).T[hidden_class]
    true = draw_along(reached, rng)
    empty = rng.random(len(hidden_class)) < chance_missing(hint, world)[hidden_class]
    return true, np.where(empty, MISSING, true)


def log_evidence_on_arrival(hint: Hint, world: World, given: Sequence[str | None]) -> Floats:
    """How much the attribute, as given or left empty on arrival, speaks for each class.

    given    one value, or None where empty, per lead; length n.
    Returns  log-likelihood, shape (n, classes).
    """
    missing = chance_missing(hint, world)
    table = np.log(np.vstack([chances_of_values(hint, world) * (1 - missing), missing]))
    return np.asarray(table[_indexes(hint, given)])


def log_evidence_when_filled(hint: Hint, world: World, value: str) -> Floats:
    """How much a value that research added later speaks for each class: log-likelihood, shape (classes,)."""
    return np.asarray(np.log(chances_of_values(hint, world)[list(hint.values).index(value)]))


def _indexes(hint: Hint, given: Sequence[str | None]) -> Ints:
    position: dict[str | None, int] = {value: at for at, value in enumerate(hint.values)}
    position[None] = len(position)
    return np.array([position[value] for value in given], dtype=np.int64)
