"""The columns that simulated leads arrive with: hints at who they are, and fields that tell nothing."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leadscore.simulate.arrays import Ints
from leadscore.simulate.arrivals import Arrivals
from leadscore.simulate.profile import HINTS, draw_values
from leadscore.simulate.sources import SOURCES
from leadscore.simulate.tables import lead_ids, named, source_column

OWNERS = ("amber", "basil", "clove", "dill")
_LANGUAGES = ("de", "en", "fr", None)
_FREE_MAIL = ("gmail.example", "outlook.example", "web.example")
_FREE_MAIL_SHARE, _NO_CONSENT_SHARE = 0.3, 0.1


@dataclass(frozen=True)
class Profiles:
    """Hints of all leads: name -> index of the true value, and of the one given on arrival (MISSING if none)."""

    true: dict[str, Ints]
    given: dict[str, Ints]


def draw_profiles(hidden_class: Ints, rng: np.random.Generator) -> Profiles:
    """Draw every hint of every lead from its hidden class, shape (leads,)."""
    drawn = {hint.name: draw_values(hint, hidden_class, rng) for hint in HINTS}
    return Profiles({name: pair[0] for name, pair in drawn.items()}, {name: pair[1] for name, pair in drawn.items()})


def leads_table(arrivals: Arrivals, profiles: Profiles, rng: np.random.Generator) -> pa.Table:
    """The leads file's columns, times in epoch microseconds; all but the hints follow from source or from nothing."""
    count = len(arrivals.source)
    source = arrivals.source
    columns = {
        "lead_id": lead_ids(np.arange(count)),
        "created_at": pa.array(arrivals.created_at),
        "source": source_column(arrivals),
    }
    for hint in HINTS:
        # MISSING is -1, which picks the last of the options: none.
        columns[hint.name] = named([*hint.values, None], profiles.given[hint.name] % (len(hint.values) + 1))
    columns |= {
        "email_domain": _email_domains(count, rng),
        "utm_medium": named([item.medium for item in SOURCES], source),
        "utm_campaign": named([f"{item.name}-always-on" if item.medium else None for item in SOURCES], source),
        "consent": named(["yes", "no"], (rng.random(count) < _NO_CONSENT_SHARE).astype(np.int64)),
        "newsletter_language": named(_LANGUAGES, rng.integers(0, len(_LANGUAGES), count)),
        "lead_owner": named(OWNERS, rng.integers(0, len(OWNERS), count)),
    }
    return pa.table(columns)


def _email_domains(count: int, rng: np.random.Generator) -> pa.Array:
    names = [*_FREE_MAIL, *(f"firm-{number:05d}.example" for number in range(count))]
    firm = len(_FREE_MAIL) + rng.integers(0, count, count)
    return named(names, np.where(rng.random(count) < _FREE_MAIL_SHARE, rng.integers(0, len(_FREE_MAIL), count), firm))
