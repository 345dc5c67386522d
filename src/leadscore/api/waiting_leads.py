"""Leads that wait to be scored again."""

import threading
from collections.abc import Iterable


class WaitingLeads:
    """Each waits once, however much happens to it meanwhile, and is taken after some rest; safe between threads.

    most     beyond so many further leads are not taken in; `overflowed` tells, and they have to be found again.
    rest     microseconds from the first event of a lead to when it may be taken: what follows at once is waited for.
    """

    def __init__(self, most: int, rest: int) -> None:
        self._most, self._rest = most, rest
        self._since: dict[str, int] = {}
        self._lock = threading.Lock()
        self.overflowed = False

    def __len__(self) -> int:
        return len(self._since)

    def add(self, lead_ids: Iterable[str], now: int) -> None:
        """Let leads wait since an instant, epoch microseconds; one that waits already keeps its place."""
        with self._lock:
            for lead_id in lead_ids:
                if len(self._since) < self._most:
                    self._since.setdefault(lead_id, now)
                elif lead_id not in self._since:
                    self.overflowed = True

    def take(self, most: int, now: int) -> list[str]:
        """Take out those that have rested, the longest waiting first."""
        with self._lock:
            found: list[str] = []
            for lead_id, since in self._since.items():
                if len(found) == most or 0 <= now - since < self._rest:
                    break
                found.append(lead_id)
            for lead_id in found:
                del self._since[lead_id]
            return found
