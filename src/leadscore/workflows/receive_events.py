"""Receive tracking messages: all good ones of a request are stored in one transaction, each once for good."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadscore.ingest.clean import canonical_json
from leadscore.ingest.envelope import MAX_MESSAGE_BYTES, Fault, Message, parse_messages
from leadscore.ingest.identity import links_of
from leadscore.ingest.tracking import first_seen, to_attributes, to_event
from leadscore.store.dead_letters import DeadLetter, add_dead_letters
from leadscore.store.engine import Connection, Store, writing
from leadscore.store.facts import add_current_attributes, add_events
from leadscore.store.leads import add_first_seen
from leadscore.store.links import add_links
from leadscore.store.messages import MessageRecord, add_messages, unseen_messages

_TIME_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the messages of a request: each is accepted, a duplicate or dead-lettered."""

    accepted: int
    duplicates: int
    dead_lettered: int


def receive(
    store: Store,
    body: bytes,
    received_at: int,
    route: str | None = None,
    max_message_bytes: int = MAX_MESSAGE_BYTES,
) -> Receipt:
    """Store the messages of a request body; when this returns they are durable, and sending them again adds nothing.

    body         JSON, inflated: a message or a batch, as Segment-compatible SDKs send them.
    received_at  epoch microseconds; from then on the facts are known.
    route        the type that the address names ("track", ...), for bodies without `type`.
    Raises       DataError [LS-BODY-01] or [LS-EVENT-01] if the body as a whole is no message and no batch;
                 OutsideError [LS-STORE-01] if the store fails; nothing is stored then.
    """
    parsed = parse_messages(body, received_at, route, max_message_bytes)
    with writing(store) as connection:
        receipt, letters = store_parsed(connection, parsed, received_at, received_at)
        add_dead_letters(connection, letters)
    return receipt


def store_parsed(
    connection: Connection, parsed: Sequence[Message | Fault], received_at: int, known_at: int
) -> tuple[Receipt, list[DeadLetter]]:
    """Store parsed messages within a transaction of the caller.

    known_at     since when the facts can be used, epoch microseconds.
    Returns      what became of the messages, and a letter for each refused one, which is not stored yet.
    """
    messages = [message for message in parsed if isinstance(message, Message)]
    letters = [
        DeadLetter(received_at, fault.code, fault.reason, fault.body) for fault in parsed if isinstance(fault, Fault)
    ]
    new = [messages[place] for place in unseen_messages(connection, [message.message_id for message in messages])]
    repeated = len(messages) - len(new)
    events = [event for message in new if (event := to_event(message, known_at)) is not None]
    refused = {events[row.position].event_id: row.reason for row in add_events(connection, events).rejected}
    letters += [
        DeadLetter(received_at, "LS-ROW-03", refused[message.message_id], canonical_json(message.body))
        for message in new
        if message.message_id in refused
    ]
    new = [message for message in new if message.message_id not in refused]
    add_messages(connection, [_record(message, received_at) for message in new])
    add_first_seen(connection, first_seen(new))
    in_time = sorted(new, key=lambda message: message.occurred_at)
    add_current_attributes(connection, [value for message in in_time for value in to_attributes(message, known_at)])
    add_links(connection, [link for message in new for link in links_of(message, known_at)])
    return Receipt(len(new), repeated, len(letters)), letters


def _record(message: Message, received_at: int) -> MessageRecord:
    times = (message.text("timestamp") or message.text("originalTimestamp"), message.text("sentAt"))
    timestamp, sent_at = (time[:_TIME_LENGTH] if time else None for time in times)
    return MessageRecord(message.message_id, message.type, message.lead_id, received_at, timestamp, sent_at)
