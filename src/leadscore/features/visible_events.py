"""The visible events of one lead in the forms that aggregations read."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from leadscore.domain.event import Event
from leadscore.domain.time import DAY_US
from leadscore.features.arithmetic import limited
from leadscore.features.filters import KEY_OF, Key


class VisibleEvents:
    """At least one event, all visible as of one instant, seen from that instant.

    as_of   the instant, epoch microseconds; iterating gives the events, in any order.
    ages    whole days of age, rising, one per event; an event is in a window of W days iff its age is below W.
    newest  microseconds since the latest event, at least 1; oldest likewise of the first.
    """

    __slots__ = ("_newest_ages", "_parts", "_values", "ages", "as_of", "newest", "oldest")

    def __init__(self, events: Sequence[Event], as_of: int) -> None:
        last = as_of - 1
        instants = [event.occurred_at for event in events]
        instants.sort(reverse=True)
        # One microsecond less puts an event that is exactly a day old into the day before.
        self.ages = [(last - instant) // DAY_US for instant in instants]
        self.newest = as_of - instants[0]
        self.oldest = as_of - instants[-1]
        self.as_of = as_of
        self._parts: tuple[Sequence[Event], ...] = (events,)
        self._values: list[tuple[int, int]] | None = None
        self._newest_ages: dict[Key, list[int]] | None = None

    @classmethod
    def together(cls, kinds: Sequence["VisibleEvents"]) -> "VisibleEvents":
        """The events of several kinds, at least one of them."""
        whole = cls.__new__(cls)
        whole.ages = sorted(chain.from_iterable([kind.ages for kind in kinds]))
        whole.newest = min([kind.newest for kind in kinds])
        whole.oldest = max([kind.oldest for kind in kinds])
        whole.as_of = kinds[0].as_of
        whole._parts = tuple([part for kind in kinds for part in kind._parts])
        whole._values = None
        whole._newest_ages = None
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
