"""The one rule about knowledge: a fact is usable as of an instant only if it was known before it."""

from typing import Protocol


class Fact(Protocol):
    """Anything that became known at an instant."""

    @property
    def known_at(self) -> int:
        """Epoch microseconds from which on the fact can be used."""


def visible(fact: Fact, as_of: int) -> bool:
    """Whether a fact may be used as of an instant; strict, so the instant's own fact cannot leak in."""
    return fact.known_at < as_of
