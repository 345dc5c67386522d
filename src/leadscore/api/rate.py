"""How many requests a second each key may make."""

import time
from collections.abc import Callable

from leadscore.domain.errors import DataError


class RateLimit:
    """Counts the requests of each key over the last second; one key's haste takes nothing from the others.

    The last second reaches into two seconds of the clock; of the earlier one the share counts that it still covers.

    per_second   requests a second and key.
    clock        seconds, never going back.
    """

    def __init__(self, per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._allowed, self._clock = per_second, clock
        self._counts: dict[str, tuple[int, int, int]] = {}

    def admit(self, key: str) -> None:
        """Count a request of a known key.

        Raises   DataError [LS-RATE-01] if it is one too many; it is not counted then.
        """
        now = self._clock()
        second = int(now)
        counted, before, count = self._counts.get(key, (second, 0, 0))
        if counted != second:
            before, count = count if counted == second - 1 else 0, 0
        if before * (second + 1 - now) + count >= self._allowed:
            raise DataError(
                "LS-RATE-01",
                found="too many requests with this key within a second",
                allowed=f"{self._allowed:,} a second",
                fix="wait a second, send batches, or raise max_requests_per_second in configs/service.yaml",
            )
        self._counts[key] = second, before, count + 1
