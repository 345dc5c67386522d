"""What is visible about some simulated leads, arranged for the forward filter; it reads the public tables only."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.domain.errors import DataError
from leadscore.domain.time import DAY_US, LATEST_US
from leadscore.simulate.arrays import Floats, Ints
from leadscore.simulate.calendar import share_of_day_before
from leadscore.simulate.company import SimulatedCompany
from leadscore.simulate.law import law_of
from leadscore.simulate.profile import log_evidence_on_arrival, log_evidence_when_filled

_FILL_KEYS = ["lead_id", "name", "value", "known_at"]


@dataclass(frozen=True)
class EventLog:
    """Events of some leads by day; one entry per event, sorted by day.

    row        position of the lead among those asked about.
    known_at   epoch microseconds.
    marks      a 1 at the event's type, and its steps at K + type, shape (events, 2 * K) for K event types.
    first_of   entries of day d are first_of[d] : first_of[d + 1].
    """

    row: Ints
    known_at: Ints
    marks: Floats
    first_of: Ints

    def visible_marks(self, day: int, rows: Ints, as_of: Ints) -> Floats:
        """Sum of the marks of a day's events per question (lead `rows[i]`, known before `as_of[i]`), (n, 2 * K)."""
        today = slice(int(self.first_of[day]), int(self.first_of[day + 1]))
        seen = (self.row[today] == rows[:, None]) & (self.known_at[today] < as_of[:, None])
        return np.asarray(seen.astype(np.float64) @ self.marks[today])


@dataclass(frozen=True)
class VisibleLeads:
    """Some leads, one entry each, and their events; days count from the company's first.

    position row of the lead in the company's table.
    missed   share of the arrival day's happenings that fell before the arrival.
    ended_at epoch microseconds, LATEST_US if open in the extract.
    """

    table: pa.Table
    position: Ints
    source: Ints
    created_at: Ints
    created_day: Ints
    missed: Floats
    ended_at: Ints
    events: EventLog


def visible_leads(company: SimulatedCompany, lead_ids: Sequence[str]) -> VisibleLeads:
    """Collect what the tables show of these leads (each once), without any of the hidden truth.

    Raises  DataError [LS-LEAD-01] for a lead that the company does not have.
    """
    wanted = pa.array(list(lead_ids), pa.string())
    positions = pc.index_in(wanted, value_set=company.leads["lead_id"].combine_chunks())
    if positions.null_count:
        unknown = wanted.filter(pc.is_null(positions))[0].as_py()
        raise DataError("LS-LEAD-01", found=f"{unknown!r} is no lead of this company")
    table = company.leads.take(positions)
    created_at = _ints(table["created_at"])
    ends = pc.index_in(wanted, value_set=company.outcomes["lead_id"].combine_chunks())
    ended_at = pc.fill_null(company.outcomes["occurred_at"].take(ends), LATEST_US)
    return VisibleLeads(
        table=table,
        position=_ints(positions),
        source=_ints(pc.index_in(table["source"], value_set=pa.array(company.world.source_names))),
        created_at=created_at,
        created_day=(created_at - company.start_at) // DAY_US,
        missed=share_of_day_before((created_at - company.start_at) % DAY_US),
        ended_at=_ints(ended_at),
        events=_event_log(company, wanted, created_at),
    )


def _event_log(company: SimulatedCompany, wanted: pa.Array, created_at: Ints) -> EventLog:
    law, types = law_of(company.world), company.world.event_types
    rows = pc.index_in(company.events["lead_id"], value_set=wanted)
    events = company.events.append_column("row", rows).filter(pc.is_valid(rows))
    row, occurred_at, known_at = (_ints(events[name]) for name in ("row", "occurred_at", "known_at"))
    kind = _ints(pc.index_in(events["type"], value_set=pa.array(types)))
    value = _ints(pc.fill_null(events["value"], 0))
    unit = law.units[kind]
    steps = np.where(unit > 0, value // np.maximum(unit, 1) - 1, 0)
    order = np.lexsort((known_at, occurred_at, kind, row))
    keys = np.stack([row, kind, occurred_at])[:, order]
    first = np.ones(len(order), dtype=np.bool_)
    # Doubled events share lead, type and millisecond with their original and say nothing new.
    first[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    # Events up to the arrival follow from the source; only scans of shows become known later than they occur.
    told = first & (occurred_at > created_at[row])[order] & (law.late[kind] | (known_at == occurred_at))[order]
    kept = order[told]
    day = (occurred_at[kept] - company.start_at) // DAY_US
    kept = kept[np.argsort(day, kind="stable")]
    marks = np.zeros((len(kept), 2 * len(types)))
    marks[np.arange(len(kept)), kind[kept]] = 1.0
    marks[np.arange(len(kept)), len(types) + kind[kept]] = steps[kept]
    days = (company.until - company.start_at) // DAY_US
    return EventLog(row[kept], known_at[kept], marks, np.searchsorted(np.sort(day), np.arange(days + 2)))


def log_evidence_of_profiles(company: SimulatedCompany, leads: VisibleLeads, rows: Ints, as_of: Ints) -> Floats:
    """How much the attributes visible as of each instant speak for each class.

    rows, as_of   one question each: position of the lead in `leads`, and epoch microseconds, shape (n,).
    Returns       log-likelihood, shape (n, classes).
    """
    world = company.world
    on_arrival = np.zeros((leads.table.num_rows, world.classes))
    for hint in world.hints:
        on_arrival += log_evidence_on_arrival(hint, world, leads.table[hint.name].to_pylist())
    evidence = on_arrival[rows]
    row_of = {lead_id: row for row, lead_id in enumerate(leads.table["lead_id"].to_pylist())}
    questions: dict[int, list[int]] = {}
    for question, row in enumerate(rows.tolist()):
        questions.setdefault(row, []).append(question)
    hints = {hint.name: hint for hint in world.hints}
    concerned = pc.and_(
        pc.is_in(company.attributes["name"], value_set=pa.array(list(hints))),
        pc.is_in(company.attributes["lead_id"], value_set=leads.table["lead_id"].combine_chunks()),
    )
    fills = company.attributes.filter(concerned)
    for lead_id, name, value, known_at in zip(*(fills[key].to_pylist() for key in _FILL_KEYS), strict=True):
        for question in questions.get(row_of[lead_id], []):
            if known_at < as_of[question]:
                evidence[question] += log_evidence_when_filled(hints[name], world, value)
    return evidence


def _ints(column: pa.Array | pa.ChunkedArray) -> Ints:
    return np.asarray(
        column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.to_numpy()
    ).astype(np.int64)
