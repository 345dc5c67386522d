"""More than can be served is refused by 429 and never by 503, and who keeps to the pace does not feel the others.

Seen to fail with one limit shared by all keys; with scores that wait in line however many there are.
"""

import json
import signal
import socket
import statistics
import subprocess
import sys
import time

import pytest

from ..small_model import trained_texts, write_small_model
from .conftest import Home
from .process import Service, running
from .test_drain import LEAD, asked

FLOOD = """
import collections, socket, sys, time
port, key, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
body = b'{"userId":"noisy","event":"e"}'
ask = b"POST /v1/track HTTP/1.1\\r\\nHost: a\\r\\nAuthorization: Bearer %b\\r\\nContent-Length: %d\\r\\n\\r\\n%b"
ask, seen, end = ask % (key.encode(), len(body), body), collections.Counter(), time.monotonic() + seconds
with socket.create_connection(("127.0.0.1", port)) as connection:
    while time.monotonic() < end:
        connection.sendall(ask)
        answer = connection.recv(65_536)
        while b"}" not in answer:
            answer += connection.recv(65_536)
        seen[answer[9:12].decode(), b"retry-after: 1\\r" in answer.lower()] += 1
print(repr(dict(seen)))
"""


def paced(service: Service, key: str, count: int) -> list[float]:
    """Seconds that each request of one who keeps to the pace takes; all of them must be served."""
    taken = []
    for number in range(count):
        body = json.dumps({"userId": "quiet", "event": "e", "messageId": f"{time.time_ns()}-{number}"}).encode()
        sent = time.perf_counter()
        assert service.request("POST", "/v1/track", body, key).status == 200
        taken.append(time.perf_counter() - sent)
        time.sleep(0.01)
    return taken


@pytest.mark.slow
def test_a_noisy_key_is_told_to_wait_and_a_quiet_one_is_served_as_if_alone(home: Home) -> None:
    noisy, quiet = home.keys["admin"], home.keys["write"]
    with running(home.folder, variables={"LEADSCORE_MAX_REQUESTS_PER_SECOND": "100"}) as service:
        paced(service, quiet, 20)
        alone = [statistics.quantiles(paced(service, quiet, 50), n=100)[98] for _ in range(5)]
        flood = [sys.executable, "-c", FLOOD, str(service.port), noisy, "12"]
        with subprocess.Popen(flood, stdout=subprocess.PIPE, text=True) as process:
            time.sleep(1)
            beside = [statistics.quantiles(paced(service, quiet, 50), n=100)[98] for _ in range(5)]
            seen = eval(process.communicate()[0])
    assert set(seen) == {("200", False), ("429", True)}
    assert seen["200", False] <= 100 * 14
    assert seen["429", True] > seen["200", False]
    assert min(beside) < 2 * min(alone), (min(beside), min(alone))


def test_scores_that_are_too_many_at_once_are_told_to_come_again_on_a_connection_that_stays(home: Home) -> None:
    write_small_model(home.folder / "models/leadscore/champion", trained_texts())
    with running(home.folder, variables={"LEADSCORE_MAX_SCORES_IN_PROGRESS": "2"}) as service:
        service.wait("/readyz")
        crowd = [service.connect() for _ in range(40)]
        sent = asked("/v1/score", home.keys["read"], json.dumps(LEAD).encode(), kept=True)
        # While it sleeps all of them arrive.
        service.running.send_signal(signal.SIGSTOP)
        for connection in crowd:
            connection.sendall(sent)
        service.running.send_signal(signal.SIGCONT)
        answers = [whole(connection) for connection in crowd]
        refused = [(head, body) for head, body in answers if head.startswith("http/1.1 429")]
        assert len(refused) + sum(head.startswith("http/1.1 200") for head, _ in answers) == 40
        assert 0 < len(refused) < 40
        for head, body in refused:
            assert "\r\nretry-after: 1\r\n" in head
            told = json.loads(body)
            assert told["code"] == "LS-RATE-03"
            assert f"\r\nx-request-id: {told['request_id']}" in head
        assert f'route="/v1/score",status="429"}} {len(refused)}.0' in service.request("GET", "/metrics").body.decode()
        for connection in crowd:
            connection.sendall(sent)
            assert whole(connection)[0].startswith("http/1.1 200")
            connection.close()


def whole(connection: socket.socket) -> tuple[str, str]:
    """Head, in lower case, and body of an answer."""
    received = b""
    while b"\r\n\r\n" not in received or not received.rstrip().endswith(b"}"):
        part = connection.recv(65_536)
        assert part, received
        received += part
    head, _, body = received.decode().partition("\r\n\r\n")
    return head.lower(), body
