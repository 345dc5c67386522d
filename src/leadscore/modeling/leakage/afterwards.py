"""Fields that past customers have and open leads as likely to buy have not: filled in, emptied or set afterwards."""

from dataclasses import dataclass

import numpy as np

from leadscore.domain.time import DAY_US, LATEST_US
from leadscore.modeling.leakage.comparable import Comparable, Gap
from leadscore.modeling.leakage.suspect import Field, LeakSuspect, group_values
from leadscore.modeling.rows import Flags, Whole

FILL_RULE, VALUE_RULE = "filled_after_conversion", "value_after_conversion"
HISTORY_RULE, BACK_RULE = "filled_on_conversion", "vanishes_before_conversion"
FILL_GAP, VALUE_GAP, SURE = 1.0, 2.0, 4.0
"""Log-odds between customers and comparable open leads from which on being filled, or having one value, is suspect, and
standard errors that the difference must be."""
LATE_SHARE, SAME_DAY_US = 0.5, DAY_US
"""Share of the customers' first fills that come on the day of the conversion or later."""
BACK_DAYS, BACK_SHARE, LOST_SHARE = 7, 0.3, 0.8
"""Moving as-of back by so many days: the share of customers that have it at the end, and how much of that is lost."""


@dataclass(frozen=True)
class Fills:
    """When each lead got its first value, by the field's own history; all instants in epoch microseconds.

    first_at    LATEST_US if never, shape (leads,).
    bought_at   LATEST_US if it is no customer, shape (leads,).
    created_at  shape (leads,).
    """

    first_at: Whole
    bought_at: Whole
    created_at: Whole

    @property
    def filled(self) -> Flags:
        """Leads that ever got a value."""
        return self.first_at < LATEST_US

    @property
    def customers(self) -> Flags:
        """Leads that bought."""
        return self.bought_at < LATEST_US


def filled_after_conversion(field: Field, leads: Comparable) -> LeakSuspect | None:
    """Suspect if customers have a value much more often, or much less, than open leads as likely to buy."""
    gap = leads.gap(~np.isnan(field.values))
    if abs(gap.log_odds) <= FILL_GAP or abs(gap.z) <= SURE:
        return None
    return LeakSuspect(field.name, FILL_RULE, f"{field.name} is filled on {_told(gap)}")


def value_after_conversion(field: Field, leads: Comparable) -> LeakSuspect | None:
    """Suspect if customers have some value, or range of numbers, much more often than open leads as likely to buy."""
    groups = group_values(field)
    present = np.flatnonzero(np.bincount(groups.number[leads.customers > 0], minlength=len(groups.names)))
    gaps = {int(each): leads.gap(groups.number == each) for each in present if groups.names[each] != "missing"}
    telling = [each for each, gap in gaps.items() if gap.log_odds > VALUE_GAP and gap.z > SURE]
    if not telling:
        return None
    most = max(telling, key=lambda each: gaps[each].z)
    return LeakSuspect(field.name, VALUE_RULE, f"{field.name} = {groups.names[most]!r} on {_told(gaps[most])}")


def filled_on_conversion(name: str, fills: Fills, leads: Comparable) -> LeakSuspect | None:
    """Suspect if customers have it more often than comparable open leads, and got it with the conversion or later.

    Either alone says little: a note written at any time is mostly written after a conversion, and a field that good
    leads fill in themselves is filled before it.
    """
    gap, filled = leads.gap(fills.filled), fills.filled & fills.customers
    if gap.log_odds <= FILL_GAP or gap.z <= SURE or not filled.any():
        return None
    late = float((fills.first_at[filled] >= fills.bought_at[filled] - SAME_DAY_US).mean())
    if late < LATE_SHARE:
        return None
    when = f"{late:.0%} of the {int(filled.sum())} customers that have {name} got it with the conversion or later"
    return LeakSuspect(name, HISTORY_RULE, f"{when}; it is filled on {_told(gap)}")


def vanishes_before_conversion(name: str, fills: Fills, leads: Comparable) -> LeakSuspect | None:
    """Suspect if what customers have when they buy is gone when as-of moves back a week: it is booked with the sale."""
    gap = leads.gap(fills.filled)
    open_for_long = fills.customers & (fills.bought_at - fills.created_at >= 2 * BACK_DAYS * DAY_US)
    if gap.log_odds <= FILL_GAP or gap.z <= SURE or not open_for_long.any():
        return None
    first, bought = fills.first_at[open_for_long], fills.bought_at[open_for_long]
    at_the_end, before = (float((first < bought - back * DAY_US).mean()) for back in (0, BACK_DAYS))
    if at_the_end < BACK_SHARE or before > (1 - LOST_SHARE) * at_the_end:
        return None
    when = f"{name} is known of {at_the_end:.0%} of the customers the moment they buy and of {before:.0%} "
    return LeakSuspect(name, BACK_RULE, f"{when}{BACK_DAYS} days earlier; it is filled on {_told(gap)}")


def _told(gap: Gap) -> str:
    return (
        f"{gap.customers:.1%} of the customers and on {gap.open:.1%} of the open leads that are as likely to buy "
        f"({abs(gap.log_odds):.1f} apart in log-odds, {abs(gap.z):.0f} standard errors)"
    )
