"""Columns of a flat table turned into numbers, one value at a time, the same way in training and in serving."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from leadscore.domain.errors import DataError
from leadscore.domain.time import DAY_US, parse_instant

CODE_VERSION = 1
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "select", "unknown", "undefined", "-", "?", "nat", "<na>"})


@dataclass(frozen=True, slots=True)
class Column:
    """One input column of a table model.

    kind    "number", "date" (days since 1970) or "category".
    values  category -> code; what is not listed gets the code len(values).
    """

    name: str
    kind: str
    values: dict[str, int]


def text_of(value: object) -> str | None:
    """A cell as trimmed text, or None if it is one of the spellings of "missing".

    >>> text_of(" Select "), text_of(3.0), text_of(True)
    (None, '3', 'true')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    else:
        text = "" if value is None else str(value).strip()
    if text.lower() in MISSING:
        return None
    return text.lower() if text.lower() in {"true", "false"} else text


def as_number(text: str) -> float | None:
    """A text as a finite number, a decimal comma included, or None.

    >>> as_number("4,857"), as_number("1e3"), as_number("inf"), as_number("a")
    (4.857, 1000.0, None, None)
    """
    try:
        number = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def as_days(text: str) -> float | None:
    """An ISO date or date-time as days since 1970, or None."""
    if len(text) < 8 or not text[:4].isdigit():
        return None
    try:
        return parse_instant(text).at / DAY_US
    except DataError:
        return None


@dataclass(frozen=True)
class TableColumns:
    """The input columns of a table model, in the order of its matrix."""

    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in matrix order."""
        return tuple(column.name for column in self.columns)

    @property
    def categorical(self) -> tuple[int, ...]:
        """Matrix positions of categorical columns."""
        return tuple(number for number, column in enumerate(self.columns) if column.kind == "category")

    @property
    def fingerprint(self) -> str:
        """Hash of the definitions; a model refuses inputs made by others."""
        return "sha256:" + hashlib.sha256(f"{CODE_VERSION}{self.to_json()}".encode()).hexdigest()[:16]

    def to_json(self) -> str:
        """Canonical JSON; `from_json` reads it back."""
        return json.dumps({"kind": "table", "columns": [asdict(column) for column in self.columns]}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "TableColumns":
        """Read what `to_json` wrote."""
        return cls(tuple(Column(**item) for item in json.loads(text)["columns"]))

    def row(self, cells: Mapping[str, object]) -> list[float]:
        """One row of the matrix; NaN where a value is missing or cannot be read.

        cells    values by column name; unknown names are ignored.
        Raises   DataError [LS-DATA-03] naming the columns that are absent.
        """
        absent = [name for name in self.names if name not in cells]
        if absent:
            raise DataError(
                "LS-DATA-03", found=f"column {', '.join(absent)} is missing", fix="add it, empty if need be"
            )
        return [encode(column, text_of(cells[column.name])) for column in self.columns]


def encode(column: Column, text: str | None) -> float:
    """One cell as the number the model sees; NaN if missing or not of the column's kind."""
    if text is None:
        return math.nan
    if column.kind == "category":
        return float(column.values.get(text, len(column.values)))
    number = as_number(text) if column.kind == "number" else as_days(text)
    return math.nan if number is None else number


def learn_column(name: str, texts: Sequence[str | None], *, max_categories: int, min_rows: int) -> Column | None:
    """Find out what a column holds; None if nothing can be learnt from it.

    texts           cells by `text_of`, shape (n,).
    max_categories  most frequent values told apart.
    min_rows        a value on fewer rows is not stored.
    Returns         None for a constant column and for an identifier (nearly every row has its own value).
    """
    present = [text for text in texts if text is not None]
    if not present:
        return None
    if all(as_number(text) is not None for text in present):
        constant = len({as_number(text) for text in present}) == 1 and len(present) == len(texts)
        return None if constant else Column(name, "number", {})
    if all(as_days(text) is not None for text in present):
        return Column(name, "date", {})
    counts: dict[str, int] = {}
    for text in present:
        counts[text] = counts.get(text, 0) + 1
    if len(counts) == 1 and len(present) == len(texts):
        return None
    if len(counts) > 50 and len(counts) > 0.5 * len(present):
        return None
    ranked = sorted((text for text in counts if counts[text] >= min_rows), key=lambda text: (-counts[text], text))
    return Column(name, "category", {text: code for code, text in enumerate(ranked[:max_categories])})
