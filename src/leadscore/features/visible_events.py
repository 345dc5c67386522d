"""The visible events of one lead in the forms that aggregations read."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from leadscore.domain.event import Event
from leadscore.domain.time import DAY_US
from leadscore.features.arithmetic import limited
from leadscore.features.filters import KEY_OF, Key

_TWOS = 13
_ODD = DAY_US >> _TWOS


class VisibleEvents:
    """At least one event, all visible as of one instant, seen from that instant.

    as_of   the instant, epoch microseconds; iterating gives the events, in any order.
    ages    whole days of age, rising, one per event; an event is in a window of W days iff its age is below W.
    newest  microseconds since the latest event, at least 1; oldest likewise of the first.
    """

    # Class attributes until something asks: most histories are small, and each assignment costs time.
    _values: list[tuple[int, int]] | None = None
    _newest_ages: dict[Key, list[int]] | None = None

    def __init__(self, events: Sequence[Event], spans: list[int], as_of: int) -> None:
        """Events of one kind, and for each the microseconds from it to as_of less 1, in any order."""
        spans.sort()
        # One less puts an event that is exactly a day old into the day before. A day has 13 factors of 2: shifting them
        # away first leaves a division of small numbers, which takes a third of the time.
        self.ages = [(span >> _TWOS) // _ODD for span in spans]
        self.newest = spans[0] + 1
        self.oldest = spans[-1] + 1
        self.as_of = as_of
        self._parts: Sequence[Sequence[Event]] = (events,)

    @classmethod
    def of(cls, events: Sequence[Event], as_of: int) -> "VisibleEvents":
        """The events of one kind."""
        last = as_of - 1
        return cls(events, [last - event.occurred_at for event in events], as_of)

    @classmethod
    def together(cls, kinds: Sequence["VisibleEvents"]) -> "VisibleEvents":
        """The events of several kinds, at least one of them."""
        whole = cls.__new__(cls)
        whole.ages = sorted(chain.from_iterable([kind.ages for kind in kinds]))
        whole.newest = min([kind.newest for kind in kinds])
        whole.oldest = max([kind.oldest for kind in kinds])
        whole.as_of = kinds[0].as_of
        whole._parts = [part for kind in kinds for part in kind._parts]
        return whole

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
        if self._newest_ages is None:
            self._newest_ages = {}
        if key not in self._newest_ages:
            found = sorted(set(self.ages)) if key == "day" else self._newest_by(KEY_OF[key])
            self._newest_ages[key] = found
        return self._newest_ages[key]

    def _newest_by(self, key_of: Callable[[Event], str | None]) -> list[int]:
        last, latest = self.as_of - 1, dict[str, int]()
        for event in self:
            key = key_of(event)
            if key is not None:
                latest[key] = max(latest.get(key, event.occurred_at), event.occurred_at)
        return sorted([(last - instant) // DAY_US for instant in latest.values()])

    def __iter__(self) -> Iterator[Event]:
        return chain.from_iterable(self._parts)
