"""`configs/features.yaml`: which features are computed from events and attributes."""

from typing import Annotated, Literal

from pydantic import Field

from leadscore.config.section import Section

Days = Annotated[int, Field(ge=1, le=3_660)]
"""A whole number of days, at most about ten years."""
Hour = Annotated[int, Field(ge=0, le=24)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Texts = tuple[str, ...]


class Aggregations(Section):
    """The aggregations computed for one event type."""

    count_windows_days: tuple[Days, ...] = Field((7, 30, 90), max_length=12)
    """Windows, in days before as_of, in which events are counted."""
    count_ever: bool = True
    """Count all events before as_of as well."""
    decay_half_lives_days: tuple[Days, ...] = Field((7, 30, 90), max_length=6)
    """Half-lives, in days, of the time-decayed counts."""
    days_since_last: bool = True
    """Days from the latest event to as_of."""
    value_half_lives_days: tuple[Days, ...] = Field((30,), max_length=6)
    """Half-lives, in days, of time-decayed sums of the value (pages, minutes); only for types that carry values."""
    value_sum_ever: bool = True
    """Sum of all values before as_of; only for types that carry values."""


class EventChoice(Section):
    """Which events count; all conditions that are given must hold, and times are UTC."""

    types: Texts = ()
    """Event types, one of which it must be; empty means every type."""
    channels: Texts = ()
    """Channels, one of which it must come by."""
    campaigns: Texts = ()
    """Campaigns, one of which it must belong to."""
    properties: dict[str, Texts] = {}
    """Property name -> texts, one of which it must have."""
    hours: tuple[Hour, Hour] | None = None
    """Hours of the day, UTC, from the first up to the second; [22, 6] goes over midnight."""
    weekdays: tuple[Weekday, ...] = ()
    """Days of the week, UTC."""


class FeatureLine(EventChoice):
    """Features of your own: one aggregation of some events, a column for each window or half-life."""

    aggregation: str
    """An aggregation by its name in `leadscore features list --aggregations`, or `share`."""
    windows_days: tuple[Days | Literal["ever"], ...] = Field((), max_length=12)
    """Windows, in days before as_of; `ever` means all events before as_of."""
    half_lives_days: tuple[Days, ...] = Field((), max_length=6)
    """Half-lives, in days, for the aggregations that decay."""
    of: EventChoice | None = None
    """What a share is a share of; left out, all events."""
    account: bool = False
    """Aggregate the events of the other leads of the same account."""
    words: str = ""
    """The events in singular words, for reasons: `visit to the pricing page`."""


class FeaturesConfig(Section):
    """Features are named by the rule `{event_type}_{aggregation}_{window}`; nobody types a name."""

    default: Aggregations = Aggregations()
    """What every event type seen in the data gets."""
    types: dict[str, Aggregations] = {}
    """Event types that get something else than the default."""
    features: tuple[FeatureLine, ...] = ()
    """Features of your own, beside those by the default rule."""
    plugins: Texts = ()
    """Python files, relative to this folder, that define aggregations; installed plug-ins are found by themselves."""
    attributes_filled: bool = False
    """Count how many attributes of a lead are known."""
    account_attribute: str = "account_id"
    """The attribute that leads of one account share."""
    respect_consent: bool = False
    """Count no event that occurred when the lead's attribute `consent` was known to say no; see docs/privacy.md."""
    events_at_once: int = Field(2_000_000, ge=10_000)
    """`features build` works on parts of the leads with about as many events, so that memory stays bounded."""
    ignore_types: tuple[str, ...] = ()
    """Event types that are stored but make no features."""
    max_types: int = Field(60, ge=1, le=500)
    """At most this many event types get features of their own, the most frequent first; all count in `any`."""
    activity_windows_days: tuple[Days, ...] = (7, 30, 90)
    """Windows for the number of active days and of different event types."""
    ignore_attributes: tuple[str, ...] = (
        "email",
        "phone",
        "ip",
        "name",
        "first_name",
        "last_name",
        "firstName",
        "lastName",
        "full_name",
        "username",
        "avatar",
        "age",
        "gender",
        "birthday",
        "address",
        "account_id",
        "email_domain",
        "consent",
    )
    """Attributes never used as features: identifiers and what would be unfair to use."""
    max_attributes: int = Field(300, ge=1, le=10_000)
    """At most this many attributes make features, those that are known of most leads first."""
    max_categories: int = Field(40, ge=2, le=1000)
    """Most frequent values of a categorical attribute that are told apart; the rest is one group."""
    min_category_leads: int = Field(20, ge=1)
    """A value seen on fewer leads is never stored in a model."""

    @property
    def reads_properties(self) -> bool:
        """Whether some feature asks for events with a certain property."""
        return any(choice.properties for line in self.features for choice in (line, line.of) if choice is not None)
