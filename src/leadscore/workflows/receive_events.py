"""Receive tracking messages: all good ones of a request are stored in one transaction, each once for good."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any

from leadscore.domain.event import Event
from leadscore.ingest.clean import canonical_json
from leadscore.ingest.envelope import ID_MEMBERS, MAX_MESSAGE_BYTES, Fault, Message, parse_messages
from leadscore.ingest.identity import links_of
from leadscore.ingest.mentions import addresses_in, id_word, words_in
from leadscore.ingest.tracking import first_seen, to_attributes, to_event
from leadscore.store.dead_letters import DeadLetter, add_dead_letters
from leadscore.store.engine import Connection, Store, writing
from leadscore.store.facts import add_current_attributes
from leadscore.store.leads import add_first_seen
from leadscore.store.links import add_links
from leadscore.store.messages import MessageRecord, add_messages, add_tracked_events, unseen_messages
from leadscore.store.suppression import nobody_suppressed, suppressed_places

_TIME_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the messages of a request: each is accepted, a duplicate or dead-lettered.

    duplicates   those known already, and those that speak of erased people, which are stored nowhere: senders, whose
                 keys are public in browsers, cannot tell who was erased.
    reasons      the error code of each that was dead-lettered.
    """

    accepted: int
    duplicates: int
    dead_lettered: int
    reasons: tuple[str, ...] = field(default=(), compare=False)

    def to_dict(self) -> dict[str, Any]:
        """The JSON answer that senders get."""
        counts = {"accepted": self.accepted, "duplicates": self.duplicates, "rejected": self.dead_lettered}
        return {"success": True, **counts}


@dataclass(frozen=True)
class Delivery:
    """The messages of one request as parsed.

    received_at  epoch microseconds.
    known_at     since when the facts can be used: when they were received, or when they were repaired.
    """

    parsed: Sequence[Message | Fault]
    received_at: int
    known_at: int

    @property
    def lay(self) -> bool:
        """Whether it lay among the dead letters before it could be used."""
        return self.known_at > self.received_at

    @cached_property
    def kept(self) -> dict[int, tuple[MessageRecord, Event | None]]:
        """What is kept of each message, with the event that it tells of, by the `id` of the message."""
        return {
            id(each): (_record(each, self.received_at), to_event(each, self.known_at))
            for each in self.parsed
            if isinstance(each, Message)
        }


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
    (receipt,) = receive_all(store, [read_delivery(body, received_at, route, max_message_bytes)])
    return receipt


def read_delivery(body: bytes, received_at: int, route: str | None, max_message_bytes: int) -> Delivery:
    """A request body as `receive` stores it, with all worked out that can be before the write: writes take turns.

    Raises   DataError [LS-BODY-01] or [LS-EVENT-01].
    """
    delivery = Delivery(parse_messages(body, received_at, route, max_message_bytes), received_at, received_at)
    delivery.kept  # noqa: B018
    return delivery


def receive_all(store: Store, deliveries: Sequence[Delivery]) -> list[Receipt]:
    """Store the messages of several requests in one transaction, as if they had come one after the other."""
    with writing(store) as connection:
        return store_deliveries(connection, deliveries)


def store_deliveries(connection: Connection, deliveries: Sequence[Delivery]) -> list[Receipt]:
    """`receive_all` within a transaction of the caller."""
    wanted = _without_erased(connection, deliveries)
    come = [
        (number, each, deliveries[number])
        for number, parsed in enumerate(wanted)
        for each in parsed
        if isinstance(each, Message)
    ]
    places = unseen_messages(connection, [message.message_id for _, message, _ in come])
    unseen = [come[place] for place in places]
    kept = [delivery.kept[id(message)] for _, message, delivery in unseen]
    refused = add_tracked_events(connection, [(event, record) for record, event in kept if event is not None])
    add_messages(connection, [record for record, event in kept if event is None])
    new = [each for each in unseen if each[1].message_id not in refused]
    contradicted = [each for each in unseen if each[1].message_id in refused]
    add_first_seen(connection, first_seen([message for _, message, _ in new]))
    values = [
        value
        for _, message, delivery in sorted(new, key=_in_time)
        for value in to_attributes(message, delivery.known_at)
    ]
    # What was heard while a letter lay there is newer than what the letter says.
    lain = {message.lead_id: delivery.received_at for _, message, delivery in new if delivery.lay}
    add_current_attributes(connection, values, lain)
    add_links(connection, [link for _, message, delivery in new for link in links_of(message, delivery.known_at)])
    letters = [
        (number, DeadLetter(delivery.received_at, fault.code, fault.reason, fault.body))
        for (number, delivery), parsed in zip(enumerate(deliveries), wanted, strict=True)
        for fault in parsed
        if isinstance(fault, Fault)
    ]
    letters += [
        (number, DeadLetter(delivery.received_at, "LS-ROW-03", refused[each.message_id], canonical_json(each.body)))
        for number, each, delivery in contradicted
    ]
    add_dead_letters(connection, [letter for _, letter in letters])
    accepted, reasons = Counter(number for number, _, _ in new), defaultdict[int, tuple[str, ...]](tuple)
    for number, letter in letters:
        reasons[number] += (letter.code,)
    return [
        _receipt(len(delivery.parsed), accepted[number], reasons[number]) for number, delivery in enumerate(deliveries)
    ]


def _receipt(come: int, accepted: int, reasons: tuple[str, ...]) -> Receipt:
    return Receipt(accepted, come - accepted - len(reasons), len(reasons), reasons)


def _without_erased(connection: Connection, deliveries: Sequence[Delivery]) -> list[Sequence[Message | Fault]]:
    """What was parsed of each delivery, without what speaks of erased people."""
    every = [delivery.parsed for delivery in deliveries]
    if nobody_suppressed(connection):
        return every
    gone = suppressed_places(connection, [_words(each) for parsed in every for each in parsed])
    places = count()
    return [[each for each in parsed if next(places) not in gone] for parsed in every]


def _words(parsed: Message | Fault) -> set[str]:
    """The words for whom a message speaks of."""
    if isinstance(parsed, Fault):
        return words_in(parsed.body)
    ids = {parsed.lead_id, *filter(None, map(parsed.text, ID_MEMBERS))}
    return {*map(id_word, ids), *addresses_in(parsed.body)}


def _in_time(come: tuple[int, Message, Delivery]) -> int:
    return come[1].occurred_at


def _record(message: Message, received_at: int) -> MessageRecord:
    timestamp = message.text("timestamp") or message.text("originalTimestamp")
    sent_at = message.text("sentAt")
    return MessageRecord(
        message.message_id,
        message.type,
        message.lead_id,
        received_at,
        timestamp and timestamp[:_TIME_LENGTH],
        sent_at and sent_at[:_TIME_LENGTH],
    )
