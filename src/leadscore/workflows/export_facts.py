"""Write stored facts to files that can be imported again."""

import csv
import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO, cast

from leadscore.domain.errors import OutsideError
from leadscore.domain.event import VALUE_SCALE
from leadscore.domain.time import format_instant
from leadscore.store.engine import Store
from leadscore.store.history import each_event
from leadscore.store.messages import each_message

EVENT_COLUMNS = (
    "event_id",
    "lead_id",
    "type",
    "occurred_at",
    "known_at",
    "value",
    "channel",
    "campaign",
    "properties",
)
MESSAGE_COLUMNS = ("message_id", "type", "lead_id", "received_at")


def export_events(store: Store, path: Path) -> int:
    """Write all events as CSV (gzipped if the name ends in .gz); importing the file gives equal events.

    Cells are exact: nothing is added to those that a spreadsheet would take for a formula.
    Returns  number of events.
    Raises   OutsideError [LS-FILE-01] if the file cannot be written.
    """
    rows = (
        (
            event,
            lead,
            kind,
            format_instant(occurred_at),
            format_instant(known_at),
            decimal_text(value, VALUE_SCALE),
            *rest,
        )
        for event, lead, kind, occurred_at, known_at, value, *rest in each_event(store, EVENT_COLUMNS)
    )
    return _write(path, EVENT_COLUMNS, rows)


def export_messages(store: Store, path: Path) -> int:
    """Write all accepted tracking messages as CSV, once each, in the order they were received.

    Returns  number of messages.
    Raises   OutsideError [LS-FILE-01] if the file cannot be written.
    """
    rows = (
        (message.message_id, message.type, message.lead_id, format_instant(message.received_at))
        for message in each_message(store)
    )
    return _write(path, MESSAGE_COLUMNS, rows)


def decimal_text(scaled: int | None, scale: int) -> str | None:
    """An integer number of parts, `scale` (a power of ten) to the unit, as an exact decimal text.

    >>> decimal_text(1500, 1000), decimal_text(-7, 1000), decimal_text(2000, 1000)
    ('1.5', '-0.007', '2')
    """
    if scaled is None:
        return None
    units, parts = divmod(abs(scaled), scale)
    fraction = f"{parts:0{len(str(scale)) - 1}d}".rstrip("0")
    return f"{'-' if scaled < 0 else ''}{units}{'.' if fraction else ''}{fraction}"


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> int:
    count = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _open(path) as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            for row in rows:
                writer.writerow(row)
                count += 1
    except OSError as error:
        raise OutsideError("LS-FILE-01", where=str(path), found=f"it cannot be written: {error}") from error
    return count


def _open(path: Path) -> TextIO:
    if path.name.endswith(".gz"):
        return cast(TextIO, gzip.open(path, "wt", encoding="utf-8", newline=""))
    return path.open("w", encoding="utf-8", newline="")
