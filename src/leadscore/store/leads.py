"""Writing leads: new ones, and what later files say differently about known ones."""

from collections.abc import Sequence

import sqlalchemy as sa

from leadscore.domain.lead import Lead, LeadRow
from leadscore.domain.progress import Progress, silent
from leadscore.ingest.identity import is_address_name
from leadscore.ingest.mentions import address_words, id_word
from leadscore.store.bulk import Row, batches, delete_rows, fetch_rows, insert_rows
from leadscore.store.engine import Store, writing
from leadscore.store.facts import InsertResult, Rejected
from leadscore.store.lead_merge import ConflictError, Held, LeadState, Verdict, merge_rows
from leadscore.store.links import set_addresses
from leadscore.store.suppression import nobody_suppressed, suppressed_places
from leadscore.store.tables import ATTRIBUTES, LEADS


def insert_leads(store: Store, rows: Sequence[LeadRow], now: int, progress: Progress = silent) -> InsertResult:
    """Store leads and their columns; a changed column becomes attribute history.

    rows     one import, in file order; rows of the same lead are judged together.
    now      import time, epoch microseconds.
    Returns  counts; rejected are rows that contradict another at the same instant.
    """
    by_lead: dict[str, list[int]] = {}
    for position, row in enumerate(rows):
        by_lead.setdefault(row.lead.lead_id, []).append(position)
    leads = list(by_lead)
    verdicts: dict[int, Verdict] = {}
    suppressed = 0
    for start, end in batches(len(leads)):
        part = {lead: by_lead[lead] for lead in leads[start:end]}
        with writing(store) as connection:
            erased = _take_erased(connection, rows, part)
            verdicts.update(_merge_batch(connection, rows, part, now))
        verdicts.update(dict.fromkeys(erased, False))
        suppressed += len(erased)
        progress("storing leads", end, len(leads))
    result = _counted(verdicts)
    result.suppressed = suppressed
    return result


def add_first_seen(connection: sa.Connection, leads: Sequence[Lead]) -> None:
    """Store leads that tracking saw, within a transaction of the caller.

    A lead begins when it was seen first, even if that is heard later or a file says otherwise; where it came from then
    is known from then on. Seen later than a file says, it stays as it is.
    """
    created = dict(map(tuple, fetch_rows(connection, LEADS, ("lead_id",), [(lead.lead_id,) for lead in leads])))
    earlier = [lead for lead in leads if lead.created_at < created.get(lead.lead_id, lead.created_at)]
    sources = [(lead.lead_id, "source", created[lead.lead_id]) for lead in earlier]
    held = fetch_rows(connection, ATTRIBUTES, ("lead_id", "name", "known_at"), sources)
    only_seen = {lead_id for lead_id, _, _, _, stated_at in held if stated_at is None}
    delete_rows(connection, LEADS, [(lead.lead_id,) for lead in earlier])
    moved = [(each.lead_id, "source", created[each.lead_id]) for each in earlier if each.lead_id in only_seen]
    delete_rows(connection, ATTRIBUTES, moved)
    new = [*earlier, *(lead for lead in leads if lead.lead_id not in created)]
    insert_rows(connection, LEADS, [(lead.lead_id, lead.created_at) for lead in new])
    insert_rows(connection, ATTRIBUTES, [(lead.lead_id, "source", lead.created_at, lead.source, None) for lead in new])


def _take_erased(connection: sa.Connection, rows: Sequence[LeadRow], part: dict[str, list[int]]) -> list[int]:
    """Take the leads that speak of erased people out of `part`; the positions of their rows."""
    if nobody_suppressed(connection):
        return []
    words = [
        {id_word(lead)}.union(*(address_words(value) for at in positions for value in rows[at].values if value))
        for lead, positions in part.items()
    ]
    leads = list(part)
    return [at for place in suppressed_places(connection, words) for at in part.pop(leads[place])]


def _merge_batch(
    connection: sa.Connection, rows: Sequence[LeadRow], part: dict[str, list[int]], now: int
) -> dict[int, Verdict]:
    before = _load(connection, list(part))
    verdicts: dict[int, Verdict] = {}
    after: dict[str, LeadState] = {}
    for lead, positions in part.items():
        after[lead] = before[lead].copy()
        told = merge_rows(after[lead], [rows[position] for position in positions], now)
        verdicts.update(zip(positions, told, strict=True))
        _forget_first_seen(before[lead], after[lead])
    _save(connection, before, after)
    addresses = {lead: _addresses(state) for lead, state in after.items()}
    set_addresses(connection, {lead: given for lead, given in addresses.items() if given})
    return verdicts


def _forget_first_seen(before: LeadState, after: LeadState) -> None:
    """Take away the source that tracking saw a lead come from when a file says that it was there before."""
    seen_at, history = before.created_at, after.attributes.get("source", {})
    if seen_at is None or after.created_at is None or after.created_at >= seen_at:
        return
    in_files = any(held.stated_at is not None for told in before.attributes.values() for held in told.values())
    if not in_files and seen_at in history and history[seen_at].stated_at is None:
        del history[seen_at]


def _addresses(state: LeadState) -> list[tuple[int, str | None]]:
    return [
        (known_at, held.value)
        for name, history in state.attributes.items()
        if is_address_name(name)
        for known_at, held in history.items()
    ]


def _load(connection: sa.Connection, leads: list[str]) -> dict[str, LeadState]:
    keys = [(lead,) for lead in leads]
    states = {lead: LeadState() for lead in leads}
    for lead, created_at in fetch_rows(connection, LEADS, ("lead_id",), keys):
        states[lead].created_at = created_at
    for lead, name, known_at, value, stated_at in fetch_rows(connection, ATTRIBUTES, ("lead_id",), keys):
        states[lead].attributes.setdefault(name, {})[known_at] = Held(value, stated_at)
    return states


def _save(connection: sa.Connection, before: dict[str, LeadState], after: dict[str, LeadState]) -> None:
    gone: list[Row] = []
    new: list[Row] = []
    leads_new: list[Row] = []
    leads_earlier: list[Row] = []
    for lead, state in after.items():
        old = before[lead]
        if old.created_at is None and state.created_at is not None:
            leads_new.append((lead, state.created_at))
        elif old.created_at != state.created_at:
            leads_earlier.append((lead, state.created_at))
        for name, history in state.attributes.items():
            held = old.attributes.get(name, {})
            if held != history:
                gone += [(lead, name, at) for at, value in held.items() if history.get(at) != value]
                new += [(lead, name, at, *value) for at, value in history.items() if held.get(at) != value]
    delete_rows(connection, LEADS, [row[:1] for row in leads_earlier])
    delete_rows(connection, ATTRIBUTES, gone)
    insert_rows(connection, LEADS, leads_new + leads_earlier)
    insert_rows(connection, ATTRIBUTES, new)


def _counted(verdicts: dict[int, Verdict]) -> InsertResult:
    result = InsertResult()
    for position, verdict in sorted(verdicts.items()):
        if isinstance(verdict, ConflictError):
            result.rejected.append(Rejected(position, verdict.column, verdict.reason))
        elif verdict:
            result.inserted += 1
        else:
            result.unchanged += 1
    return result
