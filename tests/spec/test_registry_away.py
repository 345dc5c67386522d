"""The service needs nothing of MLflow: whatever is at its address, the service starts, scores and takes up models.

It does not even ask: that is what holds on a machine that is too busy to say how long a start takes.
"""

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ..small_model import trained_texts, write_small_model
from .conftest import Home
from .process import free_port, running

LIE = b"<html>Welcome!</html>"
ANSWERS = {
    "hanging": None,
    "failing": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "lying": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%b" % (len(LIE), LIE),
}


@contextmanager
def address_of(kind: str) -> Iterator[tuple[str, list[str]]]:
    """An address that behaves so, and a list of who called there."""
    calls: list[str] = []
    if kind == "closed":
        yield f"http://127.0.0.1:{free_port()}", calls
        return
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=answer_all, args=(listener, ANSWERS[kind], calls), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", calls


def answer_all(listener: socket.socket, answer: bytes | None, calls: list[str]) -> None:
    held = []
    while True:
        try:
            line, caller = listener.accept()
        except OSError:
            return
        calls.append(str(caller))
        held.append(line)
        if answer is not None:
            line.sendall(answer)
            line.close()


@pytest.fixture(scope="module")
def write(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], None]:
    texts = trained_texts()
    return lambda folder, version: write_small_model(folder, texts, version)


@pytest.mark.parametrize("kind", ["closed", *ANSWERS])
def test_the_service_starts_and_scores_and_takes_up_a_model_whatever_mlflow_does(
    home: Home, write: Callable[[Path, str], None], kind: str
) -> None:
    champion = home.folder / "models/leadscore/champion"
    write(champion, "1")
    with address_of(kind) as (address, calls):
        began = time.perf_counter()
        with running(home.folder, variables={"MLFLOW_TRACKING_URI": address}) as service:
            body, read, admin = json.dumps({"lead": {}}).encode(), home.keys["read"], home.keys["admin"]
            assert service.request("POST", "/v1/score", body, read).json()["versions"]["model"] == "1"
            print(f"\n{kind}: {time.perf_counter() - began:.2f} s from start to first score")  # noqa: T201 - a figure
            assert service.request("GET", "/readyz").json()["problem"] is None
            shutil.rmtree(champion)
            write(champion, "2")
            assert service.request("POST", "/v1/models/reload", key=admin).json()["version"] == "2"
            assert service.request("POST", "/v1/score", body, read).json()["versions"]["model"] == "2"
    assert calls == []


def test_calls_at_such_an_address_are_counted() -> None:
    with address_of("failing") as (address, calls):
        with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as line:
            assert b" 500 " in line.recv(100)
        assert len(calls) == 1
