"""The features that a company declares itself, from the lines of `configs/features.yaml`."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from leadscore.config.features import EventChoice, FeatureLine, FeaturesConfig
from leadscore.domain.errors import UsageError
from leadscore.features.aggregations import aggregation, aggregation_names
from leadscore.features.definitions import SHARE, Feature, filter_slug
from leadscore.features.filters import EventFilter

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class OwnFeatures:
    """Features without names yet, and singular words for their groups."""

    features: list[Feature]
    words: dict[str, str]


def own_features(config: FeaturesConfig, known_types: Collection[str]) -> OwnFeatures:
    """The declared features.

    known_types  event types of the data and of configs/events.yaml.
    Raises       UsageError [LS-FEATURE-01] naming every fault of every line.
    """
    faults = [fault for number, line in enumerate(config.features) for fault in _faults(number, line, known_types)]
    features = [feature for line in config.features if not faults for feature in _features(line)]
    places: dict[Feature, int] = {}
    for number, line in enumerate(config.features):
        for feature in _features(line) if not faults else ():
            if places.setdefault(feature, number) != number:
                faults.append(f"features[{number}]: declares the same column as features[{places[feature]}]")
    if faults:
        raise UsageError(
            "LS-FEATURE-01",
            where="configs/features.yaml",
            found="wrong features\n" + "\n".join(f"  {fault}" for fault in dict.fromkeys(faults)),
            fix="see docs/features.md; `leadscore features list --aggregations` names what there is",
        )
    words = {feature.group: line.words for line in config.features if line.words for feature in _features(line)}
    return OwnFeatures(features, words)


def _faults(number: int, line: FeatureLine, known_types: Collection[str]) -> Iterator[str]:
    place = f"features[{number}]"
    if line.aggregation != SHARE and line.aggregation not in aggregation_names():
        allowed = ", ".join([*aggregation_names(), SHARE])
        yield f"{place}.aggregation: there is no {line.aggregation}; allowed: {allowed}"
        return
    yield from _span_faults(place, line)
    if line.of is not None and line.aggregation != SHARE:
        yield f"{place}.of: only a share has it"
    if line.aggregation == "leads" and not line.account:
        yield f"{place}.account: leads counts the other leads of an account; set it to true"
    for choice, where in ((line, place), (line.of, f"{place}.of")):
        yield from _choice_faults(choice, where, known_types) if choice is not None else ()


def _span_faults(place: str, line: FeatureLine) -> Iterator[str]:
    kinds = ("window", "ever") if line.aggregation == SHARE else aggregation(line.aggregation).spans
    for kind, given in (("window", line.windows_days), ("half_life", line.half_lives_days)):
        setting = f"{place}.{'windows_days' if kind == 'window' else 'half_lives_days'}"
        if kind in kinds and not given and "ever" not in kinds:
            yield f"{setting}: is empty, but {line.aggregation} needs at least one"
        if kind not in kinds and [each for each in given if each != "ever"]:
            yield f"{setting}: {line.aggregation} takes none"
    if "ever" in line.windows_days and "ever" not in kinds:
        yield f"{place}.windows_days: {line.aggregation} takes no ever, only days"


def _choice_faults(choice: EventChoice, place: str, known_types: Collection[str]) -> Iterator[str]:
    for unknown in [each for each in choice.types if each not in known_types]:
        allowed = ", ".join(sorted(known_types)[:30])
        yield f"{place}.types: no event has the type {unknown}; allowed: {allowed}, or name it in configs/events.yaml"
    if choice.hours is not None and (choice.hours[0] == choice.hours[1] or choice.hours[0] == 24):
        yield f"{place}.hours: {list(choice.hours)} is no part of a day; allowed: [from, to), 0 to 24"


def _features(line: FeatureLine) -> Iterator[Feature]:
    conditions = filter_of(line)
    plain = EventFilter(types=conditions.types[:1])
    event_type = conditions.types[0] if len(conditions.types) == 1 and conditions == plain else None
    kept = None if event_type is not None or conditions == EventFilter() else conditions
    versus = filter_of(line.of) if line.of is not None and filter_of(line.of) != EventFilter() else None
    group = f"event:{event_type}" if event_type is not None else f"events:{filter_slug(kept) or 'any'}"
    if kept is None and event_type is None:
        group = "activity"
    if line.account:
        group = f"account:{group}"
    needs_span = line.aggregation != SHARE and "ever" not in aggregation(line.aggregation).spans
    windows = line.windows_days or (() if needs_span or line.half_lives_days else ("ever",))
    for window in dict.fromkeys(windows):
        days = None if window == "ever" else window
        yield Feature("", line.aggregation, event_type, days, None, None, group, kept, line.account, versus)
    for half_life in dict.fromkeys(line.half_lives_days):
        yield Feature("", line.aggregation, event_type, None, half_life, None, group, kept, line.account, versus)


def filter_of(choice: EventChoice) -> EventFilter:
    """The conditions of a line, with repeats taken out and in a fixed order."""
    return EventFilter(
        types=_sorted(choice.types),
        channels=_sorted(choice.channels),
        campaigns=_sorted(choice.campaigns),
        properties=tuple((name, _sorted(choice.properties[name])) for name in sorted(choice.properties)),
        hours=choice.hours,
        weekdays=tuple(sorted({_WEEKDAYS.index(day) for day in choice.weekdays})),
    )


def _sorted(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(texts)))
