"""What a tracking message says about a lead: that it exists, an engagement event, attribute values."""

from collections.abc import Mapping, Sequence
from typing import Any

from leadscore.domain.event import VALUE_SCALE, Event
from leadscore.domain.lead import FIRST_SEEN_SOURCE, AttributeValue, Lead
from leadscore.ingest.clean import canonical_json, json_text
from leadscore.ingest.column_reader import ID_LENGTH, UnreadableError, read_scaled
from leadscore.ingest.envelope import Message, plain_text
from leadscore.ingest.identity import links_of

_VIEWS = {"page": "page_viewed", "screen": "screen_viewed"}
_VALUES = ("value", "revenue")
_ALTERED_NOTE = "_cleaned"


def first_seen(messages: Sequence[Message]) -> list[Lead]:
    """The leads that messages speak of, each created when its earliest message happened.

    The source is the campaign source of that message, else "tracking". An alias of nobody else speaks of no lead.
    """
    earliest: dict[str, Message] = {}
    for message in messages:
        if message.type != "alias" or links_of(message, 0):
            known = earliest.get(message.lead_id)
            if known is None or message.occurred_at < known.occurred_at:
                earliest[message.lead_id] = message
    sources = {lead: message.section("context", "campaign").get("source") for lead, message in earliest.items()}
    return [
        Lead(lead, message.occurred_at, plain_text(sources[lead]) or FIRST_SEEN_SOURCE)
        for lead, message in earliest.items()
    ]


def to_event(message: Message, received_at: int) -> Event | None:
    """The engagement event of a track, page or screen message, known since it was received; None for other types."""
    event_type = plain_text(message.body.get("event")) if message.type == "track" else _VIEWS.get(message.type)
    if event_type is None:
        return None
    properties = message.section("properties")
    if message.type in _VIEWS:
        properties = {name: message.body[name] for name in ("name", "category") if message.text(name)} | properties
    if message.altered:
        properties = {**properties, _ALTERED_NOTE: True}
    campaign = message.section("context", "campaign")
    return Event(
        event_id=message.message_id,
        lead_id=message.lead_id,
        type=event_type,
        occurred_at=message.occurred_at,
        known_at=received_at,
        value=_value(properties),
        channel=plain_text(campaign.get("medium")),
        campaign=plain_text(campaign.get("name")),
        properties=canonical_json(properties) if properties else None,
    )


def to_attributes(message: Message, received_at: int) -> list[AttributeValue]:
    """The attribute values of an identify or group message, known since it was received.

    Only texts, numbers and booleans are attributes; null empties one. The group's id is `account_id`.
    """
    traits: dict[str, Any] = {}
    if message.type == "identify":
        traits = {**message.section("context", "traits"), **message.section("traits")}
    elif message.type == "group":
        traits = dict(message.section("traits"))
        group = message.text("groupId")
        traits |= {"account_id": group} if group else {}
    return [
        AttributeValue(message.lead_id, name, json_text(value) or None, received_at)
        for name, value in traits.items()
        if name.strip() and len(name) <= ID_LENGTH and (value is None or isinstance(value, str | int | float))
    ]


def _value(properties: Mapping[str, Any]) -> int | None:
    for name in _VALUES:
        text = plain_text(properties[name]) if name in properties else None
        if text is not None:
            try:
                return read_scaled(text, VALUE_SCALE)
            except UnreadableError:
                continue
    return None
