"""How fast are events taken in durably, against the raw driver and an endpoint that does nothing?

    python benchmarks/ingestion.py [--seconds 2] [--rounds 5] [--postgresql postgresql://user:password@host/name]

In turns within one run, each commit durable (SQLite: WAL, synchronous FULL):

    raw        1,000 events with one statement through the driver itself: sqlite3 executemany, or psycopg with
               INSERT ... SELECT unnest ... ON CONFLICT DO NOTHING
    store      the same events through the store
    batch      POST /v1/batch of 1,000 track messages, everything that ingestion does included
    constant   POST to a bare FastAPI endpoint that reads the body and answers a constant, 16 at a time
    floor      POST to a FastAPI endpoint within the service, with its middleware: the body read by a pydantic model, a
               constant answer through a response model, 16 at a time
    track      POST /v1/track, one event each, 16 at a time; answered after its commit; the key may send at any pace

Prints events per second with the ratios and appends them to benchmarks/results/ingestion.csv. Tables of the PostgreSQL
database are made in a schema of their own and dropped.
"""

import argparse
import asyncio
import json
import sqlite3
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from leadscore.config.load import load_settings
from leadscore.domain.event import Event
from leadscore.store.engine import open_store
from leadscore.store.facts import insert_events
from leadscore.store.keys import create_key
from load import load, serving
from results import append

EVENTS = 1_000
ARMS = {
    "raw": ("raw",),
    "store": ("raw",),
    "batch": ("raw",),
    "constant": ("constant",),
    "floor": ("constant",),
    "track": ("floor", "constant"),
}
"""Arm -> the arms that it is held against."""
CONCURRENCY = 16
RESULTS = Path(__file__).parent / "results" / "ingestion.csv"
COLUMNS = "event_id, lead_id, type, occurred_at, value, channel, campaign, properties, known_at"
CONSTANT_APP = """
from fastapi import FastAPI, Request

app = FastAPI()

@app.post("/constant")
async def constant(request: Request):
    await request.body()
    return {"success": True}
"""
SERVICE_APP = """
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from pydantic import BaseModel
from leadscore.api.answers import ReceivedAnswer
from leadscore.app import create_app
from leadscore.config.load import load_settings

app = create_app(load_settings(Path(sys.argv[1])))

class Track(BaseModel):
    type: str
    event: str
    messageId: str
    userId: str | None
    anonymousId: str | None
    timestamp: datetime
    context: dict[str, Any]
    properties: dict[str, Any]

ANSWER = ReceivedAnswer(success=True, accepted=1, duplicates=0, rejected=0)

@app.post("/floor")
async def floor(body: Track) -> ReceivedAnswer:
    return ANSWER

# Found at once: the framework tries its routes in their order.
app.router.routes.insert(0, app.router.routes.pop())
"""


def events() -> list[Event]:
    """Events never seen before, of few leads and types, with the properties of a page view."""
    at = time.time_ns() // 1_000
    properties = '{"path":"/pricing","title":"Pricing","url":"https://example.org/pricing"}'
    return [
        Event(uuid.uuid4().hex, f"lead-{n % 200}", f"type_{n % 12}", at, at, 1_000, "web", "spring", properties)
        for n in range(EVENTS)
    ]


def message() -> dict[str, object]:
    """A track message as SDKs send it."""
    return {
        "type": "track",
        "event": "Pricing Viewed",
        "messageId": str(uuid.uuid4()),
        "userId": f"lead-{uuid.uuid4().int % 200}",
        "anonymousId": None,
        "timestamp": "2026-11-20T10:00:00.000Z",
        "context": {"library": {"name": "analytics-node", "version": "3.1.0"}},
        "properties": {"path": "/pricing", "title": "Pricing", "url": "https://example.org/pricing"},
    }


def rate(work: Callable[[], int], seconds: float) -> float:
    """Events per second of repeated work."""
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        done += work()
    return done / (time.perf_counter() - started)


def as_row(event: Event) -> tuple[object, ...]:
    """The columns of the events table, in order."""
    return tuple(getattr(event, name.strip()) for name in COLUMNS.split(","))


def raw_sqlite(folder: Path) -> Callable[[], int]:
    """sqlite3 alone, into a table and index like the store's."""
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
    for setting in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
        connection.execute(f"PRAGMA {setting}")
    connection.execute(f"CREATE TABLE events ({COLUMNS.replace('event_id', 'event_id TEXT PRIMARY KEY')})")
    connection.execute("CREATE INDEX of_lead ON events (lead_id)")
    statement = f"INSERT INTO events VALUES ({','.join('?' * 9)}) ON CONFLICT DO NOTHING"

    def work() -> int:
        rows = [as_row(event) for event in events()]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(statement, rows)
        connection.execute("COMMIT")
        return len(rows)

    return work


