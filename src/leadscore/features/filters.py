"""Which events count: by type, channel, campaign, property and time of the week."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from leadscore.domain.event import Event
from leadscore.domain.time import DAY_US, HOUR_US

FIRST_WEEKDAY = 3
"""Weekday of 1970-01-01, a Thursday."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Conditions on single events; all that are given must hold.

    types       event types, one of which it is; empty means every type. Channels and campaigns likewise.
    properties  (name, values): the property is there and its text is one of the values.
    hours       UTC hours (from, to), `to` excluded; from 22 to 6 goes over midnight.
    weekdays    UTC, 0 is Monday; empty means every day.

    >>> office = EventFilter(hours=(8, 18), weekdays=(0, 1, 2, 3, 4))
    >>> office.accepts(Event("e", "l", "page_viewed", 9 * HOUR_US, 0)), office.accepts(Event("e", "l", "x", 0, 0))
    (True, False)
    """

    types: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    properties: tuple[tuple[str, tuple[str, ...]], ...] = ()
    hours: tuple[int, int] | None = None
    weekdays: tuple[int, ...] = ()

    def accepts(self, event: Event) -> bool:
        """Whether an event counts."""
        return (
            (not self.types or event.type in self.types)
            and (not self.channels or event.channel in self.channels)
            and (not self.campaigns or event.campaign in self.campaigns)
            and (self.hours is None or self.in_hours(event.occurred_at // HOUR_US % 24))
            and (not self.weekdays or (event.occurred_at // DAY_US + FIRST_WEEKDAY) % 7 in self.weekdays)
            and (not self.properties or self.has_properties(event.properties))
        )

    def in_hours(self, hour: int) -> bool:
        """Whether an hour of the day, 0 to 23, is among those asked for."""
        first, end = self.hours or (0, 24)
        return first <= hour < end if first < end else hour >= first or hour < end

    def has_properties(self, text: str | None) -> bool:
        """Whether properties, as JSON text, are as asked for; text that is no JSON object never is."""
        try:
            found = json.loads(text) if text else None
        except ValueError:
            return False
        return isinstance(found, dict) and all(
            name in found and property_text(found[name]) in wanted for name, wanted in self.properties
        )


def property_text(value: object) -> str:
    """A property as the text that filters compare: true and 3 as in JSON, a text as it is.

    >>> property_text(True), property_text(3), property_text("Pro")
    ('true', '3', 'Pro')
    """
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


Key = Literal["day", "type", "channel", "campaign", "lead"]
"""What can be told apart among events: whole days of age, types, channels, campaigns, leads of the account."""

KEY_OF: dict[Key, Callable[[Event], str | None]] = {
    "type": lambda event: event.type,
    "channel": lambda event: event.channel,
    "campaign": lambda event: event.campaign,
    "lead": lambda event: event.lead_id,
}
"""The key of an event; an event without one is not counted. A day depends on as_of, and is not here."""
