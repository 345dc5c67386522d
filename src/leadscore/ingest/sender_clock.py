"""When a message happened by our clock, though its sender's clock may be wrong."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from leadscore.domain.errors import DataError
from leadscore.domain.time import SECOND_US, parse_instant
from leadscore.ingest.column_reader import EARLIEST_AT, LATEST_AT

IGNORED_SKEW_US = 2 * SECOND_US
"""A difference of clocks below this is the time that a request takes."""


def occurred_at(message: Mapping[str, Any], received_at: int) -> int:
    """When a message happened: the time it names, corrected by how wrong its sender's clock was when it was sent.

    message      has `timestamp` or `originalTimestamp`, and `sentAt`, each by the sender's clock.
    received_at  by ours, epoch microseconds.
    Returns      epoch microseconds, never after received_at; received_at itself if the message names no usable time.

    >>> day = 86_400 * SECOND_US
    >>> message = {"timestamp": "1970-01-05T00:00:00Z", "sentAt": "1970-01-05T00:00:10Z"}
    >>> occurred_at(message, 1 * day) == 1 * day - 10 * SECOND_US
    True
    """
    named = _instant(message.get("timestamp"))
    if named is None:
        named = _instant(message.get("originalTimestamp"))
    if named is None:
        return received_at
    sent = _instant(message.get("sentAt"))
    if sent is not None and sent >= named and abs(received_at - sent) >= IGNORED_SKEW_US:
        named = max(EARLIEST_AT, received_at - (sent - named))
    return min(named, received_at)


def _instant(value: Any) -> int | None:
    return _read(value) if isinstance(value, str) else None


# The messages of a batch were sent at the same time.
@lru_cache(256)
def _read(text: str) -> int | None:
    try:
        at = parse_instant(text).at
    except DataError:
        return None
    return at if EARLIEST_AT <= at < LATEST_AT else None
