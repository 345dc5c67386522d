"""A lead (one person in one buying motion) and what is known of them, each value with its time."""

from dataclasses import dataclass

FIRST_SEEN_SOURCE = "tracking"
"""Source of a lead of whose origin nothing is known but that tracking saw it."""


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead as collected; it exists as of t iff `created_at <= t` (epoch microseconds, UTC)."""

    lead_id: str
    created_at: int
    source: str


@dataclass(frozen=True, slots=True)
class AttributeValue:
    """One value of one attribute from `known_at` on; None means it was emptied."""

    lead_id: str
    name: str
    value: str | None
    known_at: int


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A lead together with the columns it was delivered with; `source` is one of them.

    names       attribute names, shared by the rows of a file.
    values      one per name; None if the row leaves it empty.
    updated_at  when the row was last changed where it comes from; None if that is not told.
    """

    lead: Lead
    names: tuple[str, ...]
    values: tuple[str | None, ...]
    updated_at: int | None = None
