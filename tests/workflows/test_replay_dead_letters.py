"""Replaying: a repaired message is as good as one that was sent well, and nothing is lost on the way."""

import json

import pytest

from leadscore.domain.errors import DataError, UsageError
from leadscore.domain.event import Event
from leadscore.domain.progress import silent
from leadscore.domain.time import DAY_US, SECOND_US, parse_instant
from leadscore.store.dead_letters import list_dead_letters
from leadscore.store.facts import insert_events
from leadscore.store.history import load_history
from leadscore.store.messages import each_message
from leadscore.workflows import replay_dead_letters
from leadscore.workflows.receive_events import receive
from leadscore.workflows.replay_dead_letters import Replay, replay_letters, write_letters

RECEIVED = parse_instant("2026-03-01T12:00:00Z").at
LATER = RECEIVED + 3 * DAY_US
NAMELESS = {"type": "track", "userId": "u1", "messageId": "m1", "timestamp": "2026-03-01T11:00:00Z"}
GOOD = NAMELESS | {"event": "Demo Requested"}
MUCH = 65_536


def send(store, *messages, **around):
    return receive(store, json.dumps({"batch": messages, **around}).encode(), RECEIVED)


def replay(store, wanted=None, most=MUCH):
    return replay_letters(store, wanted, LATER, most, silent)


def repaired(path, **changes):
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps({**row, "message": row["message"] | changes}) + "\n" for row in rows))
    return path


def test_a_repaired_message_is_stored_as_if_it_had_been_sent_well_but_known_since_the_repair(store, tmp_path):
    campaign = {"context": {"campaign": {"name": "spring"}}, "sentAt": "2026-03-01T12:00:10Z"}
    send(store, NAMELESS, **campaign)
    file = tmp_path / "letters.jsonl"
    assert write_letters(store, file, None) == 1
    assert replay(store, repaired(file, event="Demo Requested")) == Replay(1, 1, 0, 0)
    assert list_dead_letters(store) == []
    (event,) = load_history(store, "u1").events
    assert (event.type, event.campaign, event.known_at) == ("Demo Requested", "spring", LATER)
    assert event.occurred_at == RECEIVED - 3_600 * SECOND_US - 10 * SECOND_US
    assert [found.received_at for found in each_message(store)] == [RECEIVED]


def test_what_is_still_wrong_stays_with_the_reason_it_has_now(store, tmp_path):
    send(store, NAMELESS)
    write_letters(store, tmp_path / "letters.jsonl", "LS-EVENT-03")
    assert replay(store, repaired(tmp_path / "letters.jsonl", type="bogus")) == Replay(1, 0, 0, 1)
    (letter,) = list_dead_letters(store)
    assert (letter.code, letter.received_at) == ("LS-EVENT-04", RECEIVED)


def test_a_raised_limit_lets_all_that_were_too_large_in(store):
    body = json.dumps(GOOD).encode()
    receive(store, body, RECEIVED, "track", 50)
    assert [letter.code for letter in list_dead_letters(store)] == ["LS-EVENT-05"]
    assert replay(store, most=50) == Replay(1, 0, 0, 1)
    assert replay(store) == Replay(1, 1, 0, 0)


def test_a_message_of_a_single_route_can_be_replayed_though_it_names_no_type(store):
    untyped = {name: value for name, value in GOOD.items() if name != "type"}
    receive(store, json.dumps(untyped).encode(), RECEIVED, "track", 50)
    assert replay(store) == Replay(1, 1, 0, 0)


def test_a_message_whose_event_contradicts_a_file_can_be_sent_again_under_another_id(store, tmp_path):
    insert_events(store, [Event("m1", "other", "x", 1, 1)])
    send(store, GOOD)
    assert list(each_message(store)) == []
    write_letters(store, tmp_path / "letters.jsonl", None)
    assert replay(store, repaired(tmp_path / "letters.jsonl", messageId="m2")) == Replay(1, 1, 0, 0)
    assert [event.event_id for event in load_history(store, "u1").events] == ["m2"]


def test_a_letter_that_was_meanwhile_sent_well_is_known_already(store, tmp_path):
    send(store, NAMELESS)
    send(store, GOOD)
    write_letters(store, tmp_path / "letters.jsonl", None)
    assert replay(store, repaired(tmp_path / "letters.jsonl", event="x")) == Replay(1, 0, 1, 0)
    assert list_dead_letters(store) == []


def test_what_was_heard_while_a_letter_lay_there_stays_current(store):
    identify = {"type": "identify", "userId": "u1", "messageId": "m1", "traits": {"plan": "old", "city": "Graz"}}
    receive(store, json.dumps(identify).encode(), RECEIVED, None, 50)
    newer = {"type": "identify", "userId": "u1", "messageId": "m2", "traits": {"plan": "new"}}
    receive(store, json.dumps(newer).encode(), RECEIVED + DAY_US)
    assert replay(store) == Replay(1, 1, 0, 0)
    values = [(value.name, value.value) for value in load_history(store, "u1").attributes if value.name != "source"]
    assert values == [("plan", "new"), ("city", "Graz")]


def test_letters_are_replayed_in_the_order_they_came(store, monkeypatch):
    monkeypatch.setattr(replay_dead_letters, "_AT_ONCE", 1)
    for day, plan in enumerate(("old", "new")):
        message = {"type": "identify", "userId": "u1", "messageId": f"m{day}", "traits": {"plan": plan}}
        receive(store, json.dumps(message).encode(), RECEIVED + day * DAY_US, None, 50)
    assert replay(store) == Replay(2, 2, 0, 0)
    assert [value.value for value in load_history(store, "u1").attributes if value.name == "plan"][-1] == "new"


def test_a_file_keeps_line_separators_within_texts(store, tmp_path):
    send(store, NAMELESS | {"properties": {"text": "a\u2028b\u0085c"}})
    write_letters(store, tmp_path / "letters.jsonl", None)
    assert replay(store, tmp_path / "letters.jsonl") == Replay(1, 0, 0, 1)


def test_letters_are_named_by_the_beginning_of_their_ids(store):
    send(store, NAMELESS, 17)
    first, other = list_dead_letters(store)
    assert replay(store, [first.id[:8]]).replayed == 1
    for wrong, told in (("abc", "too short"), ("zzzzzz", "no dead letter"), (first.id[:3] + "%%%", "no dead letter")):
        with pytest.raises(UsageError, match=told):
            replay(store, [wrong])
    assert other in list_dead_letters(store)


def test_a_file_that_is_none_of_letters_is_refused_with_its_line_and_nothing_is_changed(store, tmp_path):
    send(store, NAMELESS)
    write_letters(store, tmp_path / "letters.jsonl", None)
    written = (tmp_path / "letters.jsonl").read_text()
    for wrong in ("[1]", '{"id": 5, "message": {}}', '{"id": "abcdef", "message": {}}'):
        (tmp_path / "letters.jsonl").write_text(f"{written}{wrong}\n")
        with pytest.raises(DataError, match="line 2"):
            replay(store, tmp_path / "letters.jsonl")
    assert len(list_dead_letters(store)) == 1
