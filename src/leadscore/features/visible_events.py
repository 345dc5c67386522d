"""The visible events of one lead in the forms that aggregations read."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from operator import attrgetter

from leadscore.domain.event import Event
from leadscore.domain.time import DAY_US
from leadscore.features.arithmetic import limited
from leadscore.features.filters import KEY_OF, Key

_OCCURRED_AT = attrgetter("occurred_at")


class VisibleEvents:
    """At least one event, all visible as of one instant, seen from that instant.

    as_of   the instant, epoch microseconds; iterating gives the events, in any order.
    ages    whole days of age, rising, one per event; an event is in a window of W days iff its age is below W.
    newest  microseconds since the latest event, at least 1; oldest likewise of the first.
    """

    __slots__ = ("_newest_ages", "_parts", "_values", "ages", "as_of", "newest", "oldest")

    def __init__(self, parts: Sequence[Sequence[Event]], as_of: int, ages: list[int], newest: int, oldest: int) -> None:
        self._parts = parts
        self.as_of = as_of
        self._values: list[tuple[int, int]] | None = None
        self._newest_ages: dict[Key, list[int]] = {}
        self.ages = ages
        self.newest = newest
        self.oldest = oldest

    @classmethod
    def of(cls, events: Sequence[Event], as_of: int) -> "VisibleEvents":
        """The events of one kind."""
        # One microsecond less puts an event that is exactly a day old into the day before.
        instants = list(map(_OCCURRED_AT, events))
        last = as_of - 1
        ages = sorted([(last - instant) // DAY_US for instant in instants])
        return cls((events,), as_of, ages, as_of - max(instants), as_of - min(instants))

    @classmethod
    def together(cls, kinds: Sequence["VisibleEvents"]) -> "VisibleEvents":
        """The events of several kinds, at least one of them."""
        parts: list[Sequence[Event]] = []
        ages: list[int] = []
        for kind in kinds:
            parts += kind._parts
            ages += kind.ages
        ages.sort()
        return cls(
            parts, kinds[0].as_of, ages, min([kind.newest for kind in kinds]), max([kind.oldest for kind in kinds])
        )

    @property
    def values(self) -> list[tuple[int, int]]:
        """(age in whole days, value in thousandths) of the events that carry a value, any order."""
        if self._values is None:
            last = self.as_of - 1
            self._values = [
                ((last - event.occurred_at) // DAY_US, limited(event.value))
                for event in self
                if event.value is not None
            ]
        return self._values

    def newest_ages(self, key: Key) -> list[int]:
        """Whole days since the latest event of each distinct key, rising."""
        found = self._newest_ages.get(key)
        if found is None:
            found = sorted(set(self.ages)) if key == "day" else self._newest_by(KEY_OF[key])
            self._newest_ages[key] = found
        return found

    def _newest_by(self, key_of: Callable[[Event], str | None]) -> list[int]:
        last, latest = self.as_of - 1, dict[str, int]()
        for event in self:
            key = key_of(event)
            if key is not None:
                latest[key] = max(latest.get(key, event.occurred_at), event.occurred_at)
        return sorted([(last - instant) // DAY_US for instant in latest.values()])

    def __iter__(self) -> Iterator[Event]:
        return chain.from_iterable(self._parts)
