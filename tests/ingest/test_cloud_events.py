import base64
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadscore.domain.errors import DataError
from leadscore.domain.time import parse_instant
from leadscore.ingest.cloud_events import parse_cloud_events, read_cloud_event
from leadscore.ingest.envelope import Fault, Message

AT = parse_instant("2026-03-02T00:00:00Z").at
EVENT = {"id": "1", "source": "/crm", "specversion": "1.0", "type": "call", "subject": "u1"}
STRUCTURED = {"content-type": "application/cloudevents+json; charset=utf-8"}
BATCH = {"content-type": "application/cloudevents-batch+json"}


def read(**changes) -> Message | Fault:
    event = {name: value for name, value in {**EVENT, **changes}.items() if value is not None}
    return read_cloud_event(event, AT, None)


def properties(**changes) -> object:
    return read(**changes).section("properties")


@pytest.mark.parametrize("name", ["id", "source", "specversion", "type", "subject"])
@pytest.mark.parametrize("value", [None, "", " ", 5])
def test_an_event_without_what_it_needs_is_a_fault_that_keeps_it_as_it_came(name, value) -> None:
    fault = read(**{name: value})
    assert fault.code == ("LS-EVENT-02" if name == "subject" else "LS-EVENT-07")
    assert name in fault.reason
    assert json.loads(fault.body).get(name) == value


def test_another_version_of_the_specification_is_a_fault() -> None:
    assert "allowed: '1.0'" in read(specversion="0.3").reason


def test_a_subject_that_is_anybody_is_nobody() -> None:
    assert read(subject="null").code == "LS-EVENT-02"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"data": {"a": 1}}, {"a": 1}),
        ({"data": [1]}, {"data": [1]}),
        ({"data": "text", "datacontenttype": "text/plain"}, {"data": "text"}),
        ({}, {}),
        ({"data_base64": base64.b64encode(b'{"a":1}').decode()}, {"a": 1}),
        ({"data_base64": "//8=", "datacontenttype": "image/png"}, {"data": "//8="}),
        ({"data_base64": ""}, {}),
    ],
)
def test_data_become_properties(changes, expected) -> None:
    assert properties(**changes) == expected


def nested(levels: int) -> dict:
    return {"a": nested(levels - 1)} if levels else {}


def test_data_nested_too_deep_are_a_fault() -> None:
    deep = json.dumps(nested(150)).encode()
    faults = [read(data=nested(150)), read(data_base64=base64.b64encode(deep).decode())]
    assert {fault.reason for fault in faults} == {"its data cannot be used: it is nested deeper than 100 levels"}
    assert isinstance(read(data=nested(90)), Message)


@pytest.mark.parametrize("encoded", ["%%%", 5, base64.b64encode(b"{").decode()])
def test_data_that_cannot_be_read_are_a_fault(encoded) -> None:
    assert read(data_base64=encoded).code == "LS-EVENT-07"


def test_an_event_happened_when_it_says_but_never_after_it_was_received() -> None:
    assert read(time="2026-03-01T00:00:00Z").occurred_at == parse_instant("2026-03-01T00:00:00Z").at
    assert {read(time=time).occurred_at for time in ("2027-01-01T00:00:00Z", "soon", None)} == {AT}


@example("a", "a b", "b c", "c")
@given(
    *[st.text("ab %2", min_size=1, max_size=4).filter(str.strip)] * 2,
    *[st.text("ab ", min_size=1).filter(str.strip)] * 2,
)
def test_two_events_have_one_key_only_if_both_source_and_id_are_equal(source, other, number, another) -> None:
    same = (source.replace(" ", "%20"), number) == (other.replace(" ", "%20"), another)
    assert (read(source=source, id=number).message_id == read(source=other, id=another).message_id) == same


def test_a_source_of_any_length_makes_a_key() -> None:
    keys = {read(source="/" + "x" * 300 + end).message_id for end in "ab"}
    assert len(keys) == 2
    assert max(map(len, keys)) <= 255


def test_binary_mode_takes_attributes_from_headers() -> None:
    headers = {"content-type": "application/json", **{f"ce-{name}": text for name, text in EVENT.items()}}
    (message,) = parse_cloud_events(b'{"a": 1}', {**headers, "ce-subject": "J%C3%B6rg", "host": "x"}, AT)
    assert (message.lead_id, message.section("properties")) == ("Jörg", {"a": 1})
    (fault,) = parse_cloud_events(b"{", headers, AT)
    assert fault.code == "LS-EVENT-07"
    assert read_cloud_event(json.loads(fault.body), AT, None) == fault
    (whole,) = parse_cloud_events(json.dumps(EVENT).encode(), {**headers, **STRUCTURED, "ce-id": "2"}, AT)
    assert whole.message_id == "/crm 1"
    (text,) = parse_cloud_events(b"hello", {**headers, "content-type": "text/plain"}, AT)
    assert text.section("properties") == {"data": "hello"}


def test_an_event_of_sixty_four_kibibytes_is_within_the_limit_and_a_larger_one_is_a_fault() -> None:
    room = 65_536 - len(json.dumps({**EVENT, "data": ""}, separators=(",", ":")))
    for size, kind in ((room, Message), (room + 1, Fault)):
        body = json.dumps({**EVENT, "data": "x" * size}).encode()
        (found,) = parse_cloud_events(body, STRUCTURED, AT)
        assert isinstance(found, kind)
    assert found.code == "LS-EVENT-05"


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"{", STRUCTURED, "LS-BODY-01"),
        (b"[]", STRUCTURED, "LS-EVENT-01"),
        (b"{}", BATCH, "LS-EVENT-01"),
        (b"5", {}, "LS-EVENT-01"),
    ],
)
def test_a_body_that_is_neither_event_nor_batch_is_refused(body, headers, code) -> None:
    with pytest.raises(DataError) as caught:
        parse_cloud_events(body, headers, AT)
    assert caught.value.code == code


def test_without_a_content_type_the_form_of_the_body_decides() -> None:
    assert len(parse_cloud_events(json.dumps([EVENT, 5]).encode(), {}, AT)) == 2
    assert len(parse_cloud_events(json.dumps(EVENT).encode(), {}, AT)) == 1
    assert parse_cloud_events(b"[]", BATCH, AT) == []
