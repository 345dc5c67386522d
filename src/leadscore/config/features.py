"""`configs/features.yaml`: which features are computed from events and attributes."""

from typing import Annotated

from pydantic import Field

from leadscore.config.section import Section

Days = Annotated[int, Field(ge=1, le=3_660)]
"""A whole number of days, at most about ten years."""


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


class FeaturesConfig(Section):
    """Features are named by the rule `{event_type}_{aggregation}_{window}`; nobody types a name."""

    default: Aggregations = Aggregations()
    """What every event type seen in the data gets."""
    types: dict[str, Aggregations] = {}
    """Event types that get something else than the default."""
    ignore_types: tuple[str, ...] = ()
    """Event types that are stored but make no features."""
    max_types: int = Field(60, ge=1, le=500)
    """At most this many event types get features of their own, the most frequent first; all count in `any`."""
    activity_windows_days: tuple[Days, ...] = (7, 30, 90)
    """Windows for the number of active days and of different event types."""
    ignore_attributes: tuple[str, ...] = (
        "email",
        "phone",
        "name",
        "first_name",
        "last_name",
        "age",
        "gender",
        "birthday",
        "address",
        "account_id",
        "email_domain",
        "consent",
    )
    """Attributes never used as features: identifiers and what would be unfair to use."""
    max_categories: int = Field(40, ge=2, le=1000)
    """Most frequent values of a categorical attribute that are told apart; the rest is one group."""
    min_category_leads: int = Field(20, ge=1)
    """A value seen on fewer leads is never stored in a model."""
