"""What rows of leads files say about one lead, merged with what is stored; pure, so that it can be tested by itself.

A value that came as a column of a leads row is a *statement*: it carries the time it was stated, which is the row's
`updated_at`, or the import time. The earliest statement of a column counts as known when the lead was created, each
later one from the time it was stated on. Rows that carry `updated_at` may therefore arrive in any order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from leadscore.domain.lead import LeadRow


class Held(NamedTuple):
    """One stored value; `stated_at` is None if it came from attribute history and not with a leads row."""

    value: str | None
    stated_at: int | None


History = dict[int, Held]


@dataclass
class LeadState:
    """What is stored of one lead: when it was created (None: not stored yet) and known_at -> value by attribute."""

    created_at: int | None = None
    attributes: dict[str, History] = field(default_factory=dict)

    def copy(self) -> "LeadState":
        """The same state, free to change."""
        return LeadState(self.created_at, {name: dict(history) for name, history in self.attributes.items()})


class ConflictError(Exception):
    """A row states something that contradicts a stored value at the same instant."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


Verdict = bool | ConflictError
"""True: the row added something; False: it did not; a conflict: it was left out."""


def merge_rows(state: LeadState, rows: Sequence[LeadRow], now: int) -> list[Verdict]:
    """Merge rows of one lead, in file order, into its state.

    now      import time, epoch microseconds: when rows without `updated_at` were stated.
    Returns  one verdict per row.

    Of several rows without `updated_at` nothing but the file order says which is the latest: the first may found the
    lead, the last is what the file states, and one in between that says something never stored is left out.
    """
    verdicts: list[Verdict] = [False] * len(rows)
    undated = [place for place, row in enumerate(rows) if row.updated_at is None]
    for place, row in enumerate(rows):
        if row.updated_at is not None:
            verdicts[place] = _merge(state, row, max(row.updated_at, row.lead.created_at), dated=True)
    for place in dict.fromkeys(undated[:1] + undated[-1:]):
        founding = place == undated[0] and place != undated[-1]
        verdicts[place] = _merge(state, rows[place], max(now, rows[place].lead.created_at), dated=False, found=founding)
    for place in undated[:-1]:
        if verdicts[place] is False:
            verdicts[place] = _never_stated(state, rows[place]) or False
    return verdicts


def _merge(state: LeadState, row: LeadRow, stated_at: int, *, dated: bool, found: bool = False) -> Verdict:
    """Merge one row whole or not at all; with `found` it only fills columns that were never stated."""
    created_at = row.lead.created_at
    changed: dict[str, History] = {}
    for name, value in zip(row.names, row.values, strict=True):
        stored = state.attributes.get(name, {})
        history = dict(stored)
        try:
            if dated:
                _state_dated(history, value, created_at, stated_at)
            else:
                _state_undated(history, value, created_at, stated_at, found)
        except ConflictError as conflict:
            return ConflictError(name, conflict.reason)
        if history != stored:
            changed[name] = history
    is_new = state.created_at is None
    state.attributes.update(changed)
    state.created_at = created_at if state.created_at is None else min(state.created_at, created_at)
    return is_new or bool(changed)


def _state_dated(history: History, value: str | None, created_at: int, stated_at: int) -> None:
    statements = _statements(history)
    at_once = [known_at for at, known_at in statements if at == stated_at]
    if not statements:
        _found(history, value, created_at, stated_at)
    elif at_once:
        _repeat(history, value, at_once, created_at)
    elif stated_at > statements[0][0]:
        _put(history, stated_at, value, stated_at)
    else:
        # An older row arrives late: it tells what was known at creation; the value held for that moves to its own time.
        first_at, first_known = statements[0]
        moved = history.pop(first_known)
        _put(history, max(first_at, first_known), moved.value, first_at)
        _put(history, created_at, value, stated_at)


def _repeat(history: History, value: str | None, places: list[int], created_at: int) -> None:
    agreeing = [known_at for known_at in places if history[known_at].value == value]
    if not agreeing:
        raise _contradiction(history[places[0]].value, value)
    if created_at < agreeing[0] and _statements(history)[0][1] == agreeing[0]:
        _put(history, created_at, value, history.pop(agreeing[0]).stated_at)


def _state_undated(history: History, value: str | None, created_at: int, stated_at: int, found: bool) -> None:
    statements = _statements(history)
    if not statements:
        _found(history, value, created_at, stated_at)
    elif not found and history[statements[-1][1]].value != value:
        _put(history, stated_at, value, stated_at)


def _found(history: History, value: str | None, created_at: int, stated_at: int) -> None:
    held = history.get(created_at)
    taken = held is not None and held.value != value
    _put(history, stated_at if taken else created_at, value, stated_at)


def _put(history: History, known_at: int, value: str | None, stated_at: int | None) -> None:
    held = history.get(known_at)
    if held is not None and held.value != value:
        raise _contradiction(held.value, value)
    stated = [at for at in (stated_at, held.stated_at if held else None) if at is not None]
    history[known_at] = Held(value, min(stated) if stated else None)


def _statements(history: History) -> list[tuple[int, int]]:
    """(stated_at, known_at) of every statement, the earliest first."""
    return sorted((held.stated_at, known_at) for known_at, held in history.items() if held.stated_at is not None)


def _never_stated(state: LeadState, row: LeadRow) -> ConflictError | None:
    for name, value in zip(row.names, row.values, strict=True):
        stated = {held.value for held in state.attributes.get(name, {}).values() if held.stated_at is not None}
        if value not in stated:
            return ConflictError(name, f"a later row of the file gives another value than {value!r} for this lead")
    return None


def _contradiction(held: str | None, value: str | None) -> ConflictError:
    return ConflictError("", f"stored as {held!r} at the same instant, the row says {value!r}")
