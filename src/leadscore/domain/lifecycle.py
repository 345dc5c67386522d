"""Where a lead stands, and what an outcome does to it."""

from enum import StrEnum


class Lifecycle(StrEnum):
    """The states of a lead, from general interest to customer."""

    SUSPECT = "suspect"
    MQL = "mql"
    SQL = "sql"
    CUSTOMER = "customer"
    SET_ASIDE = "set_aside"
    DISCARDED = "discarded"


class Temperature(StrEnum):
    """When a lead is expected to buy: now, in about two months, or in no time frame."""

    HOT = "hot"
    WARM = "warm"
    COLD = "cold"


LIFECYCLE_AFTER: dict[str, Lifecycle] = {
    "won": Lifecycle.CUSTOMER,
    "competitor": Lifecycle.SET_ASIDE,
    "lost": Lifecycle.SET_ASIDE,
    "disqualified": Lifecycle.DISCARDED,
}
REOPENABLE = frozenset({outcome for outcome, state in LIFECYCLE_AFTER.items() if state is Lifecycle.SET_ASIDE})
"""Outcomes after which a lead may come back."""
OPEN_STATES = frozenset({Lifecycle.SUSPECT, Lifecycle.MQL, Lifecycle.SQL})
