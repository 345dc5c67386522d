"""A server in a process of its own, and requests that keep it busy: what the benchmarks over HTTP share."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SERVE = (
    "\nimport uvicorn\nuvicorn.run(app, host='127.0.0.1', port=int(sys.argv[2]), log_level='error', access_log=False)\n"
)


@dataclass(frozen=True)
class Server:
    """A server process and the port it listens on."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Processor time it has used (Linux), which other work on the machine disturbs less than the clock."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(program: str, home: str, variables: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run a server in a process of its own, with further environment variables."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys\n" + program + SERVE, home, str(port)],
        env={**os.environ, **(variables or {})},
    )
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait()


async def load(port: int, requests: Sequence[bytes], concurrency: int, seconds: float) -> tuple[list[float], float]:
    """Keep `concurrency` requests on their way for some seconds; returns latencies and the time that passed."""
    latencies: list[float] = []
    started = time.perf_counter()

    async def one_connection(offset: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        number = offset
        while time.perf_counter() - started < seconds:
            sent_at = time.perf_counter()
            writer.write(requests[number % len(requests)])
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"the server answered {head!r}")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            latencies.append(time.perf_counter() - sent_at)
            number += 1
        writer.close()

    await asyncio.gather(*(one_connection(7 * number) for number in range(concurrency)))
    return latencies, time.perf_counter() - started
