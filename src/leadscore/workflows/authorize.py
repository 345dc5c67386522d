"""Find out what the bearer of a key may do, and forget it within a second, so that a revoked key stops working."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv6Network

from leadscore.domain.errors import DataError
from leadscore.store.engine import Store
from leadscore.store.keys import find_key

KNOWN_FOR_SECONDS = 1.0
RENEWED_BEFORE_SECONDS = 0.5
_MOST_KNOWN = 10_000
_MOST_CALLERS = 10_000
_MINUTE = 60.0

ALLOWED_SCOPES = {
    "track": frozenset({"write", "admin"}),
    "read": frozenset({"read", "crm", "admin"}),
    "crm": frozenset({"crm", "admin"}),
    "admin": frozenset({"admin"}),
}
"""What can be done -> scopes of the keys that may do it. Write keys are public in browsers and may only track."""


def caller_of(host: str) -> str:
    """Whom an address belongs to; of an IPv6 address the half that one customer of a network has to himself.

    >>> caller_of("203.0.113.7"), caller_of("2001:db8:1:2:3:4:5:6"), caller_of("no:address")
    ('203.0.113.7', '2001:db8:1:2::/64', 'no:address')
    """
    try:
        return str(IPv6Network(f"{host[:64]}/64", strict=False)) if ":" in host else host[:64]
    except ValueError:
        return host[:64]


class KeyRing:
    """Scopes of keys, looked up in the store at most once a second each.

    clock              seconds, never going back.
    wrong_per_minute   how many wrong keys an address may try.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic, wrong_per_minute: int = 300) -> None:
        self._store, self._clock = store, clock
        self._known: dict[str, tuple[float, str | None]] = {}
        self._wrong_allowed, self._wrong, self._counted_since = wrong_per_minute, dict[str, int](), clock()
        self._renewing: set[str] = set()
        self._renewer = ThreadPoolExecutor(1, "leadscore-keys")

    def remembered(self, key: str) -> tuple[str | None] | None:
        """The scope of a key (or that it has none) in a tuple, if that was found out within the last second."""
        found = self._known.get(key)
        return (found[1],) if found is not None and self._clock() < found[0] else None

    def refuse_guesses(self, key: str, host: str) -> None:
        """Spare the store the look-up of a key that never worked, for an address that tried too many wrong ones.

        Raises   DataError [LS-AUTH-03].
        """
        self._forget_guesses()
        worked = self._known.get(key, (0.0, None))[1] is not None
        if not worked and self._wrong.get(self._counter(host), 0) >= self._wrong_allowed:
            raise DataError(
                "LS-AUTH-03",
                found="too many wrong API keys came from this address",
                allowed=f"{self._wrong_allowed:,} a minute",
                fix="wait a minute and send a key that works",
            )

    def count_guess(self, host: str) -> None:
        """Remember that an address gave a wrong key."""
        counter = self._counter(host)
        self._wrong[counter] = self._wrong.get(counter, 0) + 1

    def _forget_guesses(self) -> None:
        if self._clock() - self._counted_since >= _MINUTE:
            self._wrong, self._counted_since = {}, self._clock()

    def _counter(self, host: str) -> str:
        caller = caller_of(host)
        # Beyond so many addresses the further ones share a counter, so that memory has an end.
        return caller if caller in self._wrong or len(self._wrong) < _MOST_CALLERS else ""

    def look_up(self, key: str) -> str | None:
        """Scope of a key by the store: "write", "read", "crm" or "admin"; None if it is unknown or revoked."""
        asked_at = self._clock()
        record = find_key(self._store, key)
        scope = None if record is None else str(record.scope)
        if len(self._known) >= _MOST_KNOWN:
            self._known = {known: found for known, found in self._known.items() if found[1] is not None}
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
