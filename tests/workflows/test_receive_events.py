"""Receiving: durable when answered, each message once, one bad message spoils no other."""

import json
import signal
import subprocess
import sys

import pytest

from leadscore.domain.errors import DataError
from leadscore.domain.event import Event
from leadscore.domain.time import SECOND_US, parse_instant
from leadscore.ingest.mentions import id_word
from leadscore.store.dead_letters import list_dead_letters
from leadscore.store.engine import open_store, writing
from leadscore.store.facts import insert_events
from leadscore.store.history import counts, load_history
from leadscore.store.messages import each_message
from leadscore.store.suppression import suppress
from leadscore.workflows.receive_events import Receipt, receive

RECEIVED = parse_instant("2026-03-01T12:00:00Z").at
TRACK = {
    "type": "track",
    "event": "Demo Requested",
    "userId": "u1",
    "messageId": "m1",
    "timestamp": "2026-03-01T11:00:00Z",
}


def send(store, *messages, later=0, **batch):
    return receive(store, json.dumps({"batch": messages, **batch}).encode(), RECEIVED + later)


def test_a_new_lead_its_event_and_its_traits_are_stored_at_once(store):
    identify = {"type": "identify", "userId": "u1", "messageId": "m0", "traits": {"industry": "software"}}
    assert send(store, TRACK, identify) == Receipt(2, 0, 0)
    history = load_history(store, "u1")
    assert history.created_at == parse_instant("2026-03-01T11:00:00Z").at
    assert [(value.name, value.value, value.known_at) for value in history.attributes] == [
        ("source", "tracking", history.created_at),
        ("industry", "software", RECEIVED),
    ]
    assert history.events == (Event("m1", "u1", "Demo Requested", history.created_at, RECEIVED),)


def test_a_message_sent_again_is_a_duplicate_and_changes_nothing(store):
    send(store, TRACK)
    before = counts(store), load_history(store, "u1")
    assert send(store, TRACK, TRACK, later=5 * SECOND_US) == Receipt(0, 2, 0)
    assert (counts(store), load_history(store, "u1")) == before


def test_bad_messages_are_dead_lettered_once_and_the_good_ones_stored(store):
    bad = {"type": "bogus", "userId": "u1", "messageId": "m9"}
    assert send(store, bad, TRACK, 17) == Receipt(1, 0, 2)
    assert send(store, bad, TRACK, 17, later=1) == Receipt(0, 1, 2)
    letters = list_dead_letters(store)
    assert sorted(letter.code for letter in letters) == ["LS-EVENT-01", "LS-EVENT-04"]
    assert {letter.body for letter in letters} == {"17", '{"messageId":"m9","type":"bogus","userId":"u1"}'}
    assert counts(store)["messages"] == 1


def test_what_no_database_can_hold_is_cleaned(store):
    event = b'"type":"track","event":"a\\u0000\\ud800","properties":{"x":NaN,"y":"\\u0000"}'
    body = b'{"userId":"u\\udfff","messageId":"m",' + event + b"}"
    assert receive(store, body, RECEIVED) == Receipt(1, 0, 0)
    (event,) = load_history(store, "u\ufffd").events
    assert event.type == "a\ufffd\ufffd"
    assert json.loads(event.properties) == {"x": None, "y": "\ufffd", "_cleaned": True}


def test_a_trait_that_holds_already_is_not_stored_again_and_a_changed_one_is(store):
    def identify(number, value):
        return {"type": "identify", "userId": "u1", "messageId": f"m{number}", "traits": {"plan": value}}

    send(store, identify(1, "free"))
    send(store, identify(2, "free"), later=1)
    send(store, identify(3, "paid"), identify(4, None), later=2)
    values = [
        (value.value, value.known_at - RECEIVED)
        for value in load_history(store, "u1").attributes
        if value.name == "plan"
    ]
    assert values == [("free", 0), (None, 2)]


def test_an_alias_of_the_same_id_is_kept_as_a_message_only(store):
    assert send(store, {"type": "alias", "userId": "u1", "previousId": "u1", "messageId": "m1"}) == Receipt(1, 0, 0)
    assert (counts(store)["messages"], counts(store)["leads"]) == (1, 0)


def test_an_event_id_that_was_imported_with_other_content_is_dead_lettered(store):
    insert_events(store, [Event("m1", "other", "x", 1, 1)])
    assert send(store, TRACK) == Receipt(0, 0, 1)
    (letter,) = list_dead_letters(store)
    assert (letter.code, "lead_id" in letter.reason) == ("LS-ROW-03", True)


def test_a_message_of_somebody_erased_lends_nothing_to_one_with_its_id(store):
    with writing(store) as connection:
        suppress(connection, {id_word("u1")}, RECEIVED)
    other, later = TRACK | {"userId": "u2"}, TRACK | {"messageId": "m2"}
    assert send(store, TRACK, other, other | {"messageId": "m2"}, later) == Receipt(2, 2, 0)
    assert load_history(store, "u1") is None
    assert [event.event_id for event in load_history(store, "u2").events] == ["m1", "m2"]


def test_the_times_of_the_sender_are_kept_in_its_own_words(store):
    send(store, TRACK | {"timestamp": "a moment ago"}, sentAt="2026-03-01T11:59:59.5Z")
    (message,) = each_message(store)
    assert (message.timestamp, message.sent_at) == ("a moment ago", "2026-03-01T11:59:59.5Z")


def test_a_body_that_is_no_message_stores_nothing(store):
    with pytest.raises(DataError, match="LS-BODY-01"):
        receive(store, b"{", RECEIVED)
    assert not any(counts(store).values())


def test_the_address_may_name_the_type(sqlite_store):
    body = json.dumps({"userId": "u1", "name": "Pricing"}).encode()
    assert receive(sqlite_store, body, RECEIVED, "page") == Receipt(1, 0, 0)
    assert load_history(sqlite_store, "u1").events[0].type == "page_viewed"


@pytest.mark.slow
def test_what_was_answered_survives_the_end_of_the_process(tmp_path):
    """The process is killed in the midst of storing; every message it had confirmed is there, once."""
    code = (
        "import json, sys\n"
        "from leadscore.store.engine import open_store\n"
        "from leadscore.workflows.receive_events import receive\n"
        f"store = open_store('sqlite:///{tmp_path / 'a.db'}')\n"
        "for n in range(1_000_000):\n"
        "    message = {'type': 'track', 'event': 'x', 'userId': f'u{n % 5}', 'messageId': f'm{n}'}\n"
        f"    receive(store, json.dumps(message).encode(), {RECEIVED} + n)\n"
        "    print(n, flush=True)\n"
    )
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        confirmed = [int(process.stdout.readline()) for _ in range(60)][-1]
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        stored = [message.message_id for message in each_message(open_store(f"sqlite:///{tmp_path / 'a.db'}"))]
        assert {f"m{n}" for n in range(confirmed + 1)} <= set(stored)
        assert len(stored) == len(set(stored)) == counts(open_store(f"sqlite:///{tmp_path / 'a.db'}"))["events"]
