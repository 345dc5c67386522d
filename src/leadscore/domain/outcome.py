"""How a lead ended: won, lost, disqualified, or bought from a competitor."""

from dataclasses import dataclass

OUTCOMES = ("won", "lost", "disqualified", "competitor")
MERGED = "merged"
"""How a lead ends that turned out to be a person known by another id; nobody reports it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome of a lead; `amount` in minor units of money."""

    lead_id: str
    outcome: str
    occurred_at: int
    known_at: int
    amount: int | None = None
    reason: str | None = None
