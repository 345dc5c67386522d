"""Record how leads ended, as a CRM tells it: good outcomes are stored, each bad one is named."""

from collections.abc import Sequence
from typing import Any

from leadscore.domain.errors import DataError
from leadscore.domain.time import format_instant
from leadscore.ingest.column_reader import TimeReading
from leadscore.ingest.envelope import refuse_too_many
from leadscore.ingest.mapping import map_chunk
from leadscore.ingest.normalize import to_outcomes
from leadscore.ingest.rows import RowFault, chunk_of
from leadscore.store.engine import Store
from leadscore.store.facts import insert_outcomes


def record(store: Store, payload: object, now: int) -> dict[str, Any]:
    """Store one outcome, or a list of them, in the form of outcomes files.

    payload  `{"lead_id", "outcome", "occurred_at"}` and optionally `known_at, amount, reason`, or a list of such.
    now      epoch microseconds; an outcome that does not say when it was known is known now.
    Returns  `accepted` and `duplicates` (counts) and `rejected`, one entry with index, code, column and message for
             each outcome that cannot be stored; together as many as were given.
    Raises   DataError [LS-BODY-03] if the payload is neither object nor list, [LS-BODY-02] if the list is too long;
             OutsideError [LS-STORE-01].
    """
    given = payload if isinstance(payload, list) else [payload]
    if not isinstance(payload, dict | list):
        raise DataError("LS-BODY-03", found="no outcome is given", allowed="an object or a list of objects")
    refuse_too_many(given)
    known_now = {"known_at": format_instant(now)}
    objects = {
        index: known_now | {name: value for name, value in each.items() if value is not None}
        for index, each in enumerate(given)
        if isinstance(each, dict)
    }
    places = list(objects)
    meaning = to_outcomes(map_chunk(chunk_of(list(objects.values())), "outcomes"), TimeReading())
    result = insert_outcomes(store, meaning.facts)
    faults: dict[int, Sequence[RowFault]] = {places[place]: found for place, found in meaning.faults.items()}
    for row in result.rejected:
        faults[places[meaning.places[row.position]]] = [RowFault("LS-ROW-03", row.column, row.reason)]
    for index in range(len(given)):
        if index not in objects:
            faults[index] = [RowFault("LS-ROW-02", "", "it is no JSON object")]
    rejected = [_entry(index, found) for index, found in sorted(faults.items())]
    return {"accepted": result.inserted, "duplicates": result.unchanged, "rejected": rejected}


def _entry(index: int, faults: Sequence[RowFault]) -> dict[str, Any]:
    return {
        "index": index,
        "code": faults[0].code,
        "column": ", ".join(fault.column for fault in faults if fault.column),
        "message": "; ".join(map(str, faults)),
    }
