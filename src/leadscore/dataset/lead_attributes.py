"""The attributes of a company's leads, one row a lead: what each was collected with, what it has now, since when."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.dataset.open_spells import NEVER, Ints, first_outcome
from leadscore.features.columns import integers, numbered
from leadscore.features.facts import Facts
from leadscore.features.feature_set import Encoder


@dataclass(frozen=True)
class LeadEnds:
    """The leads in order of creation and how far they came; instants of shape (leads,), NEVER where it did not happen.

    ended_at  first outcome of any kind; bought_at: first time it became a customer.
    """

    lead_id: pa.Array
    created_at: Ints
    ended_at: Ints
    bought_at: Ints

    @classmethod
    def of(cls, facts: Facts) -> "LeadEnds":
        """The leads of some facts."""
        leads = facts.leads.sort_by([("created_at", "ascending"), ("lead_id", "ascending")])
        lead_id = leads["lead_id"].combine_chunks()
        won = facts.outcomes.filter(pc.equal(facts.outcomes["outcome"], "won"))
        return cls(
            lead_id,
            integers(leads["created_at"]),
            first_outcome(facts.outcomes, lead_id),
            first_outcome(won, lead_id),
        )


@dataclass(frozen=True)
class LeadAttribute:
    """One attribute of all leads, in the order of `LeadEnds`.

    texts      the different values.
    collected  place in `texts` of the value each lead was collected with, -1 if none, shape (leads,).
    latest     the same of the latest value.
    first_at   when it got its first value, NEVER if it has none; shape (leads,).
    """

    name: str
    texts: tuple[str, ...]
    collected: Ints
    latest: Ints
    first_at: Ints
    created_at: Ints

    @property
    def has_history(self) -> bool:
        """Whether some lead got its first value later than it was created."""
        return bool(((self.first_at > self.created_at) & (self.first_at < NEVER)).any())

    def counts(self) -> dict[str, int]:
        """Leads by latest value, in the order of the leads."""
        places = self.latest[self.latest >= 0].tolist()
        return {self.texts[place]: count for place, count in Counter(places).items()}

    def numbers(self, encoder: Encoder) -> np.ndarray:
        """The collected values as an encoder reads them, NaN where there is none; shape (leads,)."""
        codes = np.array([*map(encoder.encode, self.texts), np.nan])
        return np.asarray(codes[self.collected], np.float64)


def lead_attributes(facts: Facts, leads: LeadEnds) -> Iterator[LeadAttribute]:
    """Every attribute of some facts, by name."""
    table = facts.attributes
    lead, known = numbered(table["lead_id"], leads.lead_id)
    table, lead = table.filter(pa.array(known)), lead[known]
    coded = {name: pc.cast(table[name], pa.string()).combine_chunks().dictionary_encode() for name in ("name", "value")}
    name = integers(coded["name"].indices)
    empty = pc.index(coded["value"].dictionary, "").as_py()
    value = integers(pc.fill_null(coded["value"].indices, -1))
    value[value == empty] = -1
    known_at = integers(table["known_at"])
    order = np.lexsort((value, known_at, lead, name))
    texts, names = coded["value"].dictionary.to_pylist(), coded["name"].dictionary.to_pylist()
    starts = np.r_[np.searchsorted(name[order], np.arange(len(names))), len(order)]
    for number in sorted(range(len(names)), key=names.__getitem__):
        rows = order[starts[number] : starts[number + 1]]
        yield _attribute(names[number], texts, (lead[rows], value[rows], known_at[rows]), leads.created_at)


def _attribute(name: str, texts: list[str], rows: tuple[Ints, Ints, Ints], created_at: Ints) -> LeadAttribute:
    """One attribute from its rows (lead, place of the text, known_at), ordered by lead and time."""
    lead, value, known_at = rows
    used, value = np.unique(np.r_[-1, value], return_inverse=True)
    value = value[1:] - 1
    early = known_at <= created_at[lead]
    first_at = np.full(len(created_at), NEVER, np.int64)
    np.minimum.at(first_at, lead[value >= 0], known_at[value >= 0])
    collected, latest = np.full((2, len(created_at)), -1, np.int64)
    collected[lead[early]] = value[early]  # the last of a lead's rows stays
    latest[lead] = value
    return LeadAttribute(name, tuple(texts[place] for place in used[1:]), collected, latest, first_at, created_at)
