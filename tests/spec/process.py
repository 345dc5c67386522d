"""The service as users run it, `leadscore serve` in a process of its own, and plain ways to talk to it."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SERVE = "import sys; sys.argv[1:] = {words!r}; from leadscore.cli.main import main; main()"


@dataclass
class Answer:
    """Status, headers in lower case, and body of an answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Service:
    """A service over a home; started, stopped, killed and started again on one port.

    before      words of another command that runs it, such as a tracer.
    prelude     Python that runs first in its process, to seed a fault.
    variables   further environment variables.
    log_to      file for what it logs; in its home by default.
    """

    home: Path
    port: int = 0
    before: tuple[str, ...] = ()
    prelude: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    log_to: Path | None = None
    process: subprocess.Popen[str] | None = None

    def start(self) -> "Service":
        """Start it; returns at once, the log goes to a file."""
        self.port = self.port or free_port()
        words = ["serve", "--host", "127.0.0.1", "--port", str(self.port)]
        code = self.prelude + "\n" + SERVE.format(words=words)
        environment = {**os.environ, "LEADSCORE_HOME": str(self.home), **self.variables}
        with self.log.open("a", encoding="utf-8") as log:
            command = [*self.before, sys.executable, "-c", code]
            self.process = subprocess.Popen(command, env=environment, stderr=log, stdout=log, text=True)
        return self

    @property
    def log(self) -> Path:
        return self.log_to or self.home / "service.log"

    @property
    def running(self) -> subprocess.Popen[str]:
        assert self.process is not None
        return self.process

    def wait(self, path: str = "/livez", seconds: float = 60.0) -> float:
        """Wait until an address is answered by 200; returns the seconds it took."""
        began = time.perf_counter()
        while (passed := time.perf_counter() - began) < seconds:
            assert self.running.poll() is None, self.log.read_text()
            try:
                if self.request("GET", path).status == 200:
                    return time.perf_counter() - began
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)
        raise TimeoutError(f"{path} was not answered within {passed:.0f} s: {self.log.read_text()}")

    def request(
        self, method: str, path: str, body: bytes = b"", key: str | None = None, timeout: float = 60, **headers: str
    ) -> Answer:
        """Send a request over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            given |= {"Authorization": f"Bearer {key}"} if key else {}
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def connect(self, timeout: float = 60) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def exchange(self, sent: bytes, timeout: float = 10) -> bytes:
        """Send bytes as they are and read until the other side closes, or falls silent; b"" if it just closed."""
        with self.connect(timeout) as connection:
            try:
                connection.sendall(sent)
                return b"".join(iter(lambda: connection.recv(65_536), b""))
            except ConnectionError:
                return b""

    def rss_megabytes(self) -> float:
        """Memory that the process holds (Linux)."""
        status = Path(f"/proc/{self.running.pid}/status").read_text()
        (kilobytes,) = re.findall(r"VmRSS:\s+(\d+) kB", status)
        return int(kilobytes) / 1_024

    def kill(self) -> None:
        self.running.send_signal(signal.SIGKILL)
        self.running.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()


@contextmanager
def running(home: Path, **options: Any) -> Iterator[Service]:
    """A service that answers, stopped at the end."""
    service = Service(home, **options)
    try:
        service.start().wait()
        yield service
    finally:
        service.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
