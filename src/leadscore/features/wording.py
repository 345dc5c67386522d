"""Feature values in words a salesperson understands."""

import math
import re
from calendar import day_name, month_name
from collections.abc import Callable, Mapping

from leadscore.features.aggregations import aggregation
from leadscore.features.definitions import NOT_OF_EVENTS, SHARE, Feature, filter_slug

Words = Mapping[str, str]
DATE_PARTS = {
    "attribute_month": tuple(f"in {name}" for name in month_name[1:]),
    "attribute_weekday": tuple(f"on a {name}" for name in day_name),
}
"""What the numbers of a date's month and weekday are called, from 0."""


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
    phrase = _PHRASES.get(feature.kind, _plain)(feature, value, labels)
    return f"{phrase} (other leads of the account)" if feature.account and feature.kind != "leads" else phrase


def meaning(feature: Feature, labels: Words) -> str:
    """What a feature measures, in one line.

    >>> meaning(Feature("", "count", "demo_requested", window_days=30), {"demo_requested": "demo request"})
    'number of demo requests in 30 days'
    >>> meaning(Feature("", "decayed", half_life_days=7), {})
    'number, older ones counting less, of activities; half-life 7 days'
    """
    if feature.kind in NOT_OF_EVENTS:
        return {"lead_age": "days since the lead was created", "attributes_filled": "number of attributes known"}.get(
            feature.kind, f"{_spoken(feature.attribute or '')}, as known at the instant"
        )
    what = "share" if feature.kind == SHARE else aggregation(feature.kind).meaning
    of = f"{what}{',' if ',' in what else ''} of {_plural(feature, labels)}"
    if feature.kind == SHARE:
        of += " among " + (_spoken(filter_slug(feature.versus)) or "all activity")
    if feature.account:
        of += " of the account's other leads"
    return f"{of}; half-life {_days(feature.half_life_days)}" if feature.half_life_days else f"{of}{_when(feature)}"


def _count(feature: Feature, value: float, labels: Words) -> str:
    return f"{_amount(value, feature, labels)}{_when(feature) or ' so far'}"


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


def _plain(feature: Feature, value: float, labels: Words) -> str:
    return f"{meaning(feature, labels)}: {_number(value)}"


def _rate(feature: Feature, value: float, labels: Words) -> str:
    return f"{value:.2g} {_plural(feature, labels)} a day{_when(feature)}"


def _change(feature: Feature, value: float, labels: Words) -> str:
    days = _days(feature.window_days)
    if value == 0:
        return f"as many {_plural(feature, labels)} in {days} as in the {days} before"
    compared = "more" if value > 0 else "fewer"
    return f"{_number(abs(value))} {_plural(feature, labels)} {compared} in {days} than in the {days} before"


def _share(feature: Feature, value: float, labels: Words) -> str:
    whole = _spoken(filter_slug(feature.versus)) or "all activity"
    return f"{_plural(feature, labels)} are {value:.0%} of {whole}{_when(feature)}"


def _value(feature: Feature, value: float, labels: Words) -> str:
    when = "lately, older ones counting less" if feature.half_life_days else _when(feature).strip() or "so far"
    how = {"value_mean": "on average", "value_max": "at most"}.get(feature.kind, "in total")
    return f"{_plural(feature, labels)} of {_number(value)} {how} {when}"


def _streak(_: Feature, value: float, __: Words) -> str:
    return f"active {_days(int(value))} in a row" if value else "not active in the last day"


def _distinct(feature: Feature, value: float, labels: Words) -> str:
    what = feature.kind[:-1] if value == 1 else feature.kind
    of = "" if feature.event_type is None and feature.filter is None else f" with {_plural(feature, labels)}"
    return f"{_number(value) if value else 'no'} {what}{of}{_when(feature)}"


def _leads(feature: Feature, value: float, _: Words) -> str:
    who = "1 other lead" if value == 1 else f"{_number(value) if value else 'no'} other leads"
    return f"{who} of the account active{_when(feature)}"


def _filled(_: Feature, value: float, __: Words) -> str:
    return f"{_number(value)} details known" if value != 1 else "1 detail known"


def _active_days(feature: Feature, value: float, _: Words) -> str:
    return f"active on {_number(value)} of {_days(feature.window_days)}"


def _types(feature: Feature, value: float, _: Words) -> str:
    kinds = "1 kind" if value == 1 else f"{_number(value) if value else 'no'} kinds"
    return f"{kinds} of activity in {_days(feature.window_days)}"


def _lead_age(_: Feature, value: float, __: Words) -> str:
    return "unknown age" if math.isnan(value) else f"arrived {_ago(value)}"


def _attribute(feature: Feature, value: float, labels: Words) -> str:
    name = _spoken(feature.attribute or "") or "unnamed"
    if math.isnan(value):
        return f"{name} unknown"
    categories = f"attribute:{feature.attribute}="
    if f"{categories}0" not in labels:
        return f"{name}: {_number(value)}"
    return f"{name}: {labels.get(f'{categories}{int(value)}', 'another value')}"


def _date_part(feature: Feature, value: float, _: Words) -> str:
    name, words = _spoken(feature.attribute or ""), DATE_PARTS[feature.kind]
    return f"{name} unknown" if math.isnan(value) else f"{name}: {words[int(value) % len(words)]}"


_PHRASES: dict[str, Callable[[Feature, float, Words], str]] = {
    "count": _count,
    "decayed": _decayed,
    "days_since_last": _since_last,
    "days_since_first": _since_first,
    "value": _value,
    "value_decayed": _value,
    "value_mean": _value,
    "value_max": _value,
    "rate": _rate,
    "change": _change,
    SHARE: _share,
    "streak": _streak,
    "channels": _distinct,
    "campaigns": _distinct,
    "leads": _leads,
    "attributes_filled": _filled,
    "active_days": _active_days,
    "types": _types,
    "lead_age": _lead_age,
    "attribute": _attribute,
    "attribute_month": _date_part,
    "attribute_weekday": _date_part,
}


def _amount(count: float, feature: Feature, labels: Words) -> str:
    if count == 0:
        return f"no {_singular(feature, labels)}"
    return f"1 {_singular(feature, labels)}" if count == 1 else f"{_number(count)} {_plural(feature, labels)}"


def _singular(feature: Feature, labels: Words) -> str:
    if feature.group in labels:
        return labels[feature.group]
    if feature.event_type is None:
        return _spoken(filter_slug(feature.filter)) if feature.filter is not None else "activity"
    return labels.get(feature.event_type) or _spoken(feature.event_type) or "unnamed"


def _plural(feature: Feature, labels: Words) -> str:
    """Regular English plural of labels; a type without a label is a name, often a verb, and is counted as it stands."""
    word = _singular(feature, labels)
    named = feature.event_type is not None or feature.filter is not None
    if named and feature.group not in labels and not labels.get(feature.event_type or ""):
        return f"× {word}"
    if re.search("[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + ("es" if re.search("(s|x|ch|sh)$", word) else "s")


def _when(feature: Feature) -> str:
    return f" in {_days(feature.window_days)}" if feature.window_days else ""


def _spoken(name: str) -> str:
    return re.sub(r"[_\s-]+", " ", name).strip()


def _ago(days: float) -> str:
    return "less than a day ago" if days < 1 else f"{_days(math.floor(days))} ago"


def _days(number: int | None) -> str:
    return "1 day" if number == 1 else f"{number or 0:,} days"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"
