"""Send refused messages through the door again, as they are or repaired."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadscore.domain.errors import DataError, UsageError
from leadscore.domain.progress import Progress
from leadscore.domain.time import format_instant
from leadscore.ingest.clean import canonical_json, read_json
from leadscore.ingest.cloud_events import read_cloud_event
from leadscore.ingest.envelope import parse_messages
from leadscore.store.dead_letters import DeadLetter, find_dead_letters, list_dead_letters, remove_dead_letters
from leadscore.store.engine import Store, reading, writing
from leadscore.workflows.receive_events import Delivery, Receipt, store_deliveries

SHORTEST_ID, LENGTH_OF_ID = 6, 64
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Replay:
    """What became of the letters: accepted, known already, or refused again; only these stay."""

    replayed: int
    accepted: int
    duplicates: int
    refused: int


@dataclass(frozen=True, slots=True)
class _Sent:
    letter: DeadLetter
    message: Any


def write_letters(store: Store, path: Path, code: str | None) -> int:
    """Write letters as JSON lines with `id`, `received_at`, `code`, `reason` and `message`, to be repaired by hand.

    code     only those with this error code; None: all.
    Returns  how many.
    """
    letters = list_dead_letters(store, None, code)
    with path.open("w", encoding="utf-8") as file:
        for letter in letters:
            at = format_instant(letter.received_at)
            line = {"id": letter.id, "received_at": at, "code": letter.code, "reason": letter.reason}
            file.write(json.dumps({**line, "message": read_json(letter.body)}, ensure_ascii=False) + "\n")
    return len(letters)


def replay_letters(
    store: Store, wanted: Sequence[str] | Path | None, now: int, most_bytes: int, progress: Progress
) -> Replay:
    """Take letters in as if they were sent now, but read against the clock of when they were received.

    wanted      beginnings of ids, a file of `write_letters` whose messages may have been repaired, or None for all.
    now         epoch microseconds; the facts are known from then on.
    most_bytes  the largest message.
    Raises      UsageError [LS-USAGE-01] for an id that is too short, or begins none or several; DataError [LS-FILE-03]
                for a file that is not such a one. Nothing is changed then.
    """
    sent = sorted(_sent(store, wanted), key=lambda each: each.letter.received_at)
    receipts: list[Receipt] = []
    for start in range(0, len(sent), _AT_ONCE):
        part = sent[start : start + _AT_ONCE]
        with writing(store) as connection:
            # Taken away first: one that is refused for the same reason again comes back under the same id.
            remove_dead_letters(connection, [each.letter.id for each in part])
            receipts += store_deliveries(connection, [_delivery(each, now, most_bytes) for each in part])
        progress("replaying", len(receipts), len(sent))
    return Replay(
        len(sent),
        sum(each.accepted for each in receipts),
        sum(each.duplicates for each in receipts),
        sum(each.dead_lettered for each in receipts),
    )


def _delivery(sent: _Sent, now: int, most_bytes: int) -> Delivery:
    received_at = sent.letter.received_at
    if isinstance(sent.message, dict) and "specversion" in sent.message:
        return Delivery([read_cloud_event(sent.message, received_at, most_bytes)], received_at, now)
    body = canonical_json({"batch": [sent.message]}).encode()
    return Delivery(parse_messages(body, received_at, "batch", most_bytes), received_at, now)


def _sent(store: Store, wanted: Sequence[str] | Path | None) -> Iterator[_Sent]:
    if wanted is None:
        yield from (_Sent(letter, read_json(letter.body)) for letter in list_dead_letters(store))
    elif isinstance(wanted, Path):
        yield from _repaired(store, wanted)
    else:
        yield from (_Sent(letter, read_json(letter.body)) for letter in _named(store, wanted))


def _whole_id(value: object) -> str:
    if not isinstance(value, str) or len(value) != LENGTH_OF_ID:
        raise ValueError(f"the id must be the whole one, {LENGTH_OF_ID} digits")
    return value


def _named(store: Store, beginnings: Sequence[str]) -> list[DeadLetter]:
    for text in beginnings:
        if len(text) < SHORTEST_ID:
            raise UsageError("LS-USAGE-01", where=text, found="the id is too short", allowed=f"{SHORTEST_ID} digits")
    with reading(store) as connection:
        found = find_dead_letters(connection, beginnings)
    for text, letters in found.items():
        if len(letters) != 1:
            told = "no dead letter has such an id" if not letters else f"{len(letters)} dead letters begin with it"
            raise UsageError("LS-USAGE-01", where=text, found=told, fix="leadscore dead-letters list")
    return list({letter.id: letter for (letter,) in found.values()}.values())


def _repaired(store: Store, path: Path) -> Iterator[_Sent]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("LS-FILE-01", where=str(path), found=str(error)) from error
    told: dict[str, Any] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                row = json.loads(line)
                told[_whole_id(row["id"])] = row["message"]
            except (ValueError, TypeError, KeyError) as error:
                raise DataError(
                    "LS-FILE-03",
                    where=f"{path}, line {number}",
                    found=f"no JSON object with id and message ({error})",
                    fix="write the file by: leadscore dead-letters list --out FILE, and change messages only",
                ) from error
    yield from (_Sent(letter, told[letter.id]) for letter in _named(store, list(told)))
