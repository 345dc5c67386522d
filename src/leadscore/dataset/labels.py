"""What each snapshot came to, and whether that can be known yet: unripe is not negative."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadscore.dataset.snapshots import SnapshotTable
from leadscore.domain.time import DAY_US

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class BandLabels:
    """Whether a lead became a customer within each band of days, given it had not before; shape (snapshots, bands).

    known      the row belongs to the band's training rows.
    converted  it became a customer in the band; False where unknown.
    """

    known: Flags
    converted: Flags


@dataclass(frozen=True)
class HorizonLabels:
    """Whether a lead became a customer within each horizon; shape (snapshots, horizons).

    known      the horizon had ended when outcomes were last complete.
    converted  it became a customer within the horizon; False where unknown.
    """

    known: Flags
    converted: Flags


def band_labels(table: SnapshotTable, edges_days: Sequence[int], complete_to: int) -> BandLabels:
    """Labels of the bands (0, e1], (e1, e2], ... of days after as_of.

    edges_days   rising ends of the bands, as the horizons; the first band starts at 0.
    complete_to  the last instant to which outcomes are complete, epoch microseconds.
    Returns      a row is known in a band iff the lead was no customer when the band began and the band ended by
                 complete_to. A band that is still running is unknown even for those that converted in it, else early
                 buyers would enter without the others. A lost lead stays 0.
    """
    begins = _after(table, (0, *edges_days[:-1]))
    ends = _after(table, edges_days)
    known = (table.won_at[:, None] > begins) & (ends <= complete_to)
    return BandLabels(known, known & (table.won_at[:, None] <= ends))


def horizon_labels(table: SnapshotTable, horizons_days: Sequence[int], complete_to: int) -> HorizonLabels:
    """Labels of the whole horizons, as a model is judged by; known iff the horizon ended by complete_to.

    horizons_days  days after as_of.
    complete_to    the last instant to which outcomes are complete, epoch microseconds.
    """
    ends = _after(table, horizons_days)
    known = ends <= complete_to
    return HorizonLabels(known, known & (table.won_at[:, None] <= ends))


def _after(table: SnapshotTable, days: Sequence[int]) -> npt.NDArray[np.int64]:
    return table.as_of[:, None] + np.array(days, np.int64) * DAY_US
