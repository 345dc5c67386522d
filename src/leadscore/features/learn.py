"""Which features a company's data call for: every event type seen, and every attribute whose values repeat."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from leadscore.config.features import Aggregations, FeaturesConfig
from leadscore.features.definitions import Feature, named
from leadscore.features.facts import Facts
from leadscore.features.feature_set import Encoder, FeatureSet, finite_number

_NUMBER_SHARE = 0.95


def learn_feature_set(facts: Facts, config: FeaturesConfig, labels: dict[str, str]) -> FeatureSet:
    """The feature set for a company.

    facts    already cut as of the training instant, so that nothing later decides which features exist.
    labels   event type -> singular words; kept for the types that make features.
    Returns  age, then features over all types, then each type by name, then each attribute by name.
    """
    types = _event_types(facts.events, config)
    with_values = set(pc.unique(facts.events.filter(pc.is_valid(facts.events["value"]))["type"]).to_pylist())
    encoders = _encoders(facts.attributes, config)
    features = [Feature("", "lead_age", group="age"), *_over_all_types(config)]
    for event_type in types:
        features += _of_type(event_type, config.types.get(event_type, config.default), event_type in with_values)
    features += [Feature("", "attribute", attribute=name, group=f"attribute:{name}") for name in sorted(encoders)]
    words = {event_type: labels[event_type] for event_type in types if event_type in labels}
    words |= {f"attribute:{n}={code}": value for n, e in encoders.items() for value, code in e.values.items()}
    return FeatureSet(named(features), encoders, words, tuple(sorted(config.ignore_types)))


def _event_types(events: pa.Table, config: FeaturesConfig) -> list[str]:
    counts = {str(pair["values"]): int(pair["counts"]) for pair in pc.value_counts(events["type"]).to_pylist()}
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


def _encoders(attributes: pa.Table, config: FeaturesConfig) -> dict[str, Encoder]:
    filled = attributes.filter(pc.and_(pc.is_valid(attributes["value"]), pc.not_equal(attributes["value"], "")))
    leads: dict[str, Counter[str]] = defaultdict(Counter)
    for row in filled.group_by(["name", "value"]).aggregate([("lead_id", "count_distinct")]).to_pylist():
        if row["name"] not in config.ignore_attributes:
            leads[row["name"]][row["value"]] = row["lead_id_count_distinct"]
    encoders = {name: _encoder(counts, config) for name, counts in leads.items()}
    return {name: encoder for name, encoder in encoders.items() if encoder is not None}


def _encoder(counts: Counter[str], config: FeaturesConfig) -> Encoder | None:
    numbers = sum(count for value, count in counts.items() if not math.isnan(finite_number(value)))
    if numbers >= _NUMBER_SHARE * counts.total():
        return Encoder("number", {})
    common = sorted((-count, value) for value, count in counts.items() if count >= config.min_category_leads)
    # Values that never repeat are names or free text: nothing to tell apart, and nothing to keep of a person.
    return (
        Encoder("category", {v: code for code, (_, v) in enumerate(common[: config.max_categories])})
        if common
        else None
    )
