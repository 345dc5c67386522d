"""Numbers for the sets of events that features are computed from, fixed by the definitions alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from leadscore.features.activity import TYPES, TYPES_SELECTED
from leadscore.features.aggregation import Aggregation
from leadscore.features.aggregations import aggregation
from leadscore.features.definitions import NOT_OF_EVENTS, SHARE, Feature, Selection

ANY = -1
"""Series of all events of a lead; it has no rows of its own, but is put together from those of the types."""
OWN_TYPES = Selection()


@dataclass(frozen=True)
class Series:
    """Which series of event rows a feature set needs.

    An event is one row in the series of its type, numbered 0, 1, ... as the data have them. A selection that is no
    single type has rows of its own, numbered -2, -3, ... in the order of `selected`.
    """

    features: tuple[Feature, ...]

    @cached_property
    def selected(self) -> tuple[Selection, ...]:
        """The selections with rows of their own."""
        found = {pair: None for pair in self._asked if self._has_rows(*pair)}
        return tuple(dict.fromkeys(selection for selection, _ in found))

    @cached_property
    def numbers(self) -> dict[Selection, int]:
        """Series of each of `selected`."""
        return {selection: -2 - place for place, selection in enumerate(self.selected)}

    @property
    def with_accounts(self) -> bool:
        """Whether any feature reads the events of the account's other leads."""
        return any(selection.account for selection in self.selected)

    def levels(self) -> tuple[str, ...]:
        """The levels that occur, rising by name."""
        return tuple(sorted({level for _, level in self._asked}))

    def at_level(self, level: str) -> list[int]:
        """The series below 0 whose rows one level reads, ANY among them."""
        asked = [selection for selection, found in self._asked if found == level]
        return sorted({ANY if selection == OWN_TYPES else self.numbers.get(selection, ANY) for selection in asked})

    def of(self, selection: Selection, level: str, types: Sequence[str]) -> int | None:
        """The series of a selection; None if it is a type that the data do not have."""
        if selection == OWN_TYPES:
            return ANY
        if self._has_rows(selection, level):
            return self.numbers[selection]
        return types.index(selection.event_type) if selection.event_type in types else None

    @cached_property
    def _asked(self) -> list[tuple[Selection, str]]:
        asked: dict[tuple[Selection, str], None] = {}
        for feature in self.features:
            if feature.kind not in NOT_OF_EVENTS:
                asked[feature.selection, level_of(feature)] = None
                if feature.kind == SHARE:
                    asked[feature.whole, "event"] = None
        return list(asked)

    @staticmethod
    def _has_rows(selection: Selection, level: str) -> bool:
        plain = selection.filter is None and not selection.account
        return not plain or (selection.event_type is not None and level != "event")


def level_of(feature: Feature) -> str:
    """Whether a feature's terms run over events or over distinct keys."""
    return "event" if feature.kind == SHARE else aggregation_of(feature).level


def aggregation_of(feature: Feature) -> Aggregation:
    """The aggregation of an event feature; types of a selection are told apart by a pass of their own."""
    found = aggregation(feature.kind)
    return TYPES_SELECTED if found is TYPES and feature.selection != OWN_TYPES else found
