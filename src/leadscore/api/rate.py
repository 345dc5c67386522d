"""How many requests a second each key may make."""

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from leadscore.domain.errors import DataError


class RateLimit:
    """Counts the requests of each key over the last second; one key's haste takes nothing from the others.

    per_second   requests a second and key.
    """

    def __init__(self, per_second: int) -> None:
        self._allowed = RateLimitItemPerSecond(per_second)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def admit(self, key: str) -> None:
        """Count a request of a known key.

        Raises   DataError [LS-RATE-01] if it is one too many.
        """
        if not self._limiter.hit(self._allowed, key):
            raise DataError(
                "LS-RATE-01",
                found="too many requests with this key within a second",
                allowed=f"{self._allowed.amount:,} a second",
                fix="wait a second, send batches, or raise max_requests_per_second in configs/service.yaml",
            )
