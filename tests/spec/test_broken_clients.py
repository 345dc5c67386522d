"""What clients get that speak no proper HTTP, stop in the middle, or take their time: a refusal or a closed connection.

Seen to fail with uvicorn's own protocol in place of ours: no Host, two Hosts, bad Hosts and heads of 64 kB are answered
by 200; what stops in the middle stays open.
"""

import contextlib
import json
import socket
import statistics
import threading
import time
from collections.abc import Iterator

import pytest

from leadscore.store.history import counts

from .conftest import Home
from .process import Service, running

BODY = b'{"userId":"u","event":"smuggled","messageId":"1"}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
GET = b"GET /livez HTTP/1.1\r\n"

REFUSED = {
    "two lengths that agree": (LENGTH * 2, BODY),
    "two lengths that differ": (LENGTH + b"Content-Length: 3\r\n", BODY),
    "a list of lengths": (b"Content-Length: %d, %d\r\n" % (len(BODY), len(BODY)), BODY),
    "a length below zero": (b"Content-Length: -1\r\n", BODY),
    "a length with a sign": (b"Content-Length: +49\r\n", BODY),
    "a length in hex": (b"Content-Length: 0x31\r\n", BODY),
    "a length beyond counting": (b"Content-Length: 99999999999999999999999\r\n", BODY),
    "a length and chunks": (LENGTH + b"Transfer-Encoding: chunked\r\n", CHUNKS),
    "chunks and a length": (b"Transfer-Encoding: chunked\r\n" + LENGTH, CHUNKS),
    "an unknown transfer encoding": (b"Transfer-Encoding: xchunked\r\n", CHUNKS),
    "chunks, but not last": (b"Transfer-Encoding: chunked, identity\r\n", CHUNKS),
    "a space before the colon": (b"Transfer-Encoding : chunked\r\n", CHUNKS),
    "a space within a name": (b"Transfer Encoding: chunked\r\n" + LENGTH, BODY),
    "a folded header": (b"X: a\r\n b\r\n" + LENGTH, BODY),
    "a bare LF between headers": (b"X: a\n" + LENGTH, BODY),
    "a bare CR within a header": (b"X: a\rY: b\r\n" + LENGTH, BODY),
    "NUL within a header": (b"X: a\0b\r\n" + LENGTH, BODY),
    "a chunk that is no number": (b"Transfer-Encoding: chunked\r\n", b"zz\r\n" + CHUNKS),
    "chunks with bare LF": (b"Transfer-Encoding: chunked\r\n", CHUNKS.replace(b"\r\n", b"\n")),
    "a header of 64 kB": (b"X: " + b"a" * 65_536 + b"\r\n" + LENGTH, BODY),
    "thousands of headers": (b"X: a\r\n" * 20_000 + LENGTH, BODY),
    "a second Host": (b"Host: b\r\n" + LENGTH, BODY),
}
NO_REQUESTS = {
    "no Host": GET + b"\r\n",
    "an empty Host": GET + b"Host: \r\n\r\n",
    "a Host with a path": GET + b"Host: a/b\r\n\r\n",
    "a Host with a space": GET + b"Host: a b\r\n\r\n",
    "a head that ends its lines by LF": b"GET /livez HTTP/1.1\nHost: a\n\n",
    "an address of 70 kB": b"GET /livez?" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a head of 64 kB that never ends": GET + b"X: " + b"a" * 65_536,
    "an unknown method": b"FOO /livez HTTP/1.1\r\nHost: a\r\n\r\n",
    "an address without path": b"GET  HTTP/1.1\r\nHost: a\r\n\r\n",
    "bytes in the address": b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
    "a call for a tunnel": b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
    "an unknown version": b"GET /livez HTTP/9.9\r\nHost: a\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory, make_home) -> Iterator[tuple[Service, Home]]:
    home = make_home(tmp_path_factory.mktemp("served"))
    with running(home.folder, variables={"LEADSCORE_REQUEST_TIMEOUT_SECONDS": "1"}) as service:
        yield service, home


@pytest.mark.parametrize("name", REFUSED)
def test_a_head_that_can_be_read_in_two_ways_is_refused(served: tuple[Service, Home], name: str) -> None:
    service, home = served
    headers, body = REFUSED[name]
    start = b"POST /v1/track HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %b\r\n" % home.keys["write"].encode()
    assert refused(service.exchange(start + headers + b"\r\n" + body))
    assert counts(home.store)["messages"] == 0


@pytest.mark.parametrize("name", NO_REQUESTS)
def test_what_is_no_request_is_refused(served: tuple[Service, Home], name: str) -> None:
    assert refused(served[0].exchange(NO_REQUESTS[name]))


def refused(received: bytes) -> bool:
    """Closed, or closed after one problem with the members that SDKs look for."""
    if not received:
        return True
    head, _, body = received.partition(b"\r\n\r\n")
    said = json.loads(body)
    return (
        head.startswith(b"HTTP/1.1 400 ")
        and b"connection: close" in head.lower()
        and {"code", "message"} <= set(said)
        and said["code"] == "LS-HTTP-01"
    )


UNFINISHED = {
    "nothing": b"",
    "half a head": GET + b"Host: a\r\nX: ",
    "half a body": b"POST /v1/track HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{",
    "half a chunk": b"POST /v1/track HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{",
    "half a head after a request": GET + b"Host: a\r\n\r\nGET /li",
}


def test_what_stops_in_the_middle_is_cut_off_even_if_a_byte_comes_now_and_then(served: tuple[Service, Home]) -> None:
    began = time.perf_counter()
    waiting = {(name, drip): served[0].connect() for name in UNFINISHED for drip in (False, True)}
    for (name, _), connection in waiting.items():
        connection.sendall(UNFINISHED[name])
        connection.settimeout(0.01)
    while waiting:
        assert time.perf_counter() - began < 4, f"still open: {list(waiting)}"
        for (name, drip), connection in list(waiting.items()):
            if closed(connection):
                waiting.pop((name, drip)).close()
            elif drip:
                with contextlib.suppress(ConnectionError):
                    connection.sendall(b"a")
    assert "Traceback" not in served[0].log.read_text(), "a client that went away is no fault of the service"


def closed(connection: socket.socket) -> bool:
    try:
        return not connection.recv(65_536)
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_a_request_in_parts_is_answered_if_it_is_whole_in_time(served: tuple[Service, Home]) -> None:
    with served[0].connect() as connection:
        for part in (b"GET /li", b"vez HTTP/1.1\r\n", b"Host: a\r\nConnection: close\r\n", b"\r\n"):
            connection.sendall(part)
            time.sleep(0.1)
        assert b"".join(iter(lambda: connection.recv(65_536), b"")).startswith(b"HTTP/1.1 200")


def test_a_connection_in_use_outlives_the_patience_for_one_request(served: tuple[Service, Home]) -> None:
    with served[0].connect() as connection:
        for _ in range(4):
            assert is_alive(connection)
            time.sleep(0.5)


def is_alive(connection: socket.socket) -> bool:
    """Ask on a connection that is kept, and read the whole answer."""
    connection.sendall(GET + b"Host: a\r\n\r\n")
    received = b""
    while b"alive" not in received:
        part = connection.recv(65_536)
        assert part, received
        received += part
    return received.startswith(b"HTTP/1.1 200")


def test_a_client_that_never_reads_is_cut_off(served: tuple[Service, Home]) -> None:
    service, home = served
    question = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %b\r\n\r\n" % home.keys["read"].encode()
    began = time.perf_counter()
    with service.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.settimeout(0.2)
        while accepts(connection, question):
            assert time.perf_counter() - began < 8, "still open"


def accepts(connection: socket.socket, sent: bytes) -> bool:
    """Whether a connection is open, though perhaps full."""
    try:
        connection.sendall(sent)
    except TimeoutError:
        return True
    except ConnectionError:
        return False
    return True


def test_an_offer_to_change_the_protocol_is_not_taken(served: tuple[Service, Home]) -> None:
    offer = b"Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    assert served[0].exchange(GET + b"Host: a\r\n" + offer + b"\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.slow
def test_hundreds_of_slow_clients_cost_the_good_ones_nothing(home: Home) -> None:
    heads, bodies = 500, 200
    with running(home.folder) as service, contextlib.ExitStack() as stack:
        alone = tail(service, 5)
        crowd = [stack.enter_context(service.connect()) for _ in range(heads + bodies)]
        began = time.perf_counter()
        for number, connection in enumerate(crowd):
            connection.sendall(UNFINISHED["half a head" if number < heads else "half a body"])
        done = threading.Event()
        dripping = threading.Thread(target=drip_all, args=(crowd, done))
        dripping.start()
        crowded = tail(service, 5)
        assert time.perf_counter() - began < 20, "the crowd must still be there while the good client is timed"
        dripping.join(30)
        done.set()
        assert all(closed(connection) for connection in crowd)
        assert time.perf_counter() - began < 30
    assert crowded < 2 * alone, f"p99 {crowded * 1e3:.1f} ms in the crowd, {alone * 1e3:.1f} ms alone"


def drip_all(crowd: list[socket.socket], done: threading.Event) -> None:
    """Send a byte on each connection every second until all of them are closed."""
    open_ones = list(crowd)
    while open_ones and not done.wait(1):
        for connection in list(open_ones):
            try:
                connection.sendall(b"a")
            except OSError:
                open_ones.remove(connection)


def tail(service: Service, windows: int) -> float:
    """p99 of a good client's requests in seconds; the best of several windows, as other work disturbs some of them."""
    found = []
    with service.connect() as connection:
        for _ in range(windows):
            taken = []
            for _ in range(200):
                sent = time.perf_counter()
                assert is_alive(connection)
                taken.append(time.perf_counter() - sent)
            found.append(statistics.quantiles(taken, n=100)[98])
    return min(found)
