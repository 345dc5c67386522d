"""What a feature is, and how it gets its name."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal

CODE_VERSION = "1"
"""Raise it when the same definitions would give other values; it is part of every feature fingerprint."""

Kind = Literal[
    "count",
    "decayed",
    "value",
    "value_decayed",
    "days_since_last",
    "days_since_first",
    "active_days",
    "types",
    "lead_age",
    "attribute",
]

_SLUG_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the feature matrix.

    name            unique in its feature set, [a-z0-9_] only.
    kind            the aggregation.
    event_type      the type whose events are aggregated; None for all types together and for what is no event feature.
    window_days     events with occurred_at >= as_of - window count; None means all before as_of.
    half_life_days  age at which an event counts half; only for the decayed kinds.
    attribute       name of the lead attribute; only for kind "attribute".
    group           one group makes one reason: "event:demo_requested", "attribute:industry", "activity", "age".
    """

    name: str
    kind: Kind
    event_type: str | None = None
    window_days: int | None = None
    half_life_days: int | None = None
    attribute: str | None = None
    group: str = "activity"

    @property
    def source(self) -> tuple[str, str]:
        """What the feature is computed from; two sources never share a name."""
        if self.attribute is not None:
            return "attribute", self.attribute
        return (
            ("lead", "age")
            if self.kind == "lead_age"
            else ("event" if self.event_type else "any", self.event_type or "")
        )


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
    stem = {"any": "any", "lead": "lead_age_days"}.get(where) or slug(text)
    if with_hash:
        stem += "_" + hashlib.sha256(text.encode()).hexdigest()[:8]
    if where == "attribute":
        return f"attribute_{stem}"
    return stem if where == "lead" else f"{stem}_{_aggregation(feature)}"


def _aggregation(feature: Feature) -> str:
    if feature.kind in ("days_since_last", "days_since_first"):
        return feature.kind
    days = feature.half_life_days or feature.window_days
    return f"{feature.kind}_{days}d" if days else f"{feature.kind}_ever"


def _clashing(features: Sequence[Feature], hashed: Set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The sources that have to give up their plain names, given those that did already."""
    sources: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for feature in features:
        sources[feature.name].add(feature.source)
    clashing: set[tuple[str, str]] = set()
    for rivals in sources.values():
        movable = {source for source in rivals - hashed if source[0] in ("event", "attribute")}
        respelled = {source for source in movable if slug(source[1]) != source[1]}
        if len(rivals) > 1:
            # Who is spelled like its name keeps it; a second round parts those that still clash.
            clashing |= respelled or movable
    return clashing
