"""What the rules look at, and what they find."""

from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np

from leadscore.modeling.rows import Flags, Floats, Whole

GROUPS = 20
"""Ranges that the numbers of a field are cut into, of about as many rows each."""


@dataclass(frozen=True)
class LeakSuspect:
    """A field that may have been filled in after the outcome, with the evidence in words."""

    field: str
    rule: str
    evidence: str

    def to_dict(self) -> dict[str, str]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Field:
    """One field of the training rows, from the oldest to the newest.

    values   numbers or category codes, NaN where missing, shape (n,).
    words    the text of each category code; empty for numbers and dates. Codes beyond them are all other texts.
    """

    name: str
    values: Floats
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Groups:
    """Rows of a field by value: categories, or ranges of numbers, and the missing ones as the last group.

    number   group of each row, shape (n,).
    names    of the groups, in words.
    """

    number: Whole
    names: tuple[str, ...]

    def counts(self, label: Flags) -> tuple[Floats, Floats]:
        """Converted rows and all rows of each group, shape (groups,)."""
        size = len(self.names)
        return (
            np.bincount(self.number, weights=label, minlength=size).astype(np.float64),
            np.bincount(self.number, minlength=size).astype(np.float64),
        )


def group_values(field: Field, groups: int = GROUPS) -> Groups:
    """Cut a field into groups of rows."""
    missing = np.isnan(field.values)
    present = field.values[~missing]
    if field.words:
        names = [*field.words, "another value", "missing"]
        number = np.where(missing, len(names) - 1, np.minimum(np.nan_to_num(field.values), len(names) - 2))
        return Groups(number.astype(np.int64), tuple(names))
    borders = np.unique(np.quantile(present, np.linspace(0, 1, groups + 1)[1:-1])) if len(present) else np.zeros(0)
    # A value that fills the first ranges would else swallow the next one: what lies above it is a range of its own.
    borders = np.unique(np.r_[borders, np.nextafter(borders[:1], np.inf)])
    number = np.where(missing, len(borders) + 1, np.searchsorted(borders, field.values, side="right"))
    ends = [f"{border:.6g}" for border in borders]
    inner = [f"{low} to {high}" for low, high in pairwise(ends)]
    names = [f"below {ends[0]}", *inner, f"{ends[-1]} or more", "missing"] if ends else ["any", "missing"]
    return Groups(number.astype(np.int64), tuple(names))
