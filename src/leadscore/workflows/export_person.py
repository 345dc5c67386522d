"""Hand out everything stored about one person as one document that machines can read."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from leadscore.domain.errors import DataError, OutsideError
from leadscore.domain.event import VALUE_SCALE
from leadscore.domain.time import format_instant
from leadscore.ingest.envelope import ID_MEMBERS, plain_text
from leadscore.ingest.mentions import addresses_in, id_word
from leadscore.store.engine import Store, reading
from leadscore.store.personal import ADDRESS_LINKS, Person, find_person, rows_of

DOCUMENT = "everything leadscore stores about one person"
_INSTANTS = frozenset(
    ("created_at", "known_at", "stated_at", "occurred_at", "received_at", "saved_at", "as_of", "since", "looked_at")
)
_OBJECTS = frozenset(("properties", "body", "p_convert", "reasons", "feature_values"))


def export_person(store: Store, lead_id: str, now: int) -> dict[str, Any]:
    """Every stored row about a person, with all of its ids, and nothing about anybody else.

    lead_id  any id of the person.
    now      epoch microseconds.
    Returns  `document`, `exported_at`, `ids`, and `tables`: rows by table, times in ISO 8601, values as decimals;
             refused messages only if they are the person's own. Addresses that link ids are stored as hashes.
    Raises   DataError [LS-LEAD-01] if nothing is stored about such a person.
    """
    with reading(store) as connection:
        person = find_person(connection, [lead_id])
        found = rows_of(connection, person)
    tables = {
        table.name: [_plain(dict(zip(table.c.keys(), row, strict=True))) for row in rows]
        for table, rows in found.items()
    }
    tables["links"] = [row for row in tables["links"] if _is_own_link(row, person.ids)]
    tables["dead_letters"] = [row for row in tables["dead_letters"] if _is_own_letter(row["body"], person)]
    if not any(tables.values()):
        raise unknown_person(lead_id)
    head = {"document": DOCUMENT, "exported_at": format_instant(now), "ids": sorted(person.ids)}
    return {**head, "tables": tables}


def write_document(document: Mapping[str, Any], path: Path) -> None:
    """Write what `export_person` gives to a file.

    Raises   OutsideError [LS-FILE-01] if the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutsideError("LS-FILE-01", where=str(path), found=f"it cannot be written: {error}") from error


def unknown_person(lead_id: str) -> DataError:
    """Nothing is stored about who goes by an id."""
    return DataError("LS-LEAD-01", found=f"nothing is stored about {lead_id!r}", fix="check the id")


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _cell(name, cell) for name, cell in row.items()}


def _cell(name: str, cell: Any) -> Any:
    if cell is None:
        return None
    if name in _INSTANTS:
        return format_instant(cell)
    if name in _OBJECTS:
        return json.loads(cell)
    return cell / VALUE_SCALE if name == "value" and isinstance(cell, int) else cell


def _is_own_link(row: dict[str, Any], ids: Collection[str]) -> bool:
    return row["one"] in ids and (row["other"] in ids or row["kind"] in ADDRESS_LINKS)


def _is_own_letter(body: Any, person: Person) -> bool:
    if not isinstance(body, dict):
        return True
    ids = {text for name in ID_MEMBERS if (text := plain_text(body.get(name))) is not None}
    context = body.get("context")
    stated = [body.get("traits"), context.get("traits") if isinstance(context, dict) else None]
    words = {*map(id_word, ids), *addresses_in(stated)}
    return not words.isdisjoint(person.words)
