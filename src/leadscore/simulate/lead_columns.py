"""The columns that simulated leads arrive with: hints at who they are, and fields that tell nothing."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leadscore.simulate.arrays import Ints
from leadscore.simulate.arrivals import Arrivals
from leadscore.simulate.profile import draw_values
from leadscore.simulate.tables import lead_ids, named
from leadscore.simulate.world import Hint, World

OWNERS = ("amber", "basil", "clove", "dill")
_LANGUAGES = ("de", "en", "fr", None)
_FREE_MAIL = ("gmail.example", "outlook.example", "web.example")
_FREE_MAIL_SHARE, _NO_CONSENT_SHARE = 0.3, 0.1


@dataclass(frozen=True)
class Profiles:
    """The world's hints; by name the index of each lead's true value, and of the one given on arrival (or MISSING)."""

    hints: tuple[Hint, ...]
    true: dict[str, Ints]
    given: dict[str, Ints]


def draw_profiles(hidden_class: Ints, world: World, rng: np.random.Generator) -> Profiles:
    """Draw every hint of every lead from its hidden class, shape (leads,)."""
    drawn = {hint.name: draw_values(hint, world, hidden_class, rng) for hint in world.hints}
    true, given = ({name: pair[at] for name, pair in drawn.items()} for at in range(2))
    return Profiles(world.hints, true, given)


def leads_table(arrivals: Arrivals, profiles: Profiles, world: World, rng: np.random.Generator) -> pa.Table:
    """The leads file's columns, times in epoch microseconds; all but the hints follow from source or from nothing."""
    count = len(arrivals.source)
    source = arrivals.source
    columns = {
        "lead_id": lead_ids(np.arange(count)),
        "created_at": pa.array(arrivals.created_at),
        "source": named(world.source_names, source),
    }
    for hint in world.hints:
        # MISSING is -1, which picks the last of the options: none.
        columns[hint.name] = named([*hint.values, None], profiles.given[hint.name] % (len(hint.values) + 1))
    columns |= {
        "email_domain": _email_domains(count, rng),
        "utm_medium": named([item.medium for item in world.sources], source),
        "utm_campaign": named([f"{item.name}-always-on" if item.medium else None for item in world.sources], source),
        "consent": named(["yes", "no"], (rng.random(count) < _NO_CONSENT_SHARE).astype(np.int64)),
        "newsletter_language": named(_LANGUAGES, rng.integers(0, len(_LANGUAGES), count)),
        "lead_owner": named(OWNERS, rng.integers(0, len(OWNERS), count)),
    }
    return pa.table(columns)


def _email_domains(count: int, rng: np.random.Generator) -> pa.Array:
    names = [*_FREE_MAIL, *(f"firm-{number:05d}.example" for number in range(count))]
    firm = len(_FREE_MAIL) + rng.integers(0, count, count)
    return named(names, np.where(rng.random(count) < _FREE_MAIL_SHARE, rng.integers(0, len(_FREE_MAIL), count), firm))
