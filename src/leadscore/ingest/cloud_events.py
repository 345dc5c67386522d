"""CloudEvents 1.0: from a request in any of the three HTTP modes to track messages, or faults, one by one.

An event's source and id together tell it apart; subject is the lead, type the event, data its properties. There is no
time of sending, so a sender's clock is taken at its word, though never beyond the time of receipt.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from leadscore.domain.errors import DataError
from leadscore.ingest.clean import canonical_json, cleaned, deeper_than, read_json
from leadscore.ingest.column_reader import ID_LENGTH
from leadscore.ingest.envelope import MAX_MESSAGE_BYTES, MOST_LEVELS, Fault, Message, read_message, refuse_too_many
from leadscore.ingest.network_addresses import truncate_ips

SPEC_VERSION = "1.0"
_REQUIRED = ("id", "source", "specversion", "type")
_SHAPES = {"application/cloudevents+json": dict, "application/cloudevents-batch+json": list}
# What curl and urllib call any body, unless told otherwise, counts as JSON too.
_JSON_TYPE = re.compile(r"([^/]+/([^/;]+\+)?json|application/x-www-form-urlencoded)\s*(;.*)?", re.IGNORECASE)


def parse_cloud_events(
    body: bytes, headers: Mapping[str, str], received_at: int, max_event_bytes: int = MAX_MESSAGE_BYTES
) -> list[Message | Fault]:
    """The events of a request, in order.

    body         inflated; in binary mode the data of one event, else JSON in UTF-8: an event, or a list of them.
    headers      names in lower case; `ce-...` are the attributes in binary mode.
    received_at  epoch microseconds.
    Raises       DataError [LS-BODY-01] if the body is no JSON; [LS-EVENT-01] if it is neither event nor list.
    """
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    limit = max_event_bytes if len(body) > max_event_bytes else None
    if not kind.startswith("application/cloudevents") and any(name.startswith("ce-") for name in headers):
        return [read_cloud_event(_binary(body, headers), received_at, limit)]
    try:
        found = read_json(body.decode("utf-8", "replace"))
    except ValueError as error:
        allowed = "a CloudEvent or a list of them in JSON, or one in ce- headers"
        raise DataError("LS-BODY-01", found=f"the body is no JSON: {error}", allowed=allowed) from error
    if not isinstance(found, _SHAPES.get(kind, (dict, list))):
        raise DataError("LS-EVENT-01", found="the body is JSON, but no such CloudEvents", allowed=", ".join(_SHAPES))
    events = found if isinstance(found, list) else [found]
    refuse_too_many(events)
    return [read_cloud_event(each, received_at, limit) for each in events]


def read_cloud_event(event: Any, received_at: int, max_bytes: int | None) -> Message | Fault:
    """One event of the JSON format as a track message.

    max_bytes  its largest size; None if it is known to be within it.
    """
    clean = cleaned(event)
    truncate_ips([clean])
    text = canonical_json(clean)
    if not isinstance(event, dict):
        return Fault("LS-EVENT-01", "the CloudEvent is no JSON object", text)
    if max_bytes is not None and (size := len(text.encode())) > max_bytes:
        return Fault("LS-EVENT-05", f"the event has {size} bytes; at most {max_bytes} are allowed", text)
    wrong = _wrong(event)
    if wrong is not None:
        return Fault(*wrong, text)
    try:
        properties = _properties(event)
    except ValueError as error:
        return Fault("LS-EVENT-07", f"its data cannot be used: {error}", text)
    message = {
        "type": "track",
        "messageId": _message_id(clean),
        "event": event["type"],
        "userId": event["subject"],
        "timestamp": event.get("time"),
        "properties": properties,
    }
    read = read_message(message, received_at)
    return read if isinstance(read, Message) else Fault(read.code, read.reason, text)


def _wrong(event: Mapping[str, Any]) -> tuple[str, str] | None:
    bad = [name for name in _REQUIRED if not isinstance(event.get(name), str) or not event[name].strip()]
    if bad:
        return "LS-EVENT-07", f"the CloudEvent lacks {', '.join(bad)}"
    if event["specversion"] != SPEC_VERSION:
        return "LS-EVENT-07", f"specversion is {event['specversion']!r:.40}; allowed: {SPEC_VERSION!r}"
    if not isinstance(event.get("subject"), str) or not event["subject"].strip():
        return "LS-EVENT-02", "the CloudEvent has no `subject`, which names the lead"
    return None


def _message_id(event: Mapping[str, Any]) -> str:
    """Source and id, which together are unique; a source has no spaces, so that both can be told from the text."""
    text = f"{event['source'].replace(' ', '%20')} {event['id']}"
    return text if len(text) <= ID_LENGTH else f"made-{hashlib.sha256(text.encode()).hexdigest()[:40]}"


def _properties(event: Mapping[str, Any]) -> dict[str, Any]:
    data = event.get("data")
    if data is None and event.get("data_base64") is not None:
        data = _decoded(event["data_base64"], event.get("datacontenttype"))
    properties = data if isinstance(data, dict) else {} if data is None else {"data": data}
    if deeper_than([properties], MOST_LEVELS):
        raise ValueError(f"it is nested deeper than {MOST_LEVELS} levels")
    return properties


def _decoded(encoded: Any, content_type: Any) -> Any:
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, TypeError, ValueError) as error:
        raise ValueError(f"data_base64 is no base64 ({error})") from error
    if not raw:
        return None
    return read_json(raw.decode("utf-8", "replace")) if _is_json(content_type) else encoded


def _binary(body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """The event of binary mode in the JSON format."""
    event: dict[str, Any] = {name[3:]: unquote(text) for name, text in headers.items() if name.startswith("ce-")}
    content_type = headers.get("content-type")
    if content_type is not None:
        event["datacontenttype"] = content_type
    if body and not _is_json(content_type):
        try:
            event["data"] = body.decode("utf-8")
        except UnicodeDecodeError:
            event["data_base64"] = base64.b64encode(body).decode()
    elif body:
        try:
            event["data"] = read_json(body.decode("utf-8", "replace"))
        except ValueError:
            event["data_base64"] = base64.b64encode(body).decode()
    return event


def _is_json(content_type: Any) -> bool:
    return content_type is None or (isinstance(content_type, str) and _JSON_TYPE.fullmatch(content_type) is not None)
