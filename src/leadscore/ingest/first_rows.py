"""Leads from a file with many rows per lead, such as a list of touches: the earliest row of each makes the lead."""

from collections.abc import Sequence
from dataclasses import replace

from leadscore.domain.lead import LeadRow
from leadscore.ingest.normalize import Normalized


def first_rows(parts: Sequence[Normalized[LeadRow]]) -> list[Normalized[LeadRow]]:
    """The same parts with one row per lead, the one created first; bad rows stay bad.

    Of rows created at one instant the one with the smallest texts is taken, so that the order of rows does not matter.
    """
    first: dict[str, LeadRow] = {}
    for part in parts:
        for row in part.facts:
            known = first.get(row.lead.lead_id)
            if known is None or _rank(row) < _rank(known):
                first[row.lead.lead_id] = row
    return [_kept(part, [first[row.lead.lead_id] is row for row in part.facts]) for part in parts]


def _rank(row: LeadRow) -> tuple[int, tuple[str, ...]]:
    return row.lead.created_at, tuple(value or "" for value in row.values)


def _kept(part: Normalized[LeadRow], kept: Sequence[bool]) -> Normalized[LeadRow]:
    facts = [row for row, keep in zip(part.facts, kept, strict=True) if keep]
    places = [place for place, keep in zip(part.places, kept, strict=True) if keep]
    return replace(part, facts=facts, places=places)
