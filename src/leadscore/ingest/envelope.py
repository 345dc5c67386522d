"""Segment-compatible tracking messages: from a request body to messages, or faults, one by one.

What SDKs really send decides: NaN and lone surrogates, ids as numbers, traits under `context`, no messageId, clocks
that are wrong. One bad message never spoils the others of its batch.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from leadscore.domain.errors import DataError
from leadscore.ingest.clean import canonical_json, cleaned, deeper_than, read_body, surely_within
from leadscore.ingest.column_reader import ID_LENGTH
from leadscore.ingest.network_addresses import may_hold_ips, truncate_ips
from leadscore.ingest.sender_clock import occurred_at

TYPES = ("identify", "track", "page", "screen", "group", "alias")
MAX_MESSAGE_BYTES = 65_536
ID_MEMBERS = ("userId", "anonymousId", "previousId")
"""Members of a message that name somebody."""
MOST_LEVELS = 100
MOST_MESSAGES = 20_000
_SHARED = ("context", "integrations", "sentAt")
_NOBODY = frozenset(
    (
        "-1",
        "null",
        "none",
        "nil",
        "nan",
        "undefined",
        "unknown",
        "anonymous",
        "guest",
        "true",
        "false",
        "[object object]",
    )
)
_LONGEST_NOBODY = max(map(len, _NOBODY))
_ZEROS = frozenset("0-")
_ONLY_ZEROS = re.compile(r"[0-]+")


class Message(NamedTuple):
    """One tracking message, clean and complete.

    body         the whole message, every text and number storable; with the batch's context merged in.
    occurred_at  when it happened by our clock, never after it was received (epoch microseconds).
    altered      whether something in it could not be kept as sent.
    """

    message_id: str
    type: str
    lead_id: str
    occurred_at: int
    body: dict[str, Any]
    altered: bool

    def section(self, *path: str) -> dict[str, Any]:
        """An object inside the message, such as `context`, `campaign`; empty if it is none."""
        found: Any = self.body
        for name in path:
            found = found.get(name)
            if not isinstance(found, dict):
                return {}
        return found  # type: ignore[no-any-return]

    def text(self, name: str) -> str | None:
        """A text (or number) at the root of the message; None if it is blank."""
        return plain_text(self.body.get(name))


@dataclass(frozen=True, slots=True)
class Fault:
    """A message that cannot be used: error code, reason in words, and the message as JSON text."""

    code: str
    reason: str
    body: str


def parse_messages(
    body: bytes, received_at: int, route: str | None = None, max_message_bytes: int = MAX_MESSAGE_BYTES
) -> list[Message | Fault]:
    """The messages of a request body, in order.

    body         JSON in UTF-8, inflated: one message, or an object with a list `batch`.
    received_at  epoch microseconds.
    route        the type that the address names ("track", ...), for bodies that carry none; None or "batch" names none.
    Raises       DataError [LS-BODY-02] beyond MOST_MESSAGES; [LS-BODY-01] if the body is no JSON;
                 [LS-EVENT-01] if it is neither message nor batch.
    """
    try:
        found, clean = read_body(body)
    except ValueError as error:
        raise DataError("LS-BODY-01", found=f"the body is no JSON: {error}", allowed="a JSON object") from error
    if not isinstance(found, dict):
        raise DataError("LS-EVENT-01", found="the body is JSON, but no object", allowed="a message or a batch")
    batch = found.get("batch")
    limit = max_message_bytes if len(body) > max_message_bytes else None
    if batch is None and route != "batch":
        items, around = [found], _Around({}, received_at, route, limit, clean)
    elif isinstance(batch, list):
        shared = {name: found[name] for name in _SHARED if name in found}
        items, around = batch, _Around(shared, received_at, None, limit, clean)
    else:
        raise DataError("LS-EVENT-01", found="`batch` is no list", allowed="a list of messages")
    refuse_too_many(items)
    if body.count(b"{") + body.count(b"[") > MOST_LEVELS and deeper_than([*items, around.shared], MOST_LEVELS + 1):
        clean = False
    if not clean:
        around = around._replace(shared=cleaned(around.shared, MOST_LEVELS), clean=False)
    if may_hold_ips(body):
        truncate_ips([around.shared, *items] if clean else [around.shared])
    return [_read(item, around) for item in items]


def refuse_too_many(items: Sequence[Any]) -> None:
    """See that a request is no flood of tiny messages, which would keep everybody waiting.

    Raises   DataError [LS-BODY-02].
    """
    if len(items) > MOST_MESSAGES:
        allowed = f"{MOST_MESSAGES:,} in a request"
        raise DataError("LS-BODY-02", found=f"{len(items):,} messages", allowed=allowed, fix="send several requests")


def read_message(message: Any, received_at: int) -> Message | Fault:
    """A single message as a JSON value, of any size; received_at in epoch microseconds."""
    return _read(message, _Around({}, received_at, None, None, clean=False))


def plain_text(value: Any) -> str | None:
    """A text or number as text; None for blanks, booleans and everything nested.

    >>> plain_text(42), plain_text(" "), plain_text(True)
    ('42', None, None)
    """
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if isinstance(value, int) or value.is_integer() else repr(value)
    return None


def own_id(value: Any) -> str | None:
    """An id that can be somebody's own; None for blanks and for what broken pages send for anybody.

    >>> own_id("u-1"), own_id(42), own_id("null"), own_id("00000000-0000-0000-0000-000000000000")
    ('u-1', '42', None, None)
    """
    text = plain_text(value)
    bare = "" if text is None else text.strip()
    if len(bare) <= _LONGEST_NOBODY and bare.lower() in _NOBODY:
        return None
    return None if bare[:1] in _ZEROS and _ONLY_ZEROS.fullmatch(bare) else text


class _Around(NamedTuple):
    """What is known about a message from outside it.

    limit   None if the whole body is within it.
    clean   whether nothing in it needs cleaning.
    """

    shared: dict[str, Any]
    received_at: int
    route: str | None
    limit: int | None
    clean: bool


def _read(item: Any, around: _Around) -> Message | Fault:
    clean = item if around.clean else cleaned(item, MOST_LEVELS)
    altered = not around.clean and clean != item
    if not around.clean:
        truncate_ips([clean])
    if not isinstance(clean, dict):
        return Fault("LS-EVENT-01", "the message is no JSON object", canonical_json(clean))
    merged = _merged(clean, around)
    kind = plain_text(clean.get("type")) or around.route or ""
    kind = kind if kind in TYPES else kind.lower()
    lead_id = own_id(clean.get("userId")) or own_id(clean.get("anonymousId")) or ""
    message_id = plain_text(clean.get("messageId")) or _made_up_id(merged, around.received_at)
    wrong = _too_large(clean, around.limit) or _wrong(clean, kind, lead_id, message_id)
    if wrong is not None:
        return Fault(*wrong, canonical_json(merged))
    return Message(message_id, kind, lead_id, occurred_at(merged, around.received_at), merged, altered)


def _too_large(clean: dict[str, Any], limit: int | None) -> tuple[str, str] | None:
    if limit is None or surely_within(clean, limit):
        return None
    size = len(canonical_json(clean).encode())
    return ("LS-EVENT-05", f"the message has {size} bytes; at most {limit} are allowed") if size > limit else None


def _wrong(clean: Mapping[str, Any], kind: str, lead_id: str, message_id: str) -> tuple[str, str] | None:
    """Error code and reason if a message cannot be used."""
    event = plain_text(clean.get("event"))
    if kind not in TYPES:
        return "LS-EVENT-04", f"the type is {clean.get('type')!r}; allowed: {', '.join(TYPES)}"
    if not lead_id:
        named = [f"{name} {clean[name]!r:.40}" for name in ("userId", "anonymousId") if plain_text(clean.get(name))]
        nobody = f"{', '.join(named)} is what broken pages send for anybody"
        return "LS-EVENT-02", nobody if named else "neither userId nor anonymousId is given"
    if kind == "track" and event is None:
        return "LS-EVENT-03", "a track message needs `event`"
    if len(f"{clean.get('userId')}{clean.get('anonymousId')}{clean.get('previousId')}{message_id}{event}") <= ID_LENGTH:
        return None
    ids = {name: plain_text(clean.get(name)) for name in ID_MEMBERS}
    ids |= {"messageId": message_id, "event": event}
    long = [name for name, text in ids.items() if text is not None and len(text) > ID_LENGTH]
    return ("LS-EVENT-06", f"{', '.join(long)} longer than {ID_LENGTH} characters") if long else None


def _merged(message: dict[str, Any], around: _Around) -> dict[str, Any]:
    """The message with all that its batch and its address say of it, so that it means the same alone."""
    merged = {**around.shared, **message} if around.shared else message
    given = around.shared.get("context")
    if isinstance(given, dict):
        own = message.get("context")
        merged["context"] = {**given, **own} if isinstance(own, dict) else given
    if around.route is not None and message.get("type") is None:
        merged = {**merged, "type": around.route}
    # Messages that are refused are kept; keys must not be.
    return {name: value for name, value in merged.items() if name != "writeKey"} if "writeKey" in merged else merged


def _made_up_id(message: dict[str, Any], received_at: int) -> str:
    """An id from the content, so that a resent message without messageId is known again.

    Without a time of its own, a message is told apart from an equal later one by when it was received.
    """
    content = {name: value for name, value in message.items() if name not in ("sentAt", "receivedAt")}
    if message.get("timestamp") is None and message.get("originalTimestamp") is None:
        content["receivedAt"] = received_at
    return f"made-{hashlib.sha256(canonical_json(content).encode()).hexdigest()[:40]}"
