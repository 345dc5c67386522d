"""A way to the service on which the first answers are lost after the service has done its part."""

import socketserver
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler


class _Way(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self._hand_on(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self) -> None:
        self._hand_on(None)

    def do_OPTIONS(self) -> None:
        self._hand_on(None)

    def _hand_on(self, body: bytes | None) -> None:
        way: LossyWay = self.server
        headers = {name: text for name, text in self.headers.items() if name.lower() not in ("connection", "host")}
        # The service names the address that it was called by.
        headers["Host"] = self.headers["Host"]
        request = urllib.request.Request(way.address + self.path, body, headers, method=self.command)
        try:
            answer = urllib.request.urlopen(request)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            content = answer.read()
        if body is not None and way.loses_one():
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, text in answer.headers.items():
            if name.lower() not in ("connection", "transfer-encoding"):
                self.send_header(name, text)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_words: object) -> None:
        pass


class LossyWay(socketserver.ThreadingTCPServer):
    """Hands requests on to a service; of the first POSTs it loses the answers."""

    daemon_threads, allow_reuse_address = True, True

    def __init__(self, address: str, losses: int) -> None:
        super().__init__(("127.0.0.1", 0), _Way)
        self.address, self.losses, self.lost = address, losses, 0
        self._lock = threading.Lock()

    def loses_one(self) -> bool:
        with self._lock:
            loses = self.lost < self.losses
            self.lost += loses
            return loses


@contextmanager
def lossy_way(address: str, losses: int) -> Iterator[LossyWay]:
    """A way to a service that loses some answers; `server_address` is where it begins."""
    with LossyWay(address, losses) as way:
        threading.Thread(target=way.serve_forever, daemon=True).start()
        yield way
        way.shutdown()
