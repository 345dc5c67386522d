"""What ties an answer, a problem and lines of the log together: the id of the request that they belong to."""

import os
import re
from collections.abc import Iterable
from contextvars import ContextVar

HEADER = b"x-request-id"
_ACCEPTED = re.compile(rb"[A-Za-z0-9-]{8,64}")
"""UUIDs and the like; no e-mail address and no key of ours fits, so neither gets into a log by this way."""

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""Id of the request that is being answered; empty outside of one."""


def request_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The `X-Request-Id` that a request brings along, or a new one if it brings none that can be taken.

    >>> request_id([(b"x-request-id", b"7c0f-a1b2-c3d4")])
    '7c0f-a1b2-c3d4'
    >>> len(request_id([(b"x-request-id", b"jo@example.org")]))
    16
    """
    for name, value in headers:
        if name == HEADER and _ACCEPTED.fullmatch(value):
            return value.decode("ascii")
    return os.urandom(8).hex()
