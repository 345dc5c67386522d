"""The closed set of aggregations, and those that plug-ins add to it."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from leadscore.domain.errors import UsageError
from leadscore.features.activity import ACTIVE_DAYS, CAMPAIGNS, CHANNELS, LEADS, STREAK, TYPES
from leadscore.features.aggregation import Aggregation
from leadscore.features.counting import CHANGE, COUNT, DECAYED, RATE
from leadscore.features.recency import DAYS_SINCE_FIRST, DAYS_SINCE_LAST
from leadscore.features.valuing import VALUE, VALUE_DECAYED, VALUE_MAX, VALUE_MEAN

BUILT_IN: Mapping[str, Aggregation] = MappingProxyType(
    {
        each.name: each
        for each in (
            COUNT,
            RATE,
            CHANGE,
            DECAYED,
            VALUE,
            VALUE_MEAN,
            VALUE_MAX,
            VALUE_DECAYED,
            DAYS_SINCE_LAST,
            DAYS_SINCE_FIRST,
            ACTIVE_DAYS,
            STREAK,
            TYPES,
            CHANNELS,
            CAMPAIGNS,
            LEADS,
        )
    }
)
"""Aggregations of events by name."""

_added: dict[str, Aggregation] = {}
_hashes: dict[str, str] = {}


def aggregation(name: str) -> Aggregation:
    """The aggregation of a name.

    Raises  UsageError [LS-FEATURE-01] if there is none.
    """
    found = BUILT_IN.get(name) or _added.get(name)
    if found is None:
        raise UsageError(
            "LS-FEATURE-01",
            found=f"there is no aggregation {name}",
            allowed=", ".join(aggregation_names()),
            fix="name one of these, or the plug-in that defines it under plugins in configs/features.yaml",
        )
    return found


def aggregation_names() -> list[str]:
    """The names of all aggregations, those of plug-ins last."""
    return [*BUILT_IN, *_added]


def plugin_hashes() -> dict[str, str]:
    """The hash of the code behind each aggregation of a plug-in."""
    return dict(_hashes)


def add_aggregation(added: Aggregation, origin: str, code: str) -> None:
    """Make the aggregation of a plug-in known; adding it anew replaces what it was.

    origin   where it comes from, for errors.
    code     hash of the code that defines it; a model refuses to serve with other code.
    Raises   UsageError [LS-FEATURE-02] if its name is taken or cannot be part of a feature name.
    """
    if added.name in BUILT_IN or not re.fullmatch("[a-z]([a-z_]*[a-z])?", added.name):
        raise UsageError(
            "LS-FEATURE-02",
            where=origin,
            found=f"the aggregation is named {added.name!r}",
            allowed="a name of letters a-z and _, other than " + ", ".join(BUILT_IN),
        )
    _added[added.name] = added
    _hashes[added.name] = code
