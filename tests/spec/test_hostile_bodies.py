"""Bodies made to hurt: bombs, depths, lies about lengths, texts that are none. None is answered by a 5xx.

Seen to fail with `gzip.decompress` in place of the capped inflation.
"""

import gzip
import json
import threading
import time
import zlib
from collections.abc import Iterator

import pytest

from leadscore.store.history import counts

from .conftest import Home
from .process import Service, running

GOOD = {"type": "track", "userId": "u", "event": "e"}


@pytest.fixture(scope="module")
def served(tmp_path_factory, make_home) -> Iterator[tuple[Service, Home]]:
    home = make_home(tmp_path_factory.mktemp("served"))
    with running(home.folder, variables={"LEADSCORE_REQUEST_TIMEOUT_SECONDS": "2"}) as service:
        yield service, home


def bomb(megabytes: int) -> bytes:
    """Gzip of zeros, made without holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    million = bytes(1_000_000)
    return b"".join([*(packer.compress(million) for _ in range(megabytes)), packer.flush()])


def test_a_bomb_of_400_megabytes_costs_neither_time_nor_memory(served: tuple[Service, Home]) -> None:
    service, home = served
    body, read_key = bomb(400), home.keys["read"]
    held, most, done = service.rss_megabytes(), [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.005):
            most[0] = max(most[0], service.rss_megabytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    for path, key in (("/v1/batch", home.keys["write"]), ("/v1/score", read_key), ("/v1/outcomes", home.keys["crm"])):
        for repeated in (1, 3):
            began = time.perf_counter()
            answer = service.request("POST", path, body * repeated, key, Content_Encoding="gzip")
            assert (answer.status, answer.json()["code"]) == (413, "LS-BODY-02")
            assert time.perf_counter() - began < 1
    done.set()
    watcher.join()
    assert most[0] - held < 50, f"{most[0] - held:.0f} MB"


MILLION_KEYS = b'{"userId":"u","event":"e","properties":{' + b",".join(b'"%d":1' % n for n in range(100_000)) + b"}}"
BODIES = {
    "objects 100,000 deep": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, {400}),
    "lists 100,000 deep": (b"[" * 100_000, {400}),
    "properties 100,000 deep": (
        b'{"userId":"u","event":"e","properties":' + b'{"a":' * 100_000 + b"}" * 100_001,
        {400},
    ),
    "properties 900 deep": (b'{"userId":"u","event":"e","properties":' + b'{"a":' * 900 + b"1" + b"}" * 901, {200}),
    "properties 90 deep": (b'{"userId":"u","event":"e","properties":' + b'{"a":' * 90 + b"1" + b"}" * 91, {200}),
    "100,000 keys": (MILLION_KEYS, {200}),
    "a million items": (b'{"batch":[' + b"1," * 1_000_000 + b"1]}", {413}),
    "twenty thousand items": (b'{"batch":[' + b"1," * 19_999 + b"1]}", {200}),
    "an integer of 5,000 digits": (b'{"userId":"u","event":"e","properties":{"a":' + b"9" * 5_000 + b"}}", {200}),
    "an integer of a million digits": (
        b'{"userId":"u","event":"e","properties":{"a":' + b"9" * 1_000_000 + b"}}",
        {200},
    ),
    "an id of 5,000 digits": (b'{"userId":' + b"9" * 5_000 + b',"event":"e"}', {200}),
    "a number beyond doubles": (b'{"userId":"u","event":"e","properties":{"value":1e999}}', {200}),
    "no UTF-8": (b'{"userId":"\xff\xfe","event":"\xc3("}', {200}),
    "UTF-16": ('{"userId":"u","event":"e"}'.encode("utf-16"), {400}),
    "NUL": (b'{"userId":"u\\u0000","event":"\\u0000","properties":{"\\u0000":"\\u0000"}}', {200}),
    "NUL bytes": (b"\0" * 1_000, {400}),
    "lone surrogates": (b'{"userId":"\\ud800","event":"\\udfff\\ud800","messageId":"\\udc00"}', {200}),
    "NaN and infinities": (b'{"userId":"u","event":"e","properties":{"value":NaN,"a":-Infinity}}', {200}),
    "a name twice": (b'{"userId":"u","userId":"v","event":"e"}', {200}),
    "no object": (b'"track"', {400}),
    "nothing": (b"", {400}),
    "half a message": (b'{"userId":"u","event":', {400}),
    "a bomb within the cap": (b'{"batch":[' + b" " * 9_000_000 + b"]}", {200}),
    "eleven megabytes": (b'{"batch":[' + b" " * 11_000_000 + b"]}", {413}),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_is_answered_by_the_rules_on_every_route(served: tuple[Service, Home], name: str) -> None:
    service, home = served
    body, allowed = BODIES[name]
    for path in ("/v1/track", "/v1/batch"):
        for sent, encoding in ((body, "identity"), (gzip.compress(body, 1), "gzip")):
            answer = service.request("POST", path, sent, home.keys["write"], Content_Encoding=encoding)
            assert answer.status in (allowed if path == "/v1/track" or b"batch" in body[:9] else {200, 400, 413})
            if answer.status != 200:
                assert isinstance(answer.json()["code"], str)
                assert isinstance(answer.json()["message"], str)
    for path, key in (
        ("/v1/score", "read"),
        ("/v1/scores", "read"),
        ("/v1/outcomes", "crm"),
        ("/v1/cloudevents", "write"),
        ("/v1/track", None),
    ):
        answer = service.request("POST", path, body, home.keys[key] if key else None)
        assert answer.status < 500 or (answer.status, answer.json()["code"]) == (503, "LS-MODEL-01")
    assert service.running.poll() is None


def test_one_hostile_message_spoils_no_batch(served: tuple[Service, Home]) -> None:
    service, home = served
    before = counts(home.store)
    hostile = [
        b'{"type":"track","userId":"\\ud800\\u0000","event":"e","messageId":"h1"}',
        b'{"type":"track","userId":"u","event":"e","messageId":"h2","properties":{"a":NaN}}',
        b'{"type":"track","userId":"u","event":"e","messageId":"h3","properties":{"a":' + b"9" * 5_000 + b"}}",
        b'{"type":"track","userId":"u","event":"e","messageId":"' + b"9" * 5_000 + b'"}',
        b"[[[[]]]]",
        b"null",
        json.dumps({**GOOD, "messageId": "h4", "properties": {"text": "x" * 70_000}}).encode(),
        json.dumps({**GOOD, "messageId": "h5"}).encode(),
    ]
    answer = service.request("POST", "/v1/batch", b'{"batch":[' + b",".join(hostile) + b"]}", home.keys["write"])
    assert answer.json() == {"success": True, "accepted": 4, "duplicates": 0, "rejected": 4}
    after = counts(home.store)
    assert after["messages"] - before["messages"] == 4
    assert after["dead_letters"] - before["dead_letters"] == 4


def test_a_length_that_promises_too_much_or_too_little_stores_nothing(served: tuple[Service, Home]) -> None:
    service, home = served
    body = json.dumps({**GOOD, "messageId": "liar"}).encode()
    head = b"POST /v1/track HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer %b\r\n"
    head = head % home.keys["write"].encode()
    before = counts(home.store)["messages"]
    assert service.exchange(head + b"Content-Length: 5000\r\n\r\n" + body) == b""
    assert service.exchange(head + b"Content-Length: 10\r\n\r\n" + body).startswith(b"HTTP/1.1 400")
    assert service.exchange(head + b"Content-Length: 20000000\r\n\r\n" + body).startswith(b"HTTP/1.1 413")
    assert counts(home.store)["messages"] == before
    chunked = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    assert service.exchange(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunked).startswith(b"HTTP/1.1 200")
    assert counts(home.store)["messages"] == before + 1
