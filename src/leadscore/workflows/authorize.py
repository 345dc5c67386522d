"""Find out what the bearer of a key may do, and forget it within a second, so that a revoked key stops working."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from leadscore.store.engine import Store
from leadscore.store.keys import find_key

KNOWN_FOR_SECONDS = 1.0
RENEWED_BEFORE_SECONDS = 0.5
_MOST_KNOWN = 10_000

ALLOWED_SCOPES = {
    "track": frozenset({"write", "admin"}),
    "read": frozenset({"read", "crm", "admin"}),
    "crm": frozenset({"crm", "admin"}),
    "admin": frozenset({"admin"}),
}
"""What can be done -> scopes of the keys that may do it. Write keys are public in browsers and may only track."""


class KeyRing:
    """Scopes of keys, looked up in the store at most once a second each.

    clock   seconds, never going back.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._known: dict[str, tuple[float, str | None]] = {}
        self._renewing: set[str] = set()
        self._renewer = ThreadPoolExecutor(1, "leadscore-keys")

    def remembered(self, key: str) -> tuple[str | None] | None:
        """The scope of a key (or that it has none) in a tuple, if that was found out within the last second."""
        found = self._known.get(key)
        return (found[1],) if found is not None and self._clock() < found[0] else None

    def look_up(self, key: str) -> str | None:
        """Scope of a key by the store: "write", "read", "crm" or "admin"; None if it is unknown or revoked."""
        asked_at = self._clock()
        record = find_key(self._store, key)
        scope = None if record is None else str(record.scope)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[key] = asked_at + KNOWN_FOR_SECONDS, scope
        return scope

    def renew(self, key: str) -> None:
        """Look a working key up again without waiting for it, if it would soon be forgotten.

        So those who send all the time need not wait for the store every second.
        """
        until, scope = self._known.get(key, (0.0, None))
        if scope is not None and key not in self._renewing and self._clock() >= until - RENEWED_BEFORE_SECONDS:
            self._renewing.add(key)
            self._renewer.submit(self._renew, key)

    def _renew(self, key: str) -> None:
        # If the store does not answer, the request that needs the key next will say so.
        try:
            self.look_up(key)
        finally:
            self._renewing.discard(key)

    def close(self) -> None:
        """Wait for what is being looked up."""
        self._renewer.shutdown()
