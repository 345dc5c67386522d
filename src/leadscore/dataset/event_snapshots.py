"""Training snapshots just after an event arrived, which the weekly ones hardly ever show and scoring always meets."""

import numpy as np
import pyarrow as pa

from leadscore.dataset.open_spells import OpenSpells
from leadscore.dataset.snapshots import Ints, SnapshotTable, hashes
from leadscore.domain.time import DAY_US
from leadscore.features.columns import integers, numbered


def event_snapshots(
    events: pa.Table, spells: OpenSpells, since: int, until: int, *, max_rows: int, seed: int
) -> SnapshotTable:
    """Open leads just after the last event of a day became known, one a lead and day, thinned evenly.

    events        columns lead_id and known_at.
    since, until  epoch microseconds; snapshots with since < as_of <= until.
    max_rows      at most this many snapshots.
    seed          decides which are drawn, together with lead_id and day only.
    Returns       ordered by lead_id, then as_of, whatever the order of the facts; the weight is the number of days
                  with an event that a row stands for.
    """
    lead, is_lead = numbered(events["lead_id"], spells.lead_id)
    # What is known at an instant counts just after it.
    as_of = integers(events["known_at"]) + 1
    chosen = is_lead & (as_of > since) & (as_of <= until)
    lead, as_of = lead[chosen], as_of[chosen]
    order = np.lexsort((as_of, lead))
    lead, as_of = lead[order], as_of[order]
    day = (as_of - 1) // DAY_US
    last = np.ones(len(lead), np.bool_)
    last[:-1] = (lead[1:] != lead[:-1]) | (day[1:] != day[:-1])
    lead, as_of, day = lead[last], as_of[last], day[last]
    is_open = _open(spells, lead, as_of)
    lead, as_of, day = lead[is_open], as_of[is_open], day[is_open]
    drawn = np.sort(np.argsort(hashes(spells.lead_id, lead, day, seed), kind="stable")[:max_rows])
    weight = np.full(len(drawn), len(lead) / max(len(drawn), 1))
    ids = spells.lead_id.take(pa.array(lead[drawn]))
    return SnapshotTable(ids, as_of[drawn], weight, spells.won_at[lead[drawn]])


def _open(spells: OpenSpells, lead: Ints, at: Ints) -> np.ndarray:
    """Whether each lead is open at an instant, shape (n,): in the last of its spells that began by then."""
    order = np.lexsort((np.concatenate([spells.opened_at, at]), np.concatenate([spells.lead, lead])))
    begins = order < len(spells.lead)
    latest = np.maximum.accumulate(np.where(begins, order, -1))
    spell = np.empty(len(order), np.int64)
    spell[order] = latest
    mine = spell[len(spells.lead) :]
    return np.asarray((mine >= 0) & (spells.lead[mine] == lead) & (at < spells.ended_at[mine]))
