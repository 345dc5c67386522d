"""What SDKs send is taken as it is meant; one bad message spoils no other."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.domain.errors import DataError
from leadscore.domain.time import parse_instant
from leadscore.ingest.clean import deeper_than
from leadscore.ingest.envelope import MOST_LEVELS, Fault, Message, parse_messages

RECEIVED = parse_instant("2026-03-01T12:00:00Z").at


def parse(body, **options):
    return parse_messages(body if isinstance(body, bytes) else json.dumps(body).encode(), RECEIVED, **options)


def track(**changes):
    return {"type": "track", "event": "Demo Requested", "userId": "u1", "messageId": "m1"} | changes


def code_of(message):
    (found,) = parse(message)
    assert isinstance(found, Fault)
    return found.code


def test_a_single_message_may_get_its_type_from_the_address():
    (message,) = parse({"event": "x", "userId": "u1"}, route="track")
    assert (message.type, message.lead_id) == ("track", "u1")


def test_the_messages_of_a_batch_come_in_order_each_good_or_bad():
    found = parse({"batch": [track(), 7, track(messageId="m2"), {"type": "track"}], "sentAt": "2026-03-01T12:00:00Z"})
    assert [type(each) for each in found] == [Message, Fault, Message, Fault]
    assert [each.message_id for each in found if isinstance(each, Message)] == ["m1", "m2"]


def test_the_user_id_names_the_lead_else_the_anonymous_id():
    assert parse(track(anonymousId="a1"))[0].lead_id == "u1"
    assert parse(track(userId=None, anonymousId="a1"))[0].lead_id == "a1"
    assert parse(track(userId=" ", anonymousId="a1"))[0].lead_id == "a1"
    assert parse(track(userId=42))[0].lead_id == "42"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "bogus", "userId": "u"}, "LS-EVENT-04"),
        ({"userId": "u"}, "LS-EVENT-04"),
        (track(userId=None), "LS-EVENT-02"),
        (track(userId=True), "LS-EVENT-02"),
        (track(userId={"id": 1}), "LS-EVENT-02"),
        (track(event=None), "LS-EVENT-03"),
        (track(event="  "), "LS-EVENT-03"),
        (track(event=["x"]), "LS-EVENT-03"),
        (track(userId="u" * 256), "LS-EVENT-06"),
        (track(anonymousId="a" * 256), "LS-EVENT-06"),
        ({"type": "alias", "userId": "u", "previousId": "p" * 256}, "LS-EVENT-06"),
        (track(messageId="m" * 256), "LS-EVENT-06"),
        (track(event="e" * 256), "LS-EVENT-06"),
        (track(properties={"x": "y" * 70_000}), "LS-EVENT-05"),
    ],
)
def test_a_message_that_cannot_be_used_is_a_fault_with_its_code(message, code):
    assert code_of(message) == code


def test_only_the_too_large_message_of_a_large_batch_is_refused():
    found = parse({"batch": [track(), track(messageId="m2", properties={"x": "é" * 600})]}, max_message_bytes=1_000)
    assert [type(each) for each in found] == [Message, Fault]


@pytest.mark.parametrize("body", [b"", b"no json", b'{"batch": [', b"\xff\xfe", b"[" * 99_999])
def test_a_body_that_is_no_json_is_refused_as_a_whole(body):
    with pytest.raises(DataError, match="LS-BODY-01"):
        parse(body)


@pytest.mark.parametrize("body", [b"[]", b"3", b'{"batch": {}}', b'{"batch": 3}'])
def test_a_body_that_is_neither_message_nor_batch_is_refused(body):
    with pytest.raises(DataError, match="LS-EVENT-01"):
        parse(body)


def test_a_batch_route_needs_a_batch():
    with pytest.raises(DataError, match="LS-EVENT-01"):
        parse(track(), route="batch")


def test_what_cannot_be_stored_is_cleaned_and_noted():
    body = (
        b'{"type":"track","event":"x\\ud800","userId":"u\\u0000","messageId":"m","properties":{"a":NaN,"b":-Infinity}}'
    )
    (message,) = parse(body)
    assert (message.lead_id, message.body["event"], message.body["properties"]) == (
        "u\ufffd",
        "x\ufffd",
        {"a": None, "b": None},
    )
    assert message.altered
    assert not parse(track())[0].altered


def test_invalid_utf_8_and_a_byte_order_mark_do_no_harm():
    (message,) = parse(b'\xef\xbb\xbf{"type":"track","event":"x\xff","userId":"u"}')
    assert message.body["event"] == "x\ufffd"


def test_the_context_of_a_batch_is_merged_into_each_message():
    found = parse(
        {
            "batch": [track(context={"campaign": {"name": "own"}}), track(messageId="m2")],
            "context": {"campaign": {"name": "shared"}, "ip": "1.2.3.4"},
        }
    )
    assert [message.section("context", "campaign")["name"] for message in found] == ["own", "shared"]
    assert found[0].section("context")["ip"] == "1.2.3.0"


def test_the_time_of_sending_may_stand_at_the_batch_or_the_message():
    message = track(timestamp="2026-03-01T13:59:30Z")
    expected = parse_instant("2026-03-01T11:59:30Z").at
    assert parse({"batch": [message], "sentAt": "2026-03-01T14:00:00Z"})[0].occurred_at == expected
    assert parse({"batch": [message | {"sentAt": "2026-03-01T14:00:00Z"}], "sentAt": "junk"})[0].occurred_at == expected


def test_a_resent_message_without_an_id_is_known_again():
    message = track(messageId=None, timestamp="2026-03-01T11:00:00Z")
    first = parse(message | {"sentAt": "2026-03-01T12:00:00Z"})[0]
    again = parse_messages(json.dumps(message | {"sentAt": "2026-03-01T12:00:09Z"}).encode(), RECEIVED + 9_000_000)[0]
    other = parse(message | {"event": "other"})[0]
    assert first.message_id == again.message_id != other.message_id


def test_messages_without_id_and_time_are_told_apart_by_when_they_came():
    body = json.dumps(track(messageId=None)).encode()
    assert parse_messages(body, RECEIVED)[0].message_id != parse_messages(body, RECEIVED + 1)[0].message_id


def test_number_ids_are_texts():
    assert parse(track(messageId=7, userId=4.0))[0].message_id == "7"
    assert parse(track(messageId=7, userId=4.0))[0].lead_id == "4"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "userId", "event", "messageId", "context", "properties", "traits", "timestamp"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(st.lists(json_values, max_size=5))
def test_every_item_of_a_batch_becomes_a_message_or_a_fault(items):
    found = parse({"batch": items})
    assert len(found) == len(items)
    for each in found:
        assert isinstance(each, Message | Fault)
        if isinstance(each, Fault):
            json.loads(each.body)


messages = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["track", "Track", "page", "identify", "alias", "", 7]),
        "event": st.sampled_from(["x", "é", "a\x00", "\ud800", 12, None, "e" * 600]),
        "userId": st.sampled_from(["u1", " ", "null", "0-0", 42, 4.0, 10**30, None, ["u"], "u" * 600]),
        "anonymousId": st.sampled_from(["a1", "", "[object Object]", None, True]),
        "messageId": st.sampled_from(["m1", 5, "", None]),
        "timestamp": st.sampled_from(["2026-02-01T00:00:00Z", "soon", 5, None]),
        "sentAt": st.sampled_from(["2026-03-01T11:00:00Z", None]),
        "context": st.sampled_from([{"ip": "1.2.3.4"}, {"a": float("nan")}, {"traits": {"email": "a@b.org"}}, 3, None]),
        "properties": st.sampled_from([{"value": 1e400}, {"a": [1, {"b": -0.0}]}, {"c": "z" * 400}, None, "p"]),
    },
)


@given(
    st.lists(messages | st.sampled_from([7, None, "x", []]), max_size=3),
    st.fixed_dictionaries({}, optional={"context": st.sampled_from([{"a": 1}, {}, None]), "sentAt": st.just("x")}),
    st.sampled_from([200, 65_536]),
)
def test_messages_mean_the_same_whichever_reader_read_them(items, around, most):
    bodies = [({"batch": items, **around}, "batch"), *((item, "track") for item in items if isinstance(item, dict))]
    for body, route in bodies:
        sent = json.dumps(body).encode()
        quickly = parse(sent, route=route, max_message_bytes=most)
        tolerantly = parse(b"\xef\xbb\xbf" + sent, route=route, max_message_bytes=most)
        assert repr(quickly) == repr(tolerantly)


@pytest.mark.parametrize(
    ("mark", "levels"), [*itertools.product((b"", b"\xef\xbb\xbf"), (MOST_LEVELS, MOST_LEVELS + 1, 200)), (b"", 900)]
)
def test_what_lies_too_deep_in_a_message_is_cut_off_and_noted_and_the_others_are_as_they_were(mark, levels):
    nested = (
        b'{"type":"track","event":"x","userId":"u","properties":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"
    )
    plain = b'{"type":"track","event":"y","userId":"u","properties":{"a":[1]}}'
    deep, other = parse(mark + b'{"batch":[' + nested + b"," + plain + b"]}")
    (alone,) = parse(mark + nested)
    for message in (deep, alone):
        assert message.altered == (levels > MOST_LEVELS)
        assert not deeper_than([message.body], MOST_LEVELS + 1)
        assert deeper_than([message.body], MOST_LEVELS - 1)
    assert (other.altered, other.body["properties"]) == (False, {"a": [1]})


@pytest.mark.parametrize("levels", [5_000, 100_000])
def test_a_body_too_deep_to_be_read_is_refused(levels):
    with pytest.raises(DataError, match=r"LS-BODY-01.*deep"):
        parse(b'{"batch":[' + b"[" * levels + b"]" * levels + b"]}")


def test_a_write_key_in_a_message_is_not_kept_with_it():
    for message in ({"userId": "u", "event": "e"}, {"event": "sent by nobody"}):
        (found,) = parse_messages(json.dumps({**message, "writeKey": "ls_write_abc"}).encode(), 1, "track")
        assert "ls_write_abc" not in (found.body if isinstance(found, Fault) else json.dumps(found.body))
        assert not getattr(found, "altered", False)
