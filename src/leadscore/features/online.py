"""Features of one lead as of one instant, in plain Python, for scoring within microseconds."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from leadscore.domain.consent import consented_events
from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue
from leadscore.domain.outcome import Outcome
from leadscore.features.accounts import turn
from leadscore.features.aggregations import aggregation
from leadscore.features.arithmetic import days
from leadscore.features.counting import counted
from leadscore.features.definitions import NOT_OF_EVENTS, SHARE, Feature, Selection
from leadscore.features.feature_set import Encoder, FeatureSet
from leadscore.features.filters import EventFilter
from leadscore.features.visible_events import VisibleEvents

_Column = tuple[int, Callable[[VisibleEvents], float]]


@dataclass(frozen=True, slots=True)
class LeadHistory:
    """What is stored of one lead, past and future of any instant alike; lead_id is None for a lead that is not stored.

    attributes      every value with its known_at; those that came with the lead have known_at = created_at.
    events          unique by event_id, any order.
    account_events  events of the other leads of the account that the lead belongs to as of the instant of interest;
                    None if it belongs to none, or if they were not looked up.
    refused_before  event_ids of what another id of the lead did when it had refused and was a lead of its own.
    """

    lead_id: str | None
    created_at: int
    attributes: tuple[AttributeValue, ...]
    events: tuple[Event, ...]
    outcomes: tuple[Outcome, ...] = ()
    account_events: tuple[Event, ...] | None = None
    refused_before: frozenset[str] = frozenset()


class OnlineFeatures:
    """Computes rows of one feature set; equal bit for bit to `compute_matrix` on the same facts."""

    def __init__(self, feature_set: FeatureSet) -> None:
        self._empty = feature_set.empty.tolist()
        self._ignored = frozenset(feature_set.ignored_types)
        self._respect_consent = feature_set.respect_consent
        self._attributes: dict[str, tuple[int, Encoder]] = {}
        self._ages: list[int] = []
        self._filled: list[int] = []
        self._of_type: dict[str, list[_Column]] = {}
        self._of_any: list[_Column] = []
        self._of_filter: dict[Selection, list[_Column]] = {}
        self._shares: list[tuple[int, Selection, Selection, int | None]] = []
        for column, feature in enumerate(feature_set.features):
            self._add(column, feature, feature_set)
        self._of_account = [column for column, feature in enumerate(feature_set.features) if feature.account]
        shared = (each for _, *both, _ in self._shares for each in both)
        self._asked = list(dict.fromkeys([*self._of_filter, *shared]))

    def row(self, history: LeadHistory, as_of: int) -> list[float]:
        """Feature values of one lead, in the order of the feature set.

        as_of    epoch microseconds; nothing known or done at or after it counts.
        Returns  one number per feature, NaN where it is missing; all NaN if the lead was not created by then.
        """
        if history.created_at > as_of:
            return [math.nan] * len(self._empty)
        row: list[float] = self._empty.copy()
        for column in self._ages:
            row[column] = days(float(as_of - history.created_at))
        self._fill_attributes(row, history, as_of)
        events: Sequence[Event] = history.events
        if self._respect_consent:
            events = consented_events(events, history.attributes, history.refused_before)
        kinds = self._visible(events, as_of)
        self._fill_events(row, kinds)
        if self._asked:
            self._fill_selections(row, history, kinds, as_of)
        return row

    def _add(self, column: int, feature: Feature, feature_set: FeatureSet) -> None:
        if feature.attribute is not None:
            self._attributes[feature.attribute] = (column, feature_set.encoders[feature.attribute])
        elif feature.kind in NOT_OF_EVENTS:
            (self._ages if feature.kind == "lead_age" else self._filled).append(column)
        elif feature.kind == SHARE:
            self._shares.append((column, feature.selection, feature.whole, feature.span))
        else:
            entry = (column, aggregation(feature.kind).row(feature.span))
            if feature.filter is not None or feature.account:
                self._of_filter.setdefault(feature.selection, []).append(entry)
            elif feature.event_type is not None:
                self._of_type.setdefault(feature.event_type, []).append(entry)
            else:
                self._of_any.append(entry)

    def _fill_attributes(self, row: list[float], history: LeadHistory, as_of: int) -> None:
        latest: dict[str, AttributeValue] = {}
        for found in history.attributes:
            if found.name in self._attributes and (found.known_at < as_of or found.known_at == history.created_at):
                best = latest.get(found.name)
                if best is None or turn(found) > turn(best):
                    latest[found.name] = found
        for name, value in latest.items():
            column, encoder = self._attributes[name]
            row[column] = encoder.encode(value.value)
        for column in self._filled:
            row[column] = float(sum(not math.isnan(row[place]) for place, _ in self._attributes.values()))

    def _visible(self, events: Sequence[Event], as_of: int) -> dict[str, VisibleEvents]:
        by_type: dict[str, tuple[list[Event], list[int]]] = {}
        last = as_of - 1
        for event in events:
            span = last - event.occurred_at
            if span >= 0 and event.known_at < as_of:
                kind = by_type.get(event.type)
                if kind is None:
                    by_type[event.type] = ([event], [span])
                else:
                    kind[0].append(event)
                    kind[1].append(span)
        for event_type in self._ignored & by_type.keys():
            del by_type[event_type]
        return {event_type: VisibleEvents(*kind, as_of) for event_type, kind in by_type.items()}

    def _fill_events(self, row: list[float], kinds: dict[str, VisibleEvents]) -> None:
        of_type = self._of_type
        for event_type, events in kinds.items():
            if event_type in of_type:
                for column, figure in of_type[event_type]:
                    row[column] = figure(events)
        if kinds and self._of_any:
            everything = VisibleEvents.together(list(kinds.values()))
            for column, figure in self._of_any:
                row[column] = figure(everything)

    def _fill_selections(
        self, row: list[float], history: LeadHistory, kinds: dict[str, VisibleEvents], as_of: int
    ) -> None:
        of_account = self._visible(history.account_events or (), as_of)
        found = {
            selection: _selected(of_account if selection.account else kinds, selection, as_of)
            for selection in self._asked
        }
        for selection, columns in self._of_filter.items():
            if (events := found[selection]) is not None:
                for column, figure in columns:
                    row[column] = figure(events)
        for column, part, whole, span in self._shares:
            total = _count(found[whole], span)
            if total:
                row[column] = float(_count(found[part], span)) / float(total)
        if history.account_events is None:
            for column in self._of_account:
                row[column] = math.nan


def _selected(kinds: dict[str, VisibleEvents], selection: Selection, as_of: int) -> VisibleEvents | None:
    conditions = selection.filter or EventFilter()
    events = [
        event
        for event_type, kind in kinds.items()
        if selection.event_type in (None, event_type)
        for event in kind
        if conditions.accepts(event)
    ]
    return VisibleEvents.of(events, as_of) if events else None


def _count(events: VisibleEvents | None, span: int | None) -> int:
    return 0 if events is None else counted(events, span)
