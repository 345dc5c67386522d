"""What the columns of a table hold, learned from its training rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from leadscore.features.column_kinds import FEWEST_NUMBERS, ColumnKind, ColumnTexts, category, kind_of
from leadscore.features.feature_set import Encoder, FeatureSet
from leadscore.features.table_columns import PLAIN, column_features, spelling_of, text_of

YEAR, MONTH = 365, 28
"""Days that dates must span for their month, or their weekday, to be told apart."""
FOLLOWS, FEWEST_DATES = 0.9, 50
"""Rank correlation with the order of the rows from which on a date is that order: of no use for the rows to come."""


@dataclass(frozen=True)
class ColumnStudy:
    """The columns to learn from, and those left out.

    parts      the kinds of features made of each column.
    left_out   name -> rule and evidence, of identifiers and free text.
    """

    encoders: dict[str, Encoder]
    parts: dict[str, Sequence[str]]
    left_out: dict[str, tuple[str, str]]

    def features(self, without: Collection[str] = ()) -> FeatureSet:
        """The feature set of the columns, some left out."""
        return column_features({n: e for n, e in self.encoders.items() if n not in without}, self.parts)


def study_columns(
    frame: pd.DataFrame,
    skip: Collection[str],
    *,
    max_categories: int,
    min_rows: int,
    keep: Collection[str] = (),
    in_time: bool = True,
) -> ColumnStudy:
    """Find out what each column holds, from the rows given (training rows only), in order of time if in_time.

    keep   columns that are learned from although they look like identifiers or free text.
    """
    encoders: dict[str, Encoder] = {}
    parts: dict[str, Sequence[str]] = {}
    left_out: dict[str, tuple[str, str]] = {}
    for name in map(str, frame.columns):
        if name in skip:
            continue
        codes, texts = _texts(frame[name])
        kind = kind_of(texts, max_categories=max_categories, min_rows=min_rows)
        if kind.encoder is None and kind.rule and name in keep:
            kind = _kept(texts, max_categories, min_rows)
        if kind.encoder is not None:
            found = _date_parts(texts, codes, in_time) if kind.encoder.kind == "date" else PLAIN
            if found:
                encoders[name], parts[name] = kind.encoder, found
        elif kind.rule:
            left_out[name] = (kind.rule, f"{name} {kind.evidence}")
    return ColumnStudy(encoders, parts, left_out)


def _texts(cells: "pd.Series[str]") -> tuple[np.ndarray, ColumnTexts]:
    """Position of each row's text among the distinct texts (-1 where missing), and the texts."""
    numbers, distinct = pd.factorize(cells, use_na_sentinel=False)
    rows = np.bincount(numbers, minlength=len(distinct))
    counts: dict[str, int] = {}
    spellings: dict[str, int] = {}
    places: dict[str, int] = {}
    place = np.full(len(distinct), -1)
    for number, value in enumerate(distinct):
        text = text_of(value)
        held = spellings if text is None else counts
        key = spelling_of(value) if text is None else text
        held[key] = held.get(key, 0) + int(rows[number])
        if text is not None:
            place[number] = places.setdefault(text, len(places))
    codes = place[numbers]
    once = len(counts) == sum(counts.values()) >= FEWEST_NUMBERS
    in_turn = [Encoder("number", {}).encode(text) for text in counts] if once else []
    return codes, ColumnTexts(counts, spellings, in_turn)


def _kept(texts: ColumnTexts, max_categories: int, min_rows: int) -> ColumnKind:
    """A column used on request although it looks like an identifier: as numbers if it holds numbers."""
    numbers = Encoder("number", {})
    if all(numbers.encode(text) == numbers.encode(text) for text in texts.counts):
        return ColumnKind(numbers)
    return ColumnKind(category(texts, max_categories=max_categories, min_rows=min_rows))


def _date_parts(texts: ColumnTexts, codes: np.ndarray, in_time: bool) -> tuple[str, ...]:
    """What to make of a column of dates: the day, if it says more than the order of the rows, month and weekday."""
    days = np.array([Encoder("date", {}).encode(text) for text in texts.counts])[codes[codes >= 0]]
    days = days[~np.isnan(days)]
    span = float(np.ptp(days))
    found: list[str] = []
    ranks = pd.Series(days).rank().to_numpy()
    follows = in_time and len(days) >= FEWEST_DATES and span > 0
    if not (follows and abs(np.corrcoef(ranks, np.arange(len(ranks)))[0, 1]) > FOLLOWS):
        found.append("attribute")
    if span >= YEAR:
        found.append("attribute_month")
    if span >= MONTH and len(np.unique(np.floor(days) % 7)) > 1:
        found.append("attribute_weekday")
    return tuple(found)
