"""An engagement event: something a lead did or received, with the two times every fact carries."""

from dataclasses import dataclass

VALUE_SCALE = 1_000


@dataclass(frozen=True, slots=True)
class Event:
    """An engagement event.

    occurred_at  when it happened; windows are measured on it (epoch microseconds, UTC).
    known_at     when it could first be used; it is visible as of t iff known_at < t.
    value        in thousandths (pages, minutes, money), so that sums are exact; None if it has none.
    properties   JSON object as text, or None.
    """

    event_id: str
    lead_id: str
    type: str
    occurred_at: int
    known_at: int
    value: int | None = None
    channel: str | None = None
    campaign: str | None = None
    properties: str | None = None
