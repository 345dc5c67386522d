"""Training snapshots: every open lead once a week, thinned without changing what they stand for."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadscore.dataset.open_spells import NEVER, OpenSpells
from leadscore.domain.time import DAY_US, WEEK_US, monday_before

_LEAD_WEEKS_AT_ONCE = 2_000_000
_SPARE_SIGMAS = 8.0
_NEAR_PART = 4

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class SnapshotTable:
    """Leads, each as of an instant; all columns have shape (n,).

    lead_id  text.
    as_of    epoch microseconds.
    weight   lead-weeks that the row stands for, 1 or more.
    won_at   when the lead first became a customer, after as_of; NEVER if it did not.
    """

    lead_id: pa.Array
    as_of: Ints
    weight: Floats
    won_at: Ints

    def __len__(self) -> int:
        return len(self.as_of)

    def arrow(self) -> pa.Table:
        """The columns lead_id and as_of, as `compute_matrix` takes them."""
        return pa.table({"lead_id": self.lead_id, "as_of": self.as_of})

    def followed_by(self, more: "SnapshotTable") -> "SnapshotTable":
        """These rows and then `more`."""
        pairs = zip(vars(self).values(), vars(more).values(), strict=True)
        lead_id, *others = pairs
        return SnapshotTable(pa.concat_arrays(lead_id), *(np.concatenate(pair) for pair in others))

    def take(self, rows: npt.NDArray[np.bool_] | Ints) -> "SnapshotTable":
        """Some of the rows, by mask or by position."""
        places = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return SnapshotTable(
            self.lead_id.take(pa.array(places)), self.as_of[places], self.weight[places], self.won_at[places]
        )


def weekly_snapshots(
    spells: OpenSpells, since: int, until: int, *, max_rows: int, keep_within_days: int, seed: int
) -> SnapshotTable:
    """Every open lead each Monday 00:00 UTC, thinned by week and never by lead, with weights that restore the totals.

    A lead is open from its creation until its first outcome of any kind, and again when it comes back. Equal numbers
    per lead would put fast buyers above their share, so weeks are drawn, not leads.

    since, until      epoch microseconds; snapshots with since < as_of <= until.
    max_rows          at most this many snapshots.
    keep_within_days  lead-weeks whose lead becomes a customer within so many days are rare and worth most: they are
                      all kept unless they alone are more than a quarter of max_rows: with fewer of
                      the others, each of them would stand for so many that a model sees them with luck or not at all.
    seed              decides which weeks are drawn, together with lead_id and as_of only.
    Returns           ordered by lead_id, then as_of, whatever the order of the facts. The weights sum up to the number
                      of lead-weeks, and so do those of the lead-weeks before a purchase.
    """
    weeks = _LeadWeeks.of(spells, since, until, keep_within_days)
    near, far = int(weeks.near.sum()), int((weeks.stop - weeks.first - weeks.near).sum())
    near_rows = min(near, max(max_rows - far, max_rows // _NEAR_PART))
    before_purchase = _draw(weeks, True, near_rows, near, seed)
    others = _draw(weeks, False, min(far, max_rows - near_rows), far, seed)
    lead = np.concatenate([before_purchase.lead, others.lead])
    week = np.concatenate([before_purchase.week, others.week])
    weight = np.concatenate([before_purchase.weights(near), others.weights(far)])
    order = np.lexsort((week, lead))
    lead, week = lead[order], week[order]
    return SnapshotTable(weeks.lead_id.take(pa.array(lead)), weeks.at[week], weight[order], weeks.won_at[lead])


@dataclass(frozen=True)
class _LeadWeeks:
    """The weeks in which leads are open: spell i from first[i] to stop[i] - 1, the last near[i] before a purchase."""

    lead_id: pa.Array
    at: Ints
    first: Ints
    stop: Ints
    near: Ints
    won_at: Ints

    @classmethod
    def of(cls, spells: OpenSpells, since: int, until: int, keep_within_days: int) -> "_LeadWeeks":
        at = np.arange(monday_before(since) + WEEK_US, until + 1, WEEK_US, dtype=np.int64)
        won_at = spells.won_at[spells.lead]
        first = np.searchsorted(at, spells.opened_at)
        stop = np.maximum(first, np.searchsorted(at, spells.ended_at))
        near_from = np.where(won_at < NEVER, np.searchsorted(at, won_at - keep_within_days * DAY_US), len(at))
        lead_id = spells.lead_id.take(pa.array(spells.lead))
        return cls(lead_id, at, first, stop, stop - np.clip(near_from, first, stop), won_at)

    def ranges(self, near: bool) -> tuple[Ints, Ints]:
        """The weeks of each spell that are near a purchase, or the others, as (first, stop)."""
        return (self.stop - self.near, self.stop) if near else (self.first, self.stop - self.near)


@dataclass(frozen=True)
class _Drawn:
    lead: Ints
    week: Ints

    def weights(self, total: int) -> Floats:
        return np.full(len(self.lead), total / max(len(self.lead), 1))


def _draw(weeks: _LeadWeeks, near: bool, quota: int, total: int, seed: int) -> _Drawn:
    """`quota` of the `total` lead-weeks of one kind: those with the smallest hashes."""
    if not quota:
        return _Drawn(np.zeros(0, np.int64), np.zeros(0, np.int64))
    # A first pass over bounded parts keeps a few more than needed, so that only they have to be held and ranked.
    share = (quota + _SPARE_SIGMAS * np.sqrt(quota)) / total
    limit = np.uint64(share * 2.0**64) if share < 1 else np.uint64(2**64 - 1)
    found: list[tuple[Ints, Ints, Hashes]] = []
    for lead, week, rank in _hashed(weeks, near, seed):
        low = rank <= limit
        found.append((lead[low], week[low], rank[low]))
    smallest = np.argsort(np.concatenate([rank for _, _, rank in found]), kind="stable")[:quota]
    return _Drawn(*(np.concatenate([part[column] for part in found])[smallest] for column in (0, 1)))


def _hashed(weeks: _LeadWeeks, near: bool, seed: int) -> Iterator[tuple[Ints, Ints, Hashes]]:
    """Every lead-week of one kind as (lead, week, hash), some leads at a time."""
    first, stop = weeks.ranges(near)
    keys = _keys(weeks.lead_id, seed)
    part = np.cumsum(stop - first) // _LEAD_WEEKS_AT_ONCE
    for leads in np.split(np.arange(len(first)), np.flatnonzero(np.diff(part)) + 1):
        counts = stop[leads] - first[leads]
        lead = np.repeat(leads, counts)
        week = np.arange(len(lead)) + np.repeat(first[leads] - np.cumsum(counts) + counts, counts)
        yield lead, week, _mixed(keys[lead] + _mixed(weeks.at[week].astype(np.uint64)))


def hashes(lead_id: pa.Array, lead: Ints, moment: Ints, seed: int) -> Hashes:
    """A number for each pair of a lead (a place in lead_id) and a moment, by which rows are drawn, shape (n,)."""
    return _mixed(_keys(lead_id, seed)[lead] + _mixed(moment.astype(np.uint64)))


def _keys(lead_id: pa.Array, seed: int) -> Hashes:
    return np.array([_key(seed, each) for each in lead_id.to_pylist()], np.uint64)


def _key(seed: int, lead_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{seed}:{lead_id}".encode(), digest_size=8).digest(), "big")


def _mixed(numbers: Hashes) -> Hashes:
    """The finisher of SplitMix64: every bit of the input moves every bit of the output; wraps around on purpose."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
