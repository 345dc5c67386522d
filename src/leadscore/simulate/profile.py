"""What a simulated lead tells about itself on arrival: attributes whose values hint at the hidden class, with gaps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leadscore.simulate.arrays import Floats, Ints
from leadscore.simulate.classes import PERSONA_OF, SEGMENT_OF
from leadscore.simulate.draws import draw_along

MISSING = -1
_MISSING_BY_PERSONA = np.array([0.8, 1.0, 1.3, 1.6, 4.5])
_ANY_PERSONA = (1.0, 1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Hint:
    """An attribute that is drawn from the hidden class alone.

    missing       share of usual leads that leave it empty; more for competitors and far more for bots.
    values        value -> weights for b2c, saas, industrial; they need not sum to 1.
    by_persona    value -> factors for good fit, poor fit, researcher, competitor, bot; 1 where absent.
    """

    name: str
    missing: float
    values: Mapping[str, tuple[float, float, float]]
    by_persona: Mapping[str, tuple[float, float, float, float, float]]


HINTS = (
    Hint(
        "segment",
        0.10,
        {"b2c": (0.92, 0.03, 0.02), "saas": (0.05, 0.90, 0.08), "industrial": (0.03, 0.07, 0.90)},
        {},
    ),
    Hint(
        "industry",
        0.30,
        {
            "software": (0.20, 0.45, 0.05),
            "retail": (0.35, 0.12, 0.05),
            "machinery": (0.05, 0.05, 0.40),
            "chemicals": (0.02, 0.03, 0.20),
            "health": (0.13, 0.12, 0.10),
            "finance": (0.10, 0.15, 0.05),
            "education": (0.15, 0.08, 0.15),
        },
        {"education": (0.3, 1.0, 5.0, 0.3, 1.0), "software": (1.0, 1.0, 1.0, 2.0, 1.0)},
    ),
    Hint(
        "company_size",
        0.25,
        {
            "1-9": (0.70, 0.20, 0.05),
            "10-49": (0.15, 0.30, 0.15),
            "50-249": (0.10, 0.30, 0.35),
            "250+": (0.05, 0.20, 0.45),
        },
        {"1-9": (0.6, 1.6, 1.5, 1.0, 2.0), "50-249": (1.4, 0.8, 0.7, 1.0, 0.8)},
    ),
    Hint(
        "country",
        0.05,
        {
            "DE": (0.35, 0.25, 0.40),
            "US": (0.25, 0.35, 0.15),
            "FR": (0.15, 0.12, 0.15),
            "GB": (0.15, 0.18, 0.10),
            "IN": (0.06, 0.06, 0.05),
            "BR": (0.04, 0.04, 0.15),
        },
        {"IN": (0.6, 1.3, 1.2, 1.0, 3.0), "BR": (0.8, 1.2, 1.0, 1.0, 2.0)},
    ),
    Hint(
        "job_level",
        0.30,
        {
            "executive": (0.20, 0.25, 0.15),
            "manager": (0.25, 0.35, 0.40),
            "specialist": (0.40, 0.35, 0.40),
            "student": (0.15, 0.05, 0.05),
        },
        {"executive": (1.5, 0.8, 0.4, 0.8, 1.0), "student": (0.15, 1.0, 5.0, 0.2, 1.0)},
    ),
    Hint(
        "role",
        0.40,
        {
            "buyer": (0.10, 0.15, 0.35),
            "user": (0.60, 0.40, 0.25),
            "it": (0.10, 0.30, 0.15),
            "consultant": (0.20, 0.15, 0.25),
        },
        {"buyer": (1.4, 0.8, 0.2, 0.5, 1.0), "consultant": (0.5, 1.0, 1.8, 2.5, 1.0)},
    ),
)


def chance_missing(hint: Hint) -> Floats:
    """Chance that the attribute is empty on arrival, shape (classes,)."""
    return np.asarray(np.minimum(hint.missing * _MISSING_BY_PERSONA, 0.9)[PERSONA_OF])


def chances_of_values(hint: Hint) -> Floats:
    """Chance of each value, given that the attribute is filled, shape (values, classes); columns sum to 1.

    >>> bool(np.allclose(chances_of_values(HINTS[0]).sum(axis=0), 1.0))
    True
    """
    weights = np.array(
        [
            np.array(by_segment)[SEGMENT_OF] * np.array(hint.by_persona.get(value, _ANY_PERSONA))[PERSONA_OF]
            for value, by_segment in hint.values.items()
        ]
    )
    return np.asarray(weights / weights.sum(axis=0))


def draw_values(hint: Hint, hidden_class: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """The true value of an attribute for each lead, and the value given on arrival (MISSING where left empty).

    hidden_class  shape (n,).   Returns  two arrays of indexes into `hint.values`, shape (n,).
    """
    reached = chances_of_values(hint).cumsum(axis=0).T[hidden_class]
    true = draw_along(reached, rng)
    empty = rng.random(len(hidden_class)) < chance_missing(hint)[hidden_class]
    return true, np.where(empty, MISSING, true)


def log_evidence_on_arrival(hint: Hint, given: Sequence[str | None]) -> Floats:
    """How much the attribute, as given or left empty on arrival, speaks for each class.

    given    one value, or None where empty, per lead; length n.
    Returns  log-likelihood, shape (n, classes).
    """
    missing = chance_missing(hint)
    table = np.log(np.vstack([chances_of_values(hint) * (1 - missing), missing]))
    return np.asarray(table[_indexes(hint, given)])


def log_evidence_when_filled(hint: Hint, value: str) -> Floats:
    """How much a value that research added later speaks for each class: log-likelihood, shape (classes,)."""
    return np.asarray(np.log(chances_of_values(hint)[list(hint.values).index(value)]))


def _indexes(hint: Hint, given: Sequence[str | None]) -> Ints:
    position: dict[str | None, int] = {value: at for at, value in enumerate(hint.values)}
    position[None] = len(position)
    return np.array([position[value] for value in given], dtype=np.int64)
