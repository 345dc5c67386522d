"""What a feature is, and how it gets its name."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass, replace

from leadscore.features.filters import EventFilter

CODE_VERSION = "2"
"""Raise it when the same definitions would give other values; it is part of every feature fingerprint."""

SHARE = "share"
"""Kind of the features that divide one count by another."""
NOT_OF_EVENTS = frozenset({"attribute", "attribute_month", "attribute_weekday", "attributes_filled", "lead_age"})
"""Kinds of the features that no event changes."""

_SLUG_LENGTH = 60
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which events a feature is computed from.

    event_type  one type; None means every type.
    filter      further conditions; None means none.
    account     the events of the account's other leads instead of the lead's own.
    """

    event_type: str | None = None
    filter: EventFilter | None = None
    account: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the feature matrix.

    name            unique in its feature set, [a-z0-9_] only.
    kind            name of the aggregation, "share", or one of NOT_OF_EVENTS.
    event_type      the type whose events are aggregated; None for all types together and for what is no event feature.
    window_days     events with occurred_at >= as_of - window count; None means all before as_of.
    half_life_days  age at which an event counts half; only for the decayed kinds.
    attribute       name of the lead attribute; only for its value, or the month or weekday of its date.
    group           one group makes one reason: "event:demo_requested", "attribute:industry", "activity", "age".
    filter          further conditions on the events; None means none.
    account         the events of the account's other leads are aggregated.
    versus          what a share is a share of; None means all events of the same lead or account.
    """

    name: str
    kind: str
    event_type: str | None = None
    window_days: int | None = None
    half_life_days: int | None = None
    attribute: str | None = None
    group: str = "activity"
    filter: EventFilter | None = None
    account: bool = False
    versus: EventFilter | None = None

    @property
    def span(self) -> int | None:
        """Days of the window or half-life; None means ever."""
        return self.half_life_days or self.window_days

    @property
    def selection(self) -> Selection:
        """The events it is computed from."""
        return Selection(self.event_type, self.filter, self.account)

    @property
    def whole(self) -> Selection:
        """What a share is divided by."""
        return Selection(None, self.versus, self.account)

    @property
    def source(self) -> tuple[str, str]:
        """What the feature is computed from; two sources never share a name."""
        if self.attribute is not None:
            return "attribute", self.attribute
        if self.kind in NOT_OF_EVENTS:
            return "lead", self.kind
        if self.filter is not None or self.account or self.versus is not None:
            parts = {key: value for key, value in asdict(self).items() if key in ("filter", "account", "versus")}
            return "filter", json.dumps({**parts, "type": self.event_type}, sort_keys=True, ensure_ascii=False)
        return ("event" if self.event_type else "any", self.event_type or "")


def slug(text: str) -> str:
    """A text as part of a feature name.

    >>> slug("Demo Requested!")
    'demo_requested'
    >>> slug("展示会")
    'unnamed'
    """
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:_SLUG_LENGTH].strip("_") or "unnamed"


def named(features: Sequence[Feature]) -> tuple[Feature, ...]:
    """Give features their names: `{event_type}_{aggregation}_{window}`, with a hash where two sources would clash.

    features  with any name; the order is kept.
    Returns   the same features with names that differ from each other. A source that is spelled like its own name keeps
              the plain name unless two such sources clash.

    >>> [f.name for f in named([Feature("", "count", "Demo", 7), Feature("", "count", "demo", 7)])]
    ['demo_8a2cc067_count_7d', 'demo_count_7d']
    """
    hashed: set[tuple[str, str]] = set()
    while True:
        renamed = tuple(replace(feature, name=_name(feature, feature.source in hashed)) for feature in features)
        clashing = _clashing(renamed, hashed)
        if not clashing:
            return renamed
        hashed |= clashing


def _name(feature: Feature, with_hash: bool) -> str:
    where, text = feature.source
    stem = {"lead": {"lead_age": "lead_age_days"}.get(text, text), "attribute": slug(text)}.get(where) or _stem(feature)
    if with_hash:
        stem += "_" + hashlib.sha256(text.encode()).hexdigest()[:8]
    if where == "attribute":
        return feature.kind.replace("attribute", f"attribute_{stem}")
    return stem if where == "lead" else f"{stem}_{_aggregation(feature)}"


def _stem(feature: Feature) -> str:
    stem = slug(feature.event_type) if feature.event_type is not None else ""
    parts = [part for part in (stem, filter_slug(feature.filter)) if part] or ["any"]
    return "_".join(["account"] * feature.account + parts)[:_SLUG_LENGTH]


def filter_slug(conditions: EventFilter | None) -> str:
    """A filter as part of a feature name; empty for none.

    >>> filter_slug(EventFilter(types=("Webinar", "Trade show"), channels=("email",), weekdays=(5, 6)))
    'webinar_or_trade_show_channel_email_on_sat_sun'
    """
    if conditions is None:
        return ""
    parts = [_one_of("", conditions.types), _one_of("channel_", conditions.channels)]
    parts += [_one_of("campaign_", conditions.campaigns)]
    parts += [_one_of(f"{slug(name)}_", values) for name, values in conditions.properties]
    if conditions.hours is not None:
        parts.append("hours_{}_{}".format(*conditions.hours))
    if conditions.weekdays:
        parts.append("on_" + "_".join(_WEEKDAYS[day] for day in conditions.weekdays))
    return "_".join(filter(None, parts))[:_SLUG_LENGTH].strip("_")


def _one_of(prefix: str, values: tuple[str, ...]) -> str:
    return prefix + "_or_".join(slug(value) for value in values) if values else ""


def _aggregation(feature: Feature) -> str:
    kind = feature.kind
    if kind == SHARE and feature.versus is not None:
        kind = f"share_of_{filter_slug(feature.versus)}"
    if kind in ("days_since_last", "days_since_first"):
        return kind
    return f"{kind}_{feature.span}d" if feature.span else f"{kind}_ever"


def _clashing(features: Sequence[Feature], hashed: Set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The sources that have to give up their plain names, given those that did already."""
    sources: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for feature in features:
        sources[feature.name].add(feature.source)
    clashing: set[tuple[str, str]] = set()
    for rivals in sources.values():
        movable = {source for source in rivals - hashed if source[0] in ("event", "attribute", "filter")}
        respelled = {source for source in movable if slug(source[1]) != source[1]}
        if len(rivals) > 1:
            # Who is spelled like its name keeps it; a second round parts those that still clash.
            clashing |= respelled or movable
    return clashing
