"""Which features a company's data call for: every event type seen, and every attribute whose values repeat."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import pyarrow.compute as pc

from leadscore.config.features import Aggregations, FeaturesConfig
from leadscore.features.aggregations import plugin_hashes
from leadscore.features.definitions import Feature, named
from leadscore.features.facts import Facts
from leadscore.features.feature_set import Encoder, FeatureSet, finite_number
from leadscore.features.own_features import own_features

_NUMBER_SHARE = 0.95


@dataclass(frozen=True)
class Seen:
    """What decides which features exist; of parts of the leads it can be added up.

    types        event type -> number of events.
    with_values  event types of which some event carries a value.
    attributes   attribute -> value -> number of leads that ever had it.
    """

    types: Mapping[str, int]
    with_values: Collection[str]
    attributes: Mapping[str, Mapping[str, int]]

    def __add__(self, other: "Seen") -> "Seen":
        names = self.attributes.keys() | other.attributes.keys()
        return Seen(
            Counter(self.types) + Counter(other.types),
            {*self.with_values, *other.with_values},
            {n: Counter(self.attributes.get(n, {})) + Counter(other.attributes.get(n, {})) for n in names},
        )


NOTHING_SEEN = Seen({}, (), {})


def seen_in(facts: Facts) -> Seen:
    """What some facts hold."""
    counts = pc.value_counts(facts.events["type"]).to_pylist()
    with_values = pc.unique(facts.events.filter(pc.is_valid(facts.events["value"]))["type"]).to_pylist()
    return Seen({str(pair["values"]): int(pair["counts"]) for pair in counts}, set(with_values), _leads_by_value(facts))


def feature_set_of(seen: Seen, config: FeaturesConfig, labels: dict[str, str]) -> FeatureSet:
    """The feature set for what was seen.

    seen     in facts already cut as of the training instant, so that nothing later decides which features exist.
    labels   event type -> singular words; kept for the types that make features.
    Returns  age, then features over all types, then each type by name, then each attribute by name, then those that
             the company declares itself.
    Raises   UsageError [LS-FEATURE-01] for declared features that cannot be.
    """
    types = _most_frequent(seen.types, config)
    encoders = _encoders(seen.attributes, config)
    features = [Feature("", "lead_age", group="age"), *_over_all_types(config)]
    for event_type in types:
        features += _of_type(event_type, config.types.get(event_type, config.default), event_type in seen.with_values)
    features += [Feature("", "attribute", attribute=name, group=f"attribute:{name}") for name in sorted(encoders)]
    own = own_features(config, labels.keys() | seen.types.keys())
    features += own.features
    if config.attributes_filled:
        features.append(Feature("", "attributes_filled", group="attributes"))
    words = {event_type: labels[event_type] for event_type in types if event_type in labels} | own.words
    words |= {f"attribute:{n}={code}": value for n, e in encoders.items() for value, code in e.values.items()}
    used = {feature.kind for feature in features}
    return FeatureSet(
        named(list(dict.fromkeys(features))),
        encoders,
        words,
        tuple(sorted(config.ignore_types)),
        config.account_attribute,
        {name: code for name, code in plugin_hashes().items() if name in used},
        config.respect_consent,
    )


def _most_frequent(counts: Mapping[str, int], config: FeaturesConfig) -> list[str]:
    wanted = [event_type for event_type in counts if event_type not in config.ignore_types]
    return sorted(sorted(wanted, key=lambda event_type: (-counts[event_type], event_type))[: config.max_types])


def _over_all_types(config: FeaturesConfig) -> Iterator[Feature]:
    yield from _of_type(None, config.default, with_values=False)
    if config.default.days_since_last:
        yield Feature("", "days_since_first")
    for window in dict.fromkeys(config.activity_windows_days):
        yield Feature("", "active_days", window_days=window)
        yield Feature("", "types", window_days=window)


def _of_type(event_type: str | None, wanted: Aggregations, with_values: bool) -> Iterator[Feature]:
    group = f"event:{event_type}" if event_type is not None else "activity"
    for window in [*dict.fromkeys(wanted.count_windows_days), *([None] if wanted.count_ever else [])]:
        yield Feature("", "count", event_type, window_days=window, group=group)
    for half_life in dict.fromkeys(wanted.decay_half_lives_days):
        yield Feature("", "decayed", event_type, half_life_days=half_life, group=group)
    if wanted.days_since_last:
        yield Feature("", "days_since_last", event_type, group=group)
    if with_values and wanted.value_sum_ever:
        yield Feature("", "value", event_type, group=group)
    for half_life in dict.fromkeys(wanted.value_half_lives_days if with_values else ()):
        yield Feature("", "value_decayed", event_type, half_life_days=half_life, group=group)


def _leads_by_value(facts: Facts) -> dict[str, Counter[str]]:
    attributes = facts.attributes
    filled = attributes.filter(pc.and_(pc.is_valid(attributes["value"]), pc.not_equal(attributes["value"], "")))
    leads: dict[str, Counter[str]] = defaultdict(Counter)
    for row in filled.group_by(["name", "value"]).aggregate([("lead_id", "count_distinct")]).to_pylist():
        leads[row["name"]][row["value"]] = row["lead_id_count_distinct"]
    return leads


def _encoders(attributes: Mapping[str, Mapping[str, int]], config: FeaturesConfig) -> dict[str, Encoder]:
    wanted = {name: values for name, values in attributes.items() if name not in config.ignore_attributes}
    encoders = {name: _encoder(counts, config) for name, counts in wanted.items()}
    known = {name: encoder for name, encoder in encoders.items() if encoder is not None}
    fullest = sorted(known, key=lambda name: (-sum(attributes[name].values()), name))[: config.max_attributes]
    return {name: known[name] for name in sorted(fullest)}


def _encoder(counts: Mapping[str, int], config: FeaturesConfig) -> Encoder | None:
    numbers = sum(count for value, count in counts.items() if not math.isnan(finite_number(value)))
    if numbers >= _NUMBER_SHARE * sum(counts.values()):
        return Encoder("number", {})
    common = sorted((-count, value) for value, count in counts.items() if count >= config.min_category_leads)
    # Values that never repeat are names or free text: nothing to tell apart, and nothing to keep of a person.
    return (
        Encoder("category", {v: code for code, (_, v) in enumerate(common[: config.max_categories])})
        if common
        else None
    )
