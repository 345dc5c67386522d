"""Labelled rows: what models are fitted on and judged by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class LabelledRows:
    """Snapshots (or table rows) with their labels; the columns k are horizons or the bands between them.

    known      shape (n, k), whether the label had time to happen; where False `converted` is never read.
    converted  shape (n, k), the label.
    weight     shape (n,), above 0: how many rows this one stands for.
    cluster    shape (n,), the number of the lead; rows of one lead are not independent.
    """

    known: Flags
    converted: Flags
    weight: Floats
    cluster: Whole

    def __post_init__(self) -> None:
        if self.known.ndim != 2 or self.known.shape != self.converted.shape:
            raise ValueError(f"known {self.known.shape} and converted {self.converted.shape} must be equal, (n, k)")
        if self.weight.shape != (len(self.known),) or self.cluster.shape != (len(self.known),):
            raise ValueError(f"weight and cluster must have one value for each of {len(self.known)} rows")
        idle = np.flatnonzero(~((self.weight > 0) & np.isfinite(self.weight)))
        if len(idle):
            found = f"{len(idle)} of {len(self.weight)} are not, first row {idle[0]}: {self.weight[idle[0]]}"
            raise ValueError(f"every weight must be above 0 and finite; {found}; leave such rows out")

    def __len__(self) -> int:
        return len(self.known)

    @property
    def columns(self) -> int:
        """How many horizons or bands are labelled."""
        return int(self.known.shape[1])

    def labels(self) -> Flags:
        """Shape (n, k): known to have converted."""
        return self.known & self.converted

    def converting_leads(self) -> int:
        """How many different leads converted in any column.

        >>> from numpy import array, ones
        >>> LabelledRows(known=array([[True], [True], [False]]), converted=array([[True], [True], [True]]),
        ...              weight=ones(3), cluster=array([7, 7, 8])).converting_leads()
        1
        """
        return len(np.unique(self.cluster[self.labels().any(axis=1)]))

    def take(self, rows: Flags | Whole) -> "LabelledRows":
        """The rows of a mask or of an index, in its order."""
        return LabelledRows(
            known=self.known[rows],
            converted=self.converted[rows],
            weight=self.weight[rows],
            cluster=self.cluster[rows],
        )


def joined(rows: Sequence[LabelledRows]) -> LabelledRows:
    """The labels of all rows, in order; their clusters must number the leads alike."""
    return LabelledRows(
        known=np.concatenate([each.known for each in rows]),
        converted=np.concatenate([each.converted for each in rows]),
        weight=np.concatenate([each.weight for each in rows]),
        cluster=np.concatenate([each.cluster for each in rows]),
    )


@dataclass(frozen=True, kw_only=True)
class TrainingRows(LabelledRows):
    """Labelled rows with their features.

    matrix    float64, shape (n, f); NaN is a missing value.
    at        instant of each row, epoch microseconds, shape (n,); None where rows have no time.
    """

    matrix: Floats
    at: Whole | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.matrix.ndim != 2 or len(self.matrix) != len(self.known):
            raise ValueError(f"matrix {self.matrix.shape} must have one line for each of {len(self.known)} rows")

    def take(self, rows: Flags | Whole) -> Self:
        """The rows of a mask or of an index, in its order, with their features."""
        taken = super().take(rows)
        return type(self)(
            matrix=self.matrix[rows],
            at=None if self.at is None else self.at[rows],
            known=taken.known,
            converted=taken.converted,
            weight=taken.weight,
            cluster=taken.cluster,
        )
