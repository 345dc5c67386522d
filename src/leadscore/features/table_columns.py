"""Columns of a flat table as features: what each holds, and how its cells become text that encoders understand."""

import math
from collections.abc import Mapping, Sequence
from datetime import date

from leadscore.domain.errors import DataError
from leadscore.features.definitions import Feature, named
from leadscore.features.feature_set import Encoder, FeatureSet

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "select", "unknown", "undefined", "-", "?", "nat", "<na>"})
MISSING_NUMBER = math.nan
PLAIN: tuple[str, ...] = ("attribute",)
_FIRST_DAY = date(1970, 1, 1).toordinal()
_TRUTHS = frozenset({"true", "false"})


def text_of(value: object) -> str | None:
    """A cell as trimmed text, or None if it is one of the spellings of "missing".

    >>> text_of(" Select "), text_of(3.0), text_of(True)
    (None, '3', 'true')
    """
    if isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    else:
        text = "" if value is None else str(value).strip()
    if text.lower() in MISSING:
        return None
    return text.lower() if text.lower() in _TRUTHS else text


def spelling_of(value: object) -> str:
    """How a cell without a value says so, in lower case.

    >>> spelling_of(" Select "), spelling_of(None)
    ('select', '')
    """
    return "" if value is None or value != value else str(value).strip().lower()  # noqa: PLR0124 - NaN


def column_features(columns: Mapping[str, Encoder], parts: Mapping[str, Sequence[str]] | None = None) -> FeatureSet:
    """The feature set of a table model: the features of one column after the other, in the columns' order.

    parts   the kinds of features made of a column, e.g. the month of a date; one plain feature where it is not named.
    """
    kinds = {name: (parts or {}).get(name, PLAIN) for name in columns}
    features = named([Feature("", kind, attribute=n, group=f"attribute:{n}") for n in columns for kind in kinds[n]])
    words = {f"attribute:{n}={code}": value for n, e in columns.items() for value, code in e.values.items()}
    return FeatureSet(features, dict(columns), words)


def column_names(features: FeatureSet) -> tuple[str, ...]:
    """The table's columns that a model reads, in matrix order."""
    names = (feature.attribute for feature in features.features if feature.attribute is not None)
    return tuple(dict.fromkeys(names))


def cell_number(value: object, encoder: Encoder) -> float:
    """A cell as a number; NaN where it is missing or cannot be read.

    >>> cell_number("Select", Encoder("category", {"select": 0})), cell_number("Select", Encoder("category", {}))
    (0.0, nan)
    """
    text = text_of(value)
    if text is None and encoder.kind == "category":
        return float(encoder.values.get(spelling_of(value), MISSING_NUMBER))
    return encoder.encode(text)


def part_of(kind: str, number: float) -> float:
    """What a feature takes from the number of its column: all of it, or the month or weekday of a date, from 0.

    >>> part_of("attribute_month", 31.5), part_of("attribute_weekday", 0.0), part_of("attribute", 31.5)
    (1.0, 3.0, 31.5)
    """
    if kind == "attribute" or math.isnan(number):
        return number
    day = date.fromordinal(_FIRST_DAY + math.floor(number))
    return float(day.month - 1 if kind == "attribute_month" else day.weekday())


def table_row(cells: Mapping[str, object], features: FeatureSet) -> list[float]:
    """One row of the matrix of a table model; NaN where a value is missing or cannot be read.

    cells    values by column name; unknown names are ignored.
    Raises   DataError [LS-DATA-03] naming the columns that are absent.
    """
    names = column_names(features)
    absent = [name for name in names if name not in cells]
    if absent:
        raise DataError("LS-DATA-03", found=f"column {', '.join(absent)} is missing", fix="add it, empty if need be")
    numbers = {name: cell_number(cells[name], features.encoders[name]) for name in names}
    return [part_of(f.kind, numbers[f.attribute]) for f in features.features if f.attribute is not None]
