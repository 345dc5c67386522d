"""Attribute values of simulated leads that become known after arrival, each with the time it became known.

Three kinds, made to test for leaks: values that research adds while a lead is open (honest hints), values added at a
moment that has nothing to do with the lead's fate (harmless), and values that only winning a customer brings (leaks,
for whoever reads them without their `known_at`, which is after the win).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leadscore.domain.time import DAY_US
from leadscore.simulate.arrays import Floats, Ints
from leadscore.simulate.arrivals import Arrivals
from leadscore.simulate.draws import MILLISECOND_US
from leadscore.simulate.lead_columns import OWNERS, Profiles
from leadscore.simulate.process import Lives
from leadscore.simulate.profile import MISSING
from leadscore.simulate.tables import lead_ids, named
from leadscore.simulate.world import ENDS, Hint

FILLED_AFTER_WIN: dict[str, tuple[float, Sequence[str]]] = {
    "onboarding_manager": (0.90, ("iris", "jasper", "kalle")),
    "contract_type": (0.95, ("monthly", "yearly", "framework")),
    "invoice_country": (0.85, ("DE", "US", "FR", "GB")),
    "customer_number": (1.00, ()),
    "discount_level": (0.35, ("5", "10", "15")),
}
"""Attribute -> share of won leads for which it is filled after the win, and its values (none: a number of its own).

A hint of the world may be filled then too, for most winners that left it empty: a leak by being present, not by value.
"""
HARMLESS: dict[str, tuple[float, Sequence[str]]] = {
    "lead_owner": (0.20, OWNERS),
    "notes": (0.30, ("called back", "sent brochure", "met in person", "left a message")),
}
"""Attribute -> share of all leads for which it is set at some moment unrelated to their fate, and its values."""

_RESEARCH_SHARE, _RESEARCH_DAYS = 0.35, 60.0
_HINT_AFTER_WIN_SHARE, _BOOKING_DAYS = 0.8, 4.0


@dataclass(frozen=True)
class _Change:
    """New values of one attribute, one entry per lead concerned."""

    name: str
    lead: Ints
    value: pa.Array
    known_at: Ints


def attributes_table(
    arrivals: Arrivals, lives: Lives, profiles: Profiles, until: int, rng: np.random.Generator
) -> pa.Table:
    """All attribute values that became known after arrival and before `until`, in order of known_at."""
    hints = [hint for hint in profiles.hints if hint.researched]
    research = [_research(hint, arrivals, lives, profiles, rng) for hint in hints]
    harmless = [_harmless(name, arrivals, until, rng) for name in HARMLESS]
    won = np.flatnonzero(lives.end == ENDS.index("won"))
    after_win = [_after_win(name, won, lives, rng) for name in FILLED_AFTER_WIN]
    late_hints = [
        _enriched(hint, won[~np.isin(won, known.lead)], lives, profiles, rng)
        for hint, known in zip(hints, research, strict=True)
        if hint.after_win
    ]
    return _table([*research, *harmless, *after_win, *late_hints], until)


def _research(hint: Hint, arrivals: Arrivals, lives: Lives, profiles: Profiles, rng: np.random.Generator) -> _Change:
    lead = _some(np.flatnonzero(profiles.given[hint.name] == MISSING), _RESEARCH_SHARE, rng)
    known_at = _later(arrivals.created_at[lead], _RESEARCH_DAYS, rng)
    in_time = known_at < lives.ended_at[lead]
    return _Change(hint.name, *_true_values(hint, lead[in_time], profiles), known_at[in_time])


def _enriched(hint: Hint, won: Ints, lives: Lives, profiles: Profiles, rng: np.random.Generator) -> _Change:
    lead = _some(won[profiles.given[hint.name][won] == MISSING], _HINT_AFTER_WIN_SHARE, rng)
    return _Change(hint.name, *_true_values(hint, lead, profiles), _later(lives.ended_at[lead], _BOOKING_DAYS, rng))


def _harmless(name: str, arrivals: Arrivals, until: int, rng: np.random.Generator) -> _Change:
    share, options = HARMLESS[name]
    lead = _some(np.arange(len(arrivals.source)), share, rng)
    wait = (until - arrivals.created_at[lead]) * rng.random(len(lead))
    known_at = arrivals.created_at[lead] + MILLISECOND_US * (1 + (wait / MILLISECOND_US).astype(np.int64))
    return _Change(name, lead, named(options, rng.integers(0, len(options), len(lead))), known_at)


def _after_win(name: str, won: Ints, lives: Lives, rng: np.random.Generator) -> _Change:
    share, options = FILLED_AFTER_WIN[name]
    lead = _some(won, share, rng)
    if options:
        value = named(options, rng.integers(0, len(options), len(lead)))
    else:
        value = pa.array([f"C-{number:06d}" for number in lead.tolist()], pa.string())
    return _Change(name, lead, value, _later(lives.ended_at[lead], _BOOKING_DAYS, rng))


def _true_values(hint: Hint, lead: Ints, profiles: Profiles) -> tuple[Ints, pa.Array]:
    return lead, named(tuple(hint.values), profiles.true[hint.name][lead])


def _some(leads: Ints, share: float, rng: np.random.Generator) -> Ints:
    return leads[rng.random(len(leads)) < share]


def _later(at: Ints, mean_days: float, rng: np.random.Generator) -> Ints:
    """Instants after `at` by an exponential wait, in whole milliseconds and at least one."""
    waits: Floats = rng.exponential(mean_days * DAY_US / MILLISECOND_US, len(at))
    return at + MILLISECOND_US * (1 + waits.astype(np.int64))


def _table(changes: list[_Change], until: int) -> pa.Table:
    lead = np.concatenate([change.lead for change in changes])
    known_at = np.concatenate([change.known_at for change in changes])
    table = pa.table(
        {
            "lead_id": lead_ids(lead),
            "name": pa.array([change.name for change in changes for _ in change.lead], pa.string()),
            "value": pa.concat_arrays([change.value for change in changes]),
            "known_at": known_at,
        }
    )
    order = np.lexsort((lead, known_at))
    return table.take(pa.array(order[known_at[order] < until]))
