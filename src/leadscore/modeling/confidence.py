"""How far a model on few conversions can be trusted, how many more it needs, and when they will be there."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from leadscore.domain.time import DAY_US, LATEST_US, format_instant


@dataclass(frozen=True)
class LittleHistory:
    """What is said of a model that is marked low confidence.

    conversions   leads that converted in its rows; wanted  how many would do.
    expected_on   the day, as ISO text, on which so many will be there at the present pace; None if nobody can say.
    horizon       key of the main horizon.
    chance        what the average lead is given there; low, high  its 90 % interval.
    """

    conversions: int
    wanted: int
    expected_on: str | None
    horizon: str
    chance: float
    low: float
    high: float

    @property
    def missing(self) -> int:
        """Conversions still missing."""
        return self.wanted - self.conversions

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; `from_dict` reads them back."""
        return {**asdict(self), "missing": self.missing}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """What `to_dict` wrote."""
        return cls(**{name: value for name, value in values.items() if name != "missing"})

    def told(self) -> str:
        """In words.

        >>> LittleHistory(42, 150, "2027-03-01", "60d", 0.012, 0.005, 0.031).told().split(". ")[1]
        'Of leads given 1.2 % within 60d, 0.5 % to 3.1 % may convert.'
        """
        when = f"about {self.expected_on} at the present pace" if self.expected_on else "at a pace that nobody knows"
        low, chance, high = (f"{100 * value:.2g} %" for value in (self.low, self.chance, self.high))
        return (
            f"Low confidence: {self.conversions} conversions to learn from, {self.missing} more are wanted, {when}. "
            f"Of leads given {chance} within {self.horizon}, {low} to {high} may convert."
        )


def expected_on(missing: int, conversions_a_day: float | None, now: int) -> str | None:
    """The day on which so many more conversions will have come; None without a pace, or where it is beyond reach.

    now   epoch microseconds.

    >>> expected_on(30, 0.5, 0)
    '1970-03-02'
    """
    if not conversions_a_day:
        return None
    at = now + missing / conversions_a_day * DAY_US
    return format_instant(int(at))[:10] if at < LATEST_US else None
