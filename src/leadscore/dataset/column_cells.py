"""The cells of one column of a table, each distinct text looked at once."""

import math
import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from leadscore.features.feature_set import days_since_epoch, finite_number
from leadscore.features.table_columns import text_of

_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,' \u00a0\u202f])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")
_ONE_GROUP = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


class ColumnCells:
    """The distinct texts of a column and where they stand.

    texts    distinct texts by `text_of`, shape (d,); None for the spellings of "missing".
    counts   rows of each, shape (d,).
    present  rows that hold a value.
    """

    def __init__(self, cells: "pd.Series[str]") -> None:
        self._codes, distinct = pd.factorize(cells, use_na_sentinel=False)
        self.texts = [text_of(value) for value in distinct]
        self.counts = np.bincount(self._codes, minlength=len(self.texts))
        self.held = np.array([text is not None for text in self.texts], dtype=np.bool_)
        self.present = int(self.counts[self.held].sum())

    def which(self, test: Callable[[str], bool]) -> np.ndarray:
        """Which distinct texts pass a test, shape (d,); missing ones do not."""
        return np.array([text is not None and test(text) for text in self.texts], dtype=np.bool_)

    def rows(self, which: np.ndarray) -> int:
        """How many rows hold one of some distinct texts."""
        return int(self.counts[which].sum())

    def first(self, which: np.ndarray) -> str:
        """The first row that holds one of some distinct texts, 1-based, and the text."""
        row = int(np.argmax(which[self._codes]))
        text = self.texts[self._codes[row]]
        return f"row {row + 1}: {'empty' if text is None else repr(text[:60])}"

    def by_row(self, values: np.ndarray) -> np.ndarray:
        """One value per row from one value per distinct text."""
        found: np.ndarray = values[self._codes]
        return found


def is_number(text: str) -> bool:
    """Whether a text is a finite decimal, with a point or a single comma."""
    return not math.isnan(finite_number(text))


def is_infinite(text: str) -> bool:
    """Whether a text is a number, but none that can be computed with.

    >>> is_infinite("-inf"), is_infinite("1e999"), is_infinite("12")
    (True, True, False)
    """
    try:
        return math.isinf(float(text))
    except ValueError:
        return False


def is_grouped(text: str) -> bool:
    """Whether a text is a number with separators of thousands that cannot be read as a decimal.

    >>> [is_grouped(text) for text in ("1,234,567", "1.234,5", "1 234", "1,234", "12.5")]
    [True, True, True, False, False]
    """
    return _GROUPED.fullmatch(text) is not None and not is_number(text)


def may_be_grouped(text: str) -> bool:
    """Whether the comma of a text that is read as a decimal may separate thousands.

    >>> [may_be_grouped(text) for text in ("1,234", "0,234", "1,23", "1.234")]
    [True, False, False, False]
    """
    return _ONE_GROUP.fullmatch(text) is not None


def days(texts: list[str | None]) -> np.ndarray:
    """Days since 1970 of dates; NaN for what is none, shape as given."""
    return np.array([math.nan if text is None else days_since_epoch(text) for text in texts], dtype=float)
