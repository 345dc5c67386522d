"""Features of one lead as of one instant, in plain Python, for scoring within microseconds."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue
from leadscore.domain.outcome import Outcome
from leadscore.domain.time import DAY_US
from leadscore.features.aggregations import (
    DECAY_SCALE,
    VALUE_DECAY_SCALE,
    VALUE_PART,
    days,
    decay_weights,
    decayed_count,
    decayed_value,
    empty_row,
    limited,
    value_sum,
)
from leadscore.features.definitions import Feature
from leadscore.features.feature_set import Encoder, FeatureSet


@dataclass(frozen=True, slots=True)
class LeadHistory:
    """What is stored of one lead, past and future of any instant alike; lead_id is None for a lead that is not stored.

    attributes  every value with its known_at; those that came with the lead have known_at = created_at.
    events      unique by event_id, any order.
    """

    lead_id: str | None
    created_at: int
    attributes: tuple[AttributeValue, ...]
    events: tuple[Event, ...]
    outcomes: tuple[Outcome, ...] = ()


class _Plan:
    """Which columns the events of one type (or of all types together) fill, and how."""

    def __init__(self) -> None:
        self.counts: list[tuple[int, int]] = []
        self.ever: list[int] = []
        self.decays: list[tuple[int, tuple[int, ...]]] = []
        self.last: list[int] = []
        self.first: list[int] = []
        self.active: list[tuple[int, int]] = []
        self.types: list[tuple[int, int]] = []
        self.values: list[int] = []
        self.value_decays: list[tuple[int, tuple[int, ...]]] = []

    def add(self, column: int, feature: Feature) -> None:
        window, half_life = feature.window_days, feature.half_life_days
        plain = {"days_since_last": self.last, "days_since_first": self.first, "value": self.values}
        windowed = {"count": self.counts, "active_days": self.active, "types": self.types}
        if half_life is not None and feature.kind == "decayed":
            self.decays.append((column, decay_weights(half_life, DECAY_SCALE)))
        elif half_life is not None:
            self.value_decays.append((column, decay_weights(half_life, VALUE_DECAY_SCALE)))
        elif window is not None:
            windowed[feature.kind].append((column, window))
        else:
            plain.get(feature.kind, self.ever).append(column)


class OnlineFeatures:
    """Computes rows of one feature set; equal bit for bit to `compute_matrix` on the same facts."""

    def __init__(self, feature_set: FeatureSet) -> None:
        self._empty = empty_row(feature_set.features)
        self._ignored = frozenset(feature_set.ignored_types)
        self._ages: list[int] = []
        self._attributes: dict[str, tuple[int, Encoder]] = {}
        self._all = _Plan()
        self._by_type: dict[str, _Plan] = {}
        for column, feature in enumerate(feature_set.features):
            if feature.attribute is not None:
                self._attributes[feature.attribute] = (column, feature_set.encoders[feature.attribute])
            elif feature.kind == "lead_age":
                self._ages.append(column)
            elif feature.event_type is None:
                self._all.add(column, feature)
            else:
                self._by_type.setdefault(feature.event_type, _Plan()).add(column, feature)

    def row(self, history: LeadHistory, as_of: int) -> list[float]:
        """Feature values of one lead, in the order of the feature set.

        as_of    epoch microseconds; nothing known or done at or after it counts.
        Returns  one number per feature, NaN where it is missing; all NaN if the lead was not created by then.
        """
        if history.created_at > as_of:
            return [math.nan] * len(self._empty)
        row = self._empty.copy()
        for column in self._ages:
            row[column] = days(float(as_of - history.created_at))
        self._fill_attributes(row, history, as_of)
        self._fill_events(row, history.events, as_of)
        return row

    def _fill_attributes(self, row: list[float], history: LeadHistory, as_of: int) -> None:
        latest: dict[str, AttributeValue] = {}
        for found in history.attributes:
            if found.name in self._attributes and (found.known_at < as_of or found.known_at == history.created_at):
                best = latest.get(found.name)
                if best is None or _turn(found) > _turn(best):
                    latest[found.name] = found
        for name, value in latest.items():
            column, encoder = self._attributes[name]
            row[column] = encoder.encode(value.value)

    def _fill_events(self, row: list[float], events: Sequence[Event], as_of: int) -> None:
        by_type: dict[str, list[int]] = {}
        valued: dict[str, list[tuple[int, int]]] = {}
        for event in events:
            span = as_of - event.occurred_at
            if span > 0 and event.known_at < as_of and event.type not in self._ignored:
                # From here on only whole days and the exact span are needed; 1 less puts a whole day into its window.
                by_type.setdefault(event.type, []).append(span - 1)
                if event.value is not None:
                    valued.setdefault(event.type, []).append(((span - 1) // DAY_US, limited(event.value)))
        if not by_type:
            return
        ages_of_all: list[int] = []
        newest: list[int] = []
        for event_type, spans in by_type.items():
            ages = sorted([span // DAY_US for span in spans])
            ages_of_all += ages
            newest.append(min(spans))
            plan = self._by_type.get(event_type)
            if plan is not None:
                _fill_counts(row, plan, ages, newest[-1])
                _fill_values(row, plan, valued.get(event_type, ()))
        ages_of_all.sort()
        _fill_counts(row, self._all, ages_of_all, min(newest))
        _fill_activity(row, self._all, ages_of_all, [span // DAY_US for span in newest])
        for column in self._all.first:
            row[column] = days(float(max([max(spans) for spans in by_type.values()]) + 1))


def _fill_counts(row: list[float], plan: _Plan, ages: list[int], newest: int) -> None:
    for column in plan.ever:
        row[column] = float(len(ages))
    for column, window in plan.counts:
        row[column] = float(bisect_left(ages, window))
    for column, weights in plan.decays:
        counted = ages if ages[-1] < len(weights) else ages[: bisect_left(ages, len(weights))]
        row[column] = decayed_count(float(sum([weights[age] for age in counted])))
    for column in plan.last:
        row[column] = days(float(newest + 1))


def _fill_values(row: list[float], plan: _Plan, valued: Sequence[tuple[int, int]]) -> None:
    for column in plan.values:
        row[column] = value_sum(float(sum(value for _, value in valued)))
    for column, weights in plan.value_decays:
        high = low = 0
        for age, value in valued:
            if age < len(weights):
                high += value // VALUE_PART * weights[age]
                low += value % VALUE_PART * weights[age]
        row[column] = decayed_value(float(high), float(low))


def _fill_activity(row: list[float], plan: _Plan, ages: list[int], newest_ages: list[int]) -> None:
    active = sorted(set(ages))
    for column, window in plan.active:
        row[column] = float(bisect_left(active, window))
    newest_ages.sort()
    for column, window in plan.types:
        row[column] = float(bisect_left(newest_ages, window))


def _turn(value: AttributeValue) -> tuple[int, bool, str]:
    return value.known_at, value.value is not None, value.value or ""