def raw_postgresql(url: str) -> Callable[[], int]:
    """Psycopg alone, into the store's own kind of table."""
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE raw_events (LIKE events INCLUDING ALL)")
    raw = engine.raw_connection()
    kinds = ["text", "text", "text", "bigint", "bigint", "text", "text", "text", "bigint"]
    arrays = ", ".join(f"unnest(%s::{kind}[])" for kind in kinds)
    statement = f"INSERT INTO raw_events ({COLUMNS}) SELECT {arrays} ON CONFLICT DO NOTHING"

    def work() -> int:
        rows = [as_row(event) for event in events()]
        cursor = raw.cursor()
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])
        raw.commit()
        return len(rows)

    return work


def through_store(url: str) -> Callable[[], int]:
    """The store's insert."""
    store = open_store(url)
    return lambda: insert_events(store, events()).inserted


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """A new database beside the given one, dropped at the end."""
    name = f"leadscore_bench_{uuid.uuid4().hex[:8]}"
    server = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    try:
        yield sa.make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


class Requests:
    """Requests made before the clock runs, none of them sent twice."""

    def __init__(self, path: str, key: str, bodies: list[bytes]) -> None:
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
        head += "Content-Type: application/json\r\n"
        self._left = [f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body for body in bodies]

    def __len__(self) -> int:
        return 1

    def __getitem__(self, _place: int) -> bytes:
        return self._left.pop()


def requests_per_second(port: int, requests: Requests, concurrency: int, seconds: float) -> float:
    """All of them answered 200."""
    latencies, passed = asyncio.run(load(port, requests, concurrency, seconds))
    return len(latencies) / passed


def compare(database: str, url: str | None, seconds: float, rounds: int) -> list[dict[str, object]]:
    """Medians of every arm over the rounds, on one kind of database."""
    with tempfile.TemporaryDirectory(prefix="leadscore-") as scratch:
        home = Path(scratch)
        (home / "configs").mkdir()
        (home / "configs" / "service.yaml").write_text("max_requests_per_second: 1000000\n")
        settings = load_settings(home)
        store_url = url or settings.service.store_url
        store = open_store(store_url)
        _, key = create_key(store, "write")
        raw = raw_sqlite(home) if url is None else raw_postgresql(url)
        stored = through_store(store_url)
        found: dict[str, list[float]] = {name: [] for name in ARMS}
        variables = {} if url is None else {"LEADSCORE_DATABASE_URL": store_url}
        batches, singles = int(80 * seconds), int(25_000 * seconds)
        with serving(CONSTANT_APP, scratch) as constant, serving(SERVICE_APP, scratch, variables) as service:
            whom = {"constant": ("/constant", constant), "floor": ("/floor", service), "track": ("/v1/track", service)}
            for _ in range(rounds):
                found["raw"].append(rate(raw, seconds))
                found["store"].append(rate(stored, seconds))
                sent = Requests("/v1/batch", key, [batch() for _ in range(batches)])
                found["batch"].append(EVENTS * requests_per_second(service.port, sent, 1, seconds))
                for arm, (path, server) in whom.items():
                    sent = Requests(path, key, [single() for _ in range(singles)])
                    found[arm].append(requests_per_second(server.port, sent, CONCURRENCY, seconds))
    middle = {name: statistics.median(values) for name, values in found.items()}
    return [
        {
            "database": database,
            "arm": name,
            "events_per_s": round(value),
            "against": against,
            "ratio": round(statistics.median(a / b for a, b in zip(found[name], found[against], strict=True)), 2),
        }
        for name, value in middle.items()
        for against in ARMS[name]
    ]


def batch() -> bytes:
    """The body of a batch."""
    return json.dumps({"batch": [message() for _ in range(EVENTS)], "sentAt": "2026-11-20T10:00:01Z"}).encode()


def single() -> bytes:
    """The body of a single message."""
    return json.dumps(message()).encode()


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--postgresql", help="address of a server on which a database may be made and dropped")
    asked = parser.parse_args()
    rows = compare("sqlite", None, asked.seconds, asked.rounds)
    if asked.postgresql:
        with scratch_database(asked.postgresql) as url:
            rows += compare("postgresql", url, asked.seconds, asked.rounds)
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    append(RESULTS, rows)


if __name__ == "__main__":
    main()
