"""The official CloudEvents SDK, unmodified, delivers every event in all three modes, each once."""

import json
import math
import urllib.request
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.http import HTTPMessage, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from cloudevents.v1.conversion import to_binary as to_old_binary
from cloudevents.v1.conversion import to_json
from cloudevents.v1.conversion import to_structured as to_old_structured
from cloudevents.v1.http import CloudEvent as OldCloudEvent

from leadscore.store.dead_letters import list_dead_letters
from leadscore.store.history import load_history
from leadscore.store.messages import each_message
from leadscore.workflows.replay_dead_letters import replay_letters

from .service import Server

pytestmark = pytest.mark.slow

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
FORMAT = JSONFormat()


def event(number: int, data: object = None, **attributes: object) -> CloudEvent:
    known = {"id": str(number), "source": "https://crm.example.org/mails", "type": "mail_opened", "subject": "Jörg 1"}
    return CloudEvent({**known, "specversion": "1.0", "time": AT, **attributes}, data)


def batch(*events: CloudEvent) -> HTTPMessage:
    """The SDK makes the JSON of each event; a batch is a list of them."""
    body = b"[" + b",".join(FORMAT.write(each) for each in events) + b"]"
    return HTTPMessage({"content-type": "application/cloudevents-batch+json"}, body)


def send(server: Server, message: HTTPMessage) -> dict:
    headers = {**message.headers, "Authorization": f"Bearer {server.key}"}
    request = urllib.request.Request(f"{server.address}/v1/cloudevents", message.body, headers, method="POST")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
        return json.load(answer)


def counts(accepted: int, duplicates: int = 0, rejected: int = 0) -> dict:
    return {"success": True, "accepted": accepted, "duplicates": duplicates, "rejected": rejected}


def test_one_event_in_three_modes_is_one_event_with_its_meaning(server: Server) -> None:
    same = event(1, {"value": 2.5, "mail": "März"})
    answers = [send(server, message) for message in (to_binary(same, FORMAT), to_structured(same, FORMAT), batch(same))]
    assert answers == [counts(1), counts(0, 1), counts(0, 1)]
    (stored,) = load_history(server.store(), "Jörg 1").events
    assert (stored.event_id, stored.type, stored.value) == ("https://crm.example.org/mails 1", "mail_opened", 2_500)
    assert stored.occurred_at == int(AT.timestamp() * 1_000_000) < stored.known_at
    assert json.loads(stored.properties) == {"value": 2.5, "mail": "März"}


@pytest.mark.parametrize("mode", [to_binary, to_structured, lambda each, _: batch(each)])
def test_every_mode_delivers_sixty_four_kibibytes_bytes_and_hostile_values(server: Server, mode) -> None:
    large = event(1, {"text": "x" * 65_000})
    raw = event(2, b"\x89PNG\xff", datacontenttype="image/png")
    hostile = event(3, {"text": "\ud800 \u0000", "number": math.nan})
    plain = event(4)
    for each in (large, raw, hostile, plain):
        assert send(server, mode(each, FORMAT)) == counts(1)
    held = [each.properties and json.loads(each.properties) for each in load_history(server.store(), "Jörg 1").events]
    assert len(held[0]["text"]) == 65_000
    assert held[1:] == [{"data": "iVBOR/8="}, {"text": "\ufffd \ufffd", "number": None, "_cleaned": True}, None]


def test_events_of_different_sources_may_share_an_id(server: Server) -> None:
    others = [event(1, source=source) for source in ("/crm", "/mail", "/crm")]
    assert send(server, batch(*others)) == counts(2, 1)
    assert {message.message_id for message in each_message(server.store())} == {"/crm 1", "/mail 1"}


def test_one_bad_event_fails_no_other_waits_with_its_reason_and_can_be_mended(server: Server) -> None:
    orphan = CloudEvent({"id": "9", "source": "/crm", "type": "mail_opened", "specversion": "1.0"}, {"a": 1})
    assert send(server, batch(event(1), orphan, event(2))) == counts(2, rejected=1)
    assert send(server, to_binary(orphan, FORMAT)) == counts(0, rejected=1)
    store = server.store()
    reasons = {letter.reason for letter in list_dead_letters(store)}
    assert reasons == {"the CloudEvent has no `subject`, which names the lead"}
    assert replay_letters(store, None, 10**16, 65_536, lambda *_: None).refused == 2
    repaired = server.home / "letters.jsonl"
    rows = [
        json.dumps({"id": letter.id, "message": {**json.loads(letter.body), "subject": "u9"}})
        for letter in list_dead_letters(store)
    ]
    repaired.write_text("\n".join(rows))
    assert replay_letters(store, repaired, 10**16, 65_536, lambda *_: None).accepted == 1
    assert [each.type for each in load_history(store, "u9").events] == ["mail_opened"]


def test_the_older_interface_of_the_sdk_delivers_too(server: Server) -> None:
    for number, convert in enumerate((to_old_binary, to_old_structured)):
        old = OldCloudEvent({"id": str(number), "source": "/crm", "type": "call", "subject": "u1"}, {"value": number})
        headers, body = convert(old)
        assert send(server, HTTPMessage(dict(headers), body)) == counts(1)
        assert send(server, HTTPMessage({"content-type": "application/json"}, to_json(old))) == counts(0, 1)
    assert [each.value for each in load_history(server.store(), "u1").events] == [0, 1_000]
