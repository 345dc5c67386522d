"""Who is signed in: random ids in a cookie, and on the server the key each stands for."""

import hashlib
import secrets
import time
from collections.abc import Callable

SESSION_SECONDS = 12 * 3600
_MOST_SESSIONS = 10_000


class Sessions:
    """Sessions of one process; they end with it, after twelve hours, or with their key.

    clock   seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._keys: dict[str, tuple[float, str]] = {}

    def open(self, key: str) -> str:
        """Begin a session for the bearer of a key; the id that is returned belongs into a cookie."""
        if len(self._keys) >= _MOST_SESSIONS:
            del self._keys[next(iter(self._keys))]
        session = secrets.token_urlsafe(32)
        self._keys[_digest(session)] = self._clock() + SESSION_SECONDS, key
        return session

    def key_of(self, session: str | None) -> str | None:
        """The key that a session id stands for; None if there is no such session any more."""
        found = self._keys.get(_digest(session)) if session else None
        return found[1] if found is not None and self._clock() < found[0] else None

    def close(self, session: str | None) -> None:
        """End a session; without one nothing happens."""
        if session:
            self._keys.pop(_digest(session), None)


def _digest(session: str) -> str:
    return hashlib.sha256(session.encode("utf-8", "surrogatepass")).hexdigest()
