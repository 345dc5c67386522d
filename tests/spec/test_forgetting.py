"""Whoever is erased leaves no byte behind and does not come back; whoever asks gets all that is stored about them."""

import csv
import gzip
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from leadscore.simulate.company import simulate_company
from leadscore.simulate.files import write_company

from ..company import Command, command, prepare
from .canaries import MARKER, Canary, traces

LEADS, PLANTED, OTHERS = 2_000, 100, 20
CANARIES = [Canary(number) for number in range(PLANTED)]
BY_COMMAND, BY_SERVICE = CANARIES[:90], CANARIES[90:]
AS_OF = "2026-11-01T00:00:00Z"


@dataclass
class Town:
    """A home with planted people, and what was seen while they were erased."""

    home: Path
    run: Command
    sources: dict[str, Path]
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    exports: dict[str, Any] = field(default_factory=dict)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    replayed: list[dict[str, Any]] = field(default_factory=list)
    replay_imports: list[dict[str, Any]] = field(default_factory=list)
    after_replay: Counter[str] = field(default_factory=Counter)
    others_before: dict[str, int] = field(default_factory=dict)
    others_after: dict[str, int] = field(default_factory=dict)


def source_files(folder: Path) -> dict[str, Path]:
    """The files of a simulated company in which some leads are planted people, with rows that cannot be imported."""
    company = simulate_company(LEADS, 5, days=700)
    paths = write_company(company, folder / "simulated")
    leads = [row["lead_id"] for row in _read(paths["leads"])]
    planted = dict(zip(leads[:: len(leads) // PLANTED][:PLANTED], CANARIES, strict=True))
    for kind, path in paths.items():
        rows = [_planted(kind, row, planted) for row in _read(path)]
        paths[kind] = folder / f"{kind}.csv"
        _write(paths[kind], rows)
    good = {**_read(paths["events"])[0], "properties": ""}
    bad = [{**good, "event_id": f"bad-{each}", "lead_id": each, "occurred_at": "soon"} for each in _bad_ids(leads)]
    paths["bad"] = folder / "bad.csv"
    _write(paths["bad"], bad)
    paths["bad jsonl"] = folder / "bad.jsonl"
    paths["bad jsonl"].write_text("".join(json.dumps(row) + "\n" for row in bad))
    return paths


def _bad_ids(leads: list[str]) -> list[str]:
    return [*(canary.user for canary in CANARIES), *(f"fine-{lead}" for lead in leads[:OTHERS])]


def _planted(kind: str, row: dict[str, str], planted: dict[str, Canary]) -> dict[str, str]:
    canary = planted.get(row["lead_id"])
    if canary is not None:
        row = {**row, "lead_id": canary.user}
    if kind == "leads":
        own = (canary.email, canary.name, canary.ip) if canary else (f"{row['lead_id']}@fine.test", "Pat", "192.0.2.7")
        row |= dict(zip(("email", "full_name", "ip"), own, strict=True))
    if kind == "events" and canary is not None:
        row["properties"] = json.dumps({"seen_by": canary.name, "ip": canary.ip})
    elif kind == "events":
        row["properties"] = row.get("properties") or ""
    return row


def _read(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def messages(canary: Canary) -> list[dict[str, Any]]:
    """What a website sends about a person: good messages of all kinds, and some that are refused."""
    who = {"userId": canary.user, "anonymousId": canary.device, "context": {"ip": canary.ip, "locale": "en"}}
    told = {"email": canary.email, "name": canary.name, "ip": canary.ip}
    sent = [
        {"type": "page", "anonymousId": canary.device, "properties": {"url": f"https://a.test/?m={canary.email}"}},
        {"type": "identify", **who, "traits": told},
        {"type": "track", "event": "Demo Requested", **who, "properties": {"by": canary.name, "ip": canary.ip}},
        {"type": "group", **who, "groupId": f"{MARKER}-company"},
        {"type": "alias", "previousId": canary.device, "userId": canary.user},
        {"type": "track", **who, "properties": {"note": "names no event"}},
        {"type": "identify", "traits": told},
        {"type": "sing", "userId": canary.user},
    ]
    return [{"messageId": f"{canary.user}-{number}", **message} for number, message in enumerate(sent)]


@contextmanager
def served(home: Path, run: Command) -> Iterator[httpx.Client]:
    """The service over a home, as a process of its own that logs into the home."""
    key = run("keys", "create", "--scope", "admin", "--json").json()["key"]
    log = home / "logs" / "service.log"
    log.parent.mkdir(exist_ok=True)
    log.touch()
    told = len(log.read_text())
    environment = {**os.environ, "LEADSCORE_HOME": str(home)}
    words = [sys.executable, "-c", "from leadscore.cli.main import main; main()", "serve", "--port", "0"]
    with log.open("ab") as errors:
        process = subprocess.Popen(words, stderr=errors, cwd=home, env=environment)
    try:
        with httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=120) as client:
            client.base_url = _address(log, told)
            _wait_until_alive(client)
            yield client
    finally:
        process.terminate()
        process.wait(20)


def _address(log: Path, told: int) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = re.findall(r"listens on (http://\S+)", log.read_text()[told:])
        if found:
            return str(found[-1])
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def _wait_until_alive(client: httpx.Client) -> None:
    for _ in range(600):
        try:
            client.get("/livez")
        except httpx.ConnectError:
            time.sleep(0.1)
        else:
            return


def send(client: httpx.Client, canaries: list[Canary]) -> dict[str, int]:
    sent = [message for canary in canaries for message in messages(canary)]
    answer = client.post("/v1/batch", json={"batch": sent})
    assert answer.status_code == 200, answer.text
    outcomes = [{"lead_id": canary.user, "outcome": "lost", "occurred_at": AS_OF} for canary in canaries]
    told = client.post("/v1/outcomes", json=outcomes)
    assert told.status_code == 200, told.text
    return {**answer.json(), "outcomes": told.json(), "sent": len(sent)}


def ok(answer: Any) -> Any:
    assert answer.code == 0, answer.err
    return answer


def live_through(town: Town) -> None:
    """Import, learn, serve and write everything that can be written."""
    run, home = town.run, town.home
    for kind in ("leads", "attributes", "events", "outcomes"):
        ok(run("import", kind, str(town.sources[kind])))
    for bad in ("bad", "bad jsonl"):
        assert run("import", "events", str(town.sources[bad])).code == 3
    ok(run("train"))
    ok(run("train", "--table", str(town.sources["table"]), "--target", "won", "--id", "lead_id", "--name", "flat"))
    ok(run("promote", "--yes"))
    with served(home, run) as client:
        assert send(client, CANARIES)["rejected"] == 3 * PLANTED
        for canary in CANARIES[::7]:
            assert client.get(f"/v1/leads/{canary.user}/score").status_code == 200
            assert client.get(f"/v1/leads/{canary.user}").status_code == 200
    snapshots = home / "snapshots.csv"
    _write(snapshots, [{"lead_id": lead, "as_of": AS_OF} for lead in (*(c.user for c in CANARIES), "somebody")])
    for out in ("scores.csv", "reports/scores.parquet"):
        ok(run("score", str(snapshots), "--out", out))
    snapshots.unlink()
    ok(run("export", "events", "exports/events.csv.gz"))
    ok(run("export", "messages", "exports/messages.csv"))
    ok(run("dead-letters", "list", "--out", "data/letters.jsonl"))
    ok(run("export", "--lead", CANARIES[0].device, "exports/one.json"))


def counts_of_others(home: Path) -> dict[str, int]:
    """What there is about everybody else, in tables and files."""
    rows: dict[str, int] = {}
    with sqlite3.connect(home / "data" / "leadscore.db") as connection:
        for table in ("leads", "attributes", "events", "outcomes", "scores", "decisions"):
            query = f"SELECT count(*) FROM {table} WHERE lower(lead_id) NOT LIKE '%{MARKER}%'"
            rows[table] = connection.execute(query).fetchone()[0]
    for path in (*sorted((home / "data" / "dead-letters").iterdir()), home / "scores.csv"):
        rows[path.name] = sum(MARKER not in line.lower() for line in path.read_text().splitlines())
    packed = home / "exports" / "events.csv.gz"
    with gzip.open(packed, "rt") as lines:
        rows[packed.name] = sum(MARKER not in line.lower() for line in lines)
    return rows


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    home = prepare(tmp_path_factory.mktemp("town"))
    sources = source_files(tmp_path_factory.mktemp("sources"))
    won = {row["lead_id"] for row in _read(sources["outcomes"]) if row["outcome"] == "won"}
    sources["table"] = sources["leads"].with_name("table.csv")
    _write(sources["table"], [{**row, "won": str(int(row["lead_id"] in won))} for row in _read(sources["leads"])])
    town = Town(home, command(home), sources)
    live_through(town)
    town.before, town.others_before = traces(home, CANARIES), counts_of_others(home)
    erase_all(town)
    town.after, town.others_after = traces(home, CANARIES), counts_of_others(home)
    come_again(town)
    town.after_replay = traces(home, CANARIES)
    return town


def erase_all(town: Town) -> None:
    with served(town.home, town.run) as client:
        for canary in CANARIES:
            town.exports[canary.user] = client.get(f"/v1/leads/{canary.device}/export").json()
        town.receipts.append(ok(town.run("erase", *(canary.user for canary in BY_COMMAND), "--json")).json())
        for number, canary in enumerate(BY_SERVICE):
            answer = client.delete(f"/v1/leads/{canary.device if number % 2 else canary.user}")
            assert answer.status_code == 200, answer.text
            town.receipts.append(answer.json())


def come_again(town: Town) -> None:
    """Send and import everything once more, under new ids too."""
    with served(town.home, town.run) as client:
        town.replayed.append(send(client, CANARIES))
        for canary in CANARIES:
            fresh = {"userId": f"new-{canary.number}", "traits": {"email": canary.email.upper()}}
            chain = {"previousId": canary.user, "userId": f"new-{canary.number}"}
            new = [{"type": "identify", **fresh}, {"type": "alias", **chain}, {"type": "sing", **fresh}]
            town.replayed.append({**client.post("/v1/batch", json={"batch": new}).json(), "sent": len(new)})
            assert client.get(f"/v1/leads/{canary.user}").status_code == 404
    for kind in ("leads", "attributes", "events", "outcomes"):
        town.replay_imports.append(ok(town.run("import", kind, str(town.sources[kind]), "--json")).json())
    for bad in ("bad", "bad jsonl"):
        town.replay_imports.append(town.run("import", "events", str(town.sources[bad]), "--json").json())


@pytest.mark.slow
class TestForgetting:
    def test_the_planted_people_were_in_every_place_before(self, town: Town) -> None:
        places = {place.split(": ")[0] for place in town.before}
        for expected in (
            "data/leadscore.db",
            "data/letters.jsonl",
            "scores.csv",
            "reports/scores.parquet",
            "exports/events.csv.gz",
            "exports/messages.csv",
            "exports/one.json",
        ):
            assert expected in places
        assert sum(place.startswith("data/dead-letters/") for place in places) == 2

    def test_no_model_and_no_record_of_training_ever_held_them(self, town: Town) -> None:
        assert not [place for place in town.before if place.startswith(("models/", "logs/"))]

    def test_no_byte_of_erased_people_is_left_below_the_home(self, town: Town) -> None:
        assert town.after == Counter()

    def test_everything_about_everybody_else_stays(self, town: Town) -> None:
        before, after = town.others_before, town.others_after
        # The service goes on scoring them meanwhile.
        for name in ("scores", "decisions"):
            assert after.pop(name) >= before.pop(name)
        assert before == after

    def test_nothing_that_is_sent_or_imported_again_brings_them_back(self, town: Town) -> None:
        assert town.after_replay == Counter()

    def test_what_is_sent_about_erased_people_is_counted_exactly_and_stored_nowhere(self, town: Town) -> None:
        for answer in town.replayed:
            assert (answer["accepted"], answer["rejected"]) == (0, 0)
            assert answer["duplicates"] == answer["sent"]
        assert town.replayed[0]["outcomes"] == {"accepted": 0, "duplicates": PLANTED, "rejected": []}

    def test_imports_count_rows_about_erased_people_as_unchanged(self, town: Town) -> None:
        for report in town.replay_imports:
            assert report["inserted"] == 0
            assert report["read"] == report["unchanged"] + report["rejected"]
        assert [report["rejected"] for report in town.replay_imports] == [0, 0, 0, 0, OTHERS, OTHERS]

    def test_an_export_holds_what_was_planted_and_nobody_else(self, town: Town) -> None:
        for canary in CANARIES:
            text = json.dumps(town.exports[canary.user])
            tables = town.exports[canary.user]["tables"]
            own = {canary.user, canary.device}
            assert set(town.exports[canary.user]["ids"]) == own
            told = [row["message_id"] for row in tables["messages"]]
            told += [row["event_id"] for row in tables["events"] if row["message_type"]]
            assert sorted(told) == [f"{canary.user}-{number}" for number in range(5)]
            assert len(tables["dead_letters"]) == 3
            assert all(word in text for word in (canary.email, canary.name, canary.node))
            assert set(re.findall(rf"{MARKER}-u\d+", text)) == {canary.user}
            assert "fine.test" not in text

    def test_receipts_name_nobody(self, town: Town) -> None:
        assert MARKER not in json.dumps(town.receipts).lower()
        assert all(receipt["erased"] for receipt in town.receipts)
        assert town.receipts[0]["ids"] == 2 * len(BY_COMMAND)

    def test_erasing_again_says_that_nothing_was_left(self, town: Town) -> None:
        again = ok(town.run("erase", CANARIES[0].user, "--json")).json()
        assert again["erased"] is False
        assert town.run("erase", "nobody-at-all", "--json").code == 3
