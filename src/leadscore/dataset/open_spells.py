"""When leads are open: from creation to the first outcome, and again once a lead that was set aside comes back."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.domain.lifecycle import REOPENABLE
from leadscore.domain.time import LATEST_US
from leadscore.features.columns import integers, numbered
from leadscore.features.facts import Facts

NEVER = LATEST_US
"""The instant of what did not happen."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class OpenSpells:
    """The leads by id, and the spells in which they are open; instants in epoch microseconds.

    lead_id    text, shape (leads,).
    won_at     when each lead first became a customer, NEVER if it did not, shape (leads,).
    lead       place of each spell's lead, rising, shape (spells,).
    opened_at  first instant of the spell: the lead's creation, or just after what brought it back was known.
    ended_at   the outcome that ended it, NEVER if it is open still.
    """

    lead_id: pa.Array
    won_at: Ints
    lead: Ints
    opened_at: Ints
    ended_at: Ints

    @classmethod
    def of(cls, facts: Facts, reopening: Collection[str]) -> "OpenSpells":
        """The spells of all leads.

        reopening   event types by which a lead that was lost, or bought from a competitor, shows that it is back; a
                    customer and a disqualified lead are not opened again.
        """
        leads = facts.leads.sort_by("lead_id")
        lead_id = pa.array(leads["lead_id"].to_pylist(), pa.string())
        created_at = integers(leads["created_at"])
        again = _reopened(facts, lead_id, reopening)
        lead = np.concatenate([np.arange(len(created_at)), again[:, 0]])
        opened_at = np.concatenate([created_at, again[:, 1]])
        ended_at = np.concatenate([first_outcome(facts.outcomes, lead_id), again[:, 2]])
        order = np.lexsort((opened_at, lead))
        won = facts.outcomes.filter(pc.equal(facts.outcomes["outcome"], "won"))
        return cls(lead_id, first_outcome(won, lead_id), lead[order], opened_at[order], ended_at[order])


def first_outcome(outcomes: pa.Table, lead_id: pa.Array) -> Ints:
    """When each lead's earliest outcome occurred; NEVER if it has none."""
    first = np.full(len(lead_id), NEVER, np.int64)
    place, known = numbered(outcomes["lead_id"], lead_id)
    np.minimum.at(first, place[known], integers(outcomes["occurred_at"])[known])
    return first


def _reopened(facts: Facts, lead_id: pa.Array, reopening: Collection[str]) -> Ints:
    """The spells after the first one: lead, opened_at, ended_at, shape (n, 3)."""
    came = facts.events.filter(pc.is_in(facts.events["type"], pa.array(list(reopening), pa.string())))
    of_these = came["lead_id"].combine_chunks()
    returns, ends = defaultdict(list), defaultdict(list)
    for row in facts.outcomes.filter(pc.is_in(facts.outcomes["lead_id"], of_these)).to_pylist():
        ends[row["lead_id"]].append((row["occurred_at"], row["known_at"], row["outcome"]))
    set_aside = pa.array(list(ends), pa.string())
    for row in came.filter(pc.is_in(came["lead_id"], set_aside)).to_pylist():
        returns[row["lead_id"]].append((row["occurred_at"], row["known_at"]))
    leads = pa.array(list(returns), pa.string())
    places = pc.index_in(leads, value_set=lead_id).to_pylist()
    found = [
        (place, *spell)
        for lead, place in zip(leads.to_pylist(), places, strict=True)
        if place is not None
        for spell in _spells_of(sorted(ends[lead]), sorted(returns[lead]))
    ]
    return np.array(found, np.int64).reshape(-1, 3)


def _spells_of(ends: list[tuple[int, int, str]], returns: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of one lead: after each outcome, the time from its return to its next outcome."""
    spells = []
    for number, (ended_at, _, outcome) in enumerate(ends):
        if outcome == "won":
            break
        next_end = ends[number + 1][0] if number + 1 < len(ends) else NEVER
        later = returns[bisect_right(returns, (ended_at, NEVER)) :]
        if outcome in REOPENABLE and later:
            # What is known at an instant counts just after it.
            opened_at = min(known_at for _, known_at in later) + 1
            if opened_at < next_end:
                spells.append((opened_at, next_end))
    return spells
