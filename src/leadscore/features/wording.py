"""Feature values in words a salesperson understands."""

import math
import re
from collections.abc import Callable, Mapping

from leadscore.features.definitions import Feature

Words = Mapping[str, str]


def describe(feature: Feature, value: float, labels: Words) -> str:
    """One feature value as a phrase; never empty.

    value   as in the feature row; NaN means missing.
    labels  as in the feature set: event type -> singular words, `attribute:NAME=CODE` -> the category.

    >>> describe(Feature("", "count", "demo_requested", window_days=30), 2.0, {"demo_requested": "demo request"})
    '2 demo requests in 30 days'
    >>> describe(Feature("", "days_since_last", "demo_requested"), math.nan, {})
    'no demo requested so far'
    >>> describe(Feature("", "attribute", attribute="industry"), 0.0, {"attribute:industry=0": "software"})
    'industry: software'
    """
    return _PHRASES[feature.kind](feature, value, labels)


def _count(feature: Feature, value: float, labels: Words) -> str:
    when = f"in {_days(feature.window_days)}" if feature.window_days else "so far"
    return f"{_amount(value, feature, labels)} {when}"


def _decayed(feature: Feature, value: float, labels: Words) -> str:
    if value == 0:
        return f"no {_singular(feature, labels)} lately"
    if value < 0.05:
        return f"hardly any {_plural(feature, labels)} lately"
    return f"about {value:.1f} {_plural(feature, labels)} lately, older ones counting less"


def _since_last(feature: Feature, value: float, labels: Words) -> str:
    if math.isnan(value):
        return f"no {_singular(feature, labels)} so far"
    return f"last {_singular(feature, labels)} {_ago(value)}"


def _since_first(feature: Feature, value: float, labels: Words) -> str:
    if math.isnan(value):
        return f"no {_singular(feature, labels)} so far"
    return f"first {_singular(feature, labels)} {_ago(value)}"


def _value(feature: Feature, value: float, labels: Words) -> str:
    when = "so far" if feature.kind == "value" else "lately, older ones counting less"
    return f"{_plural(feature, labels)} of {_number(value)} in total {when}"


def _active_days(feature: Feature, value: float, _: Words) -> str:
    return f"active on {_number(value)} of {_days(feature.window_days)}"


def _types(feature: Feature, value: float, _: Words) -> str:
    kinds = "1 kind" if value == 1 else f"{_number(value) if value else 'no'} kinds"
    return f"{kinds} of activity in {_days(feature.window_days)}"


def _lead_age(_: Feature, value: float, __: Words) -> str:
    return "unknown age" if math.isnan(value) else f"arrived {_ago(value)}"


def _attribute(feature: Feature, value: float, labels: Words) -> str:
    name = _spoken(feature.attribute or "")
    if math.isnan(value):
        return f"{name} unknown"
    categories = f"attribute:{feature.attribute}="
    if f"{categories}0" not in labels:
        return f"{name}: {_number(value)}"
    return f"{name}: {labels.get(f'{categories}{int(value)}', 'another value')}"


_PHRASES: dict[str, Callable[[Feature, float, Words], str]] = {
    "count": _count,
    "decayed": _decayed,
    "days_since_last": _since_last,
    "days_since_first": _since_first,
    "value": _value,
    "value_decayed": _value,
    "active_days": _active_days,
    "types": _types,
    "lead_age": _lead_age,
    "attribute": _attribute,
}


def _amount(count: float, feature: Feature, labels: Words) -> str:
    if count == 0:
        return f"no {_singular(feature, labels)}"
    return f"1 {_singular(feature, labels)}" if count == 1 else f"{_number(count)} {_plural(feature, labels)}"


def _singular(feature: Feature, labels: Words) -> str:
    if feature.event_type is None:
        return "activity"
    return labels.get(feature.event_type) or _spoken(feature.event_type)


def _plural(feature: Feature, labels: Words) -> str:
    """Regular English plural of labels; a type without a label is a name, often a verb, and is counted as it stands."""
    word = _singular(feature, labels)
    if feature.event_type is not None and not labels.get(feature.event_type):
        return f"× {word}"
    if re.search("[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + ("es" if re.search("(s|x|ch|sh)$", word) else "s")


def _spoken(name: str) -> str:
    return re.sub(r"[_\s-]+", " ", name).strip() or "unnamed"


def _ago(days: float) -> str:
    return "less than a day ago" if days < 1 else f"{_days(math.floor(days))} ago"


def _days(number: int | None) -> str:
    return "1 day" if number == 1 else f"{number or 0:,} days"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"
