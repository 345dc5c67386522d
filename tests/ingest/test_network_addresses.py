"""IP addresses lose their last part before anything is stored, refused messages included."""

import json

import pytest

from leadscore.config.mapping import FileMapping
from leadscore.ingest.column_reader import TimeReading
from leadscore.ingest.envelope import Fault, Message, parse_messages
from leadscore.ingest.mapping import map_chunk
from leadscore.ingest.network_addresses import truncated
from leadscore.ingest.normalize import NORMALIZERS
from leadscore.ingest.rows import chunk_of
from leadscore.ingest.tracking import to_attributes, to_event


@pytest.mark.parametrize(
    ("whole", "kept"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("203.0.113.77:8080", "203.0.113.0:8080"),
        ("203.0.113.77, 10.9.8.7", "203.0.113.0, 10.9.8.0"),
        ("2001:db8:aaaa:bbbb:cccc::1", "2001:db8:aaaa::"),
        ("[2001:DB8:aaaa:1::1]:443", "[2001:db8:aaaa::]:443"),
        ("::ffff:203.0.113.77", "::ffff:203.0.113.0"),
        ("::1", "::"),
        ("version 1.2.3", "version 1.2.3"),
        ("1.2.3.4.5", "1.2.3.4.5"),
        ("12:30:05", "12:30:05"),
        ("", ""),
    ],
)
def test_ipv4_keeps_24_bits_and_ipv6_48(whole: str, kept: str) -> None:
    assert truncated(whole) == kept


MESSAGE = {
    "type": "identify",
    "userId": "u-1",
    "context": {"ip": "203.0.113.77", "traits": {"ip": "203.0.113.77"}},
    "traits": {"ip": "203.0.113.77", "zip": "1.2.3.4"},
    "properties": {"list": [{"remote_ip": ["203.0.113.77"]}], "requestIP": "203.0.113.77"},
    "request_ip": "203.0.113.77",
}


@pytest.mark.parametrize("changes", [{}, {"type": "track", "event": "x"}, {"type": "sing"}, {"type": "track"}])
def test_no_message_keeps_a_whole_address_whether_it_is_good_or_refused(changes: dict[str, str]) -> None:
    (one,) = parse_messages(json.dumps(MESSAGE | changes).encode(), 5)
    (other,) = parse_messages(
        json.dumps({"batch": [changes | {"userId": "u"}], "context": {"ip": "203.0.113.77"}}).encode(), 5
    )
    for parsed in (one, other):
        kept = parsed.body if isinstance(parsed, Fault) else json.dumps(parsed.body)
        assert "203.0.113.77" not in kept
        assert "203.0.113.0" in kept


def test_truncating_an_address_is_not_told_as_mending_a_message() -> None:
    (message,) = parse_messages(json.dumps(MESSAGE | {"type": "track", "event": "x"}).encode(), 5)
    assert isinstance(message, Message)
    event = to_event(message, 5)
    assert event is not None
    assert "_cleaned" not in (event.properties or "")
    (other,) = parse_messages(json.dumps(MESSAGE).encode(), 5)
    assert isinstance(other, Message)
    assert {value.name: value.value for value in to_attributes(other, 5)} == {"ip": "203.0.113.0", "zip": "1.2.3.4"}


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("leads", {"lead_id": "l", "created_at": "2026-01-01", "ip": "203.0.113.77", "zip": "1.2.3.4"}),
        ("attributes", {"lead_id": "l", "name": "ip", "value": "203.0.113.77", "known_at": "2026-01-01"}),
        (
            "events",
            {
                "event_id": "e",
                "lead_id": "l",
                "type": "t",
                "occurred_at": "2026-01-01",
                "properties": '{"ip": "203.0.113.77"}',
            },
        ),
    ],
)
def test_imported_rows_keep_no_whole_address_either(kind: str, row: dict[str, str]) -> None:
    chunk = map_chunk(chunk_of([row]), kind, FileMapping())
    told = repr(NORMALIZERS[kind](chunk, TimeReading()).facts)
    assert "203.0.113.77" not in told
    assert "203.0.113.0" in told
