"""The label column of a table: which rows converted, which did not, which say neither."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from leadscore.dataset.table import TableRequest
from leadscore.domain.errors import DataError, UsageError
from leadscore.domain.notice import Notice, rows_named, unheard
from leadscore.features.table_columns import text_of

_POSITIVE = ("1", "true", "yes", "won", "y", "t")
_NO_LABEL = ("", "nan", "nat", "<na>")
_MOST_NAMED = 12


@dataclass
class _Value:
    """A label value: how it is spelt, on how many rows, and on which first (1-based)."""

    spellings: list[str]
    rows: int
    first_row: int

    def __str__(self) -> str:
        return f"{self.spellings[0]} ({rows_named(self.rows)}, first row {self.first_row})"


def labels_of(frame: pd.DataFrame, request: TableRequest, where: str, notice: Notice = unheard) -> np.ndarray:
    """Labels of the rows: 1 converted, 0 not, -1 unlabelled; shape (n,), int8.

    Capitals make no difference. `notice` hears of spellings taken as one and of rows left without a label.
    Raises   UsageError [LS-USAGE-01] naming the values if they do not say which one means converted;
             DataError [LS-DATA-02] if only one class is there.
    """
    texts = [_label_text(value) for value in frame[request.target]]
    keys = [None if text is None else text.casefold() for text in texts]
    found: dict[str, _Value] = {}
    for row, (key, text) in enumerate(zip(keys, texts, strict=True), start=1):
        if key is not None and text is not None:
            value = found.setdefault(key, _Value([], 0, row))
            value.rows += 1
            value.spellings += [text] if text not in value.spellings else []
    place = f"{where}, column {request.target}"
    positive, negative = _sides(found, request, place)
    _note_spellings(found, place, notice)
    _note_unlabelled(found, keys, (positive, negative), place, notice)
    return np.array([1 if key == positive else 0 if key == negative else -1 for key in keys], dtype=np.int8)


def _sides(found: dict[str, _Value], request: TableRequest, place: str) -> tuple[str, str]:
    """The keys of the values that mean converted and not."""
    if len(found) < 2:
        only = f"only the value {_named(found)} is there" if found else "every cell is empty"
        raise DataError("LS-DATA-02", where=place, found=only, fix="export leads that converted and leads that did not")
    asked = {"--positive": _key(request.positive), "--negative": _key(request.negative)}
    absent = [f"{option} {key!r} stands in no row" for option, key in asked.items() if key and key not in found]
    positive, negative = asked.values()
    if positive is not None and positive == negative:
        absent.append(f"--positive and --negative both name {positive!r}")
    if positive is None and len(found) == 2:
        positive = next((key for key in found if key in _POSITIVE and key != negative), None)
    if negative is None and len(found) == 2:
        negative = next(key for key in found if key != positive)
    if absent or positive is None or negative is None:
        raise UsageError(
            "LS-USAGE-01",
            where=place,
            found="; ".join([*absent, f"its values are {_named(found)}"]),
            fix="say which mean converted and not: --positive VALUE --negative VALUE; or mend the other values",
        )
    return positive, negative


def _note_spellings(found: dict[str, _Value], place: str, notice: Notice) -> None:
    for value in found.values():
        if len(value.spellings) > 1:
            notice(f"{place}: {', '.join(sorted(value.spellings))} are taken as one value; write it in one way")


def _note_unlabelled(
    found: dict[str, _Value], keys: list[str | None], sides: tuple[str, str], place: str, notice: Notice
) -> None:
    empty = [row for row, key in enumerate(keys, start=1) if key is None]
    if empty:
        notice(f"{place}: no label in {rows_named(len(empty))}, first row {empty[0]}; left out, fill them in")
    neither = {key: value for key, value in found.items() if key not in sides}
    if neither:
        rows = rows_named(sum(value.rows for value in neither.values()))
        notice(f"{place}: neither {' nor '.join(sides)} in {rows}, which are left out: {_named(neither)}")


def _named(found: dict[str, _Value]) -> str:
    values = sorted(found.values(), key=lambda value: (-value.rows, value.spellings[0]))
    more = f" and {len(values) - _MOST_NAMED:,} more" if len(values) > _MOST_NAMED else ""
    return ", ".join(map(str, values[:_MOST_NAMED])) + more


def _key(option: str | None) -> str | None:
    text = _label_text(option)
    return None if text is None else text.casefold()


def _label_text(value: object) -> str | None:
    """As `text_of`, but words such as "none" are labels: only an empty cell is none."""
    text = text_of(value)
    if text is not None or value is None:
        return text
    word = str(value).strip()
    return None if word.lower() in _NO_LABEL else word
