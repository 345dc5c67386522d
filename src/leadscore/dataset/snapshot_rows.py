"""Snapshots to score: the leads and instants that the rows of a table name."""

import pandas as pd

from leadscore.domain.errors import DataError
from leadscore.domain.notice import Notice, rows_named, unheard
from leadscore.domain.time import parse_instant
from leadscore.ingest.column_reader import LATEST_AT

_COLUMNS = ("lead_id", "as_of")
_MOST_NAMED = 10


def read_snapshots(frame: pd.DataFrame, where: str, zone: str, notice: Notice = unheard) -> tuple[list[str], list[int]]:
    """The columns lead_id and as_of of a frame, instants as epoch microseconds; `zone` is that of times without one.

    notice   hears of columns that are not read, times without a zone and rows without a lead_id, which are scored as
             those of an unknown lead.
    Raises   DataError [LS-FILE-02] if a column is missing, [LS-TIME-02] naming the rows that hold no time.
    """
    absent = [name for name in _COLUMNS if name not in frame.columns]
    if absent:
        raise DataError(
            "LS-FILE-02",
            where=where,
            found=f"column {', '.join(absent)} is missing; there are {', '.join(map(str, frame.columns))}",
            allowed=", ".join(_COLUMNS),
            fix="rename the columns of the file",
        )
    unread = [str(name) for name in frame.columns if name not in _COLUMNS]
    if unread:
        notice(f"{where}: column {', '.join(unread)} is not read; snapshots have lead_id, as_of")
    lead_ids = _texts(frame["lead_id"])
    blank = [row for row, lead in enumerate(lead_ids, start=1) if not lead.strip()]
    if blank:
        notice(f"{where}, column lead_id: none in {rows_named(len(blank))}, first row {blank[0]}; name their leads")
    return lead_ids, _instants(_texts(frame["as_of"]), f"{where}, column as_of", zone, notice)


def _texts(cells: "pd.Series[str]") -> list[str]:
    return ["" if missing else str(cell) for cell, missing in zip(cells, cells.isna(), strict=True)]


def _instants(texts: list[str], place: str, zone: str, notice: Notice) -> list[int]:
    instants: list[int] = []
    faults: list[str] = []
    zoneless: list[int] = []
    for row, text in enumerate(texts, start=1):
        try:
            parsed = parse_instant(text, zone)
        except DataError as error:
            faults.append(f"row {row}: {error.found}")
            continue
        if parsed.at >= LATEST_AT:
            faults.append(f"row {row}: {text.strip()!r} is too far away")
        if not parsed.zone_given:
            zoneless.append(row)
        instants.append(parsed.at)
    if faults:
        raise DataError(
            "LS-TIME-02",
            where=place,
            found="; ".join(faults[:_MOST_NAMED])
            + (f"; and {len(faults) - _MOST_NAMED:,} more" if len(faults) > _MOST_NAMED else ""),
            allowed="ISO 8601 before the year 2201, e.g. 2026-03-01T12:00:00Z",
            fix="mend these rows",
        )
    if zoneless:
        notice(
            f"{place}: no zone in {rows_named(len(zoneless))}, first row {zoneless[0]}; they are read as {zone}, "
            "`timezone:` in configs/mapping.yaml changes that"
        )
    return instants
