"""What a column of a flat table holds, from its texts: numbers, dates, categories, or names of single leads."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from leadscore.features.feature_set import Encoder

READABLE_SHARE = 0.95
"""Share of the filled rows that must be numbers (or dates) for a column to be one; the rest counts as missing."""
FEWEST_DISTINCT, DISTINCT_SHARE = 50, 0.5
"""A column of texts with more distinct values than that, on more than that share of rows, names or describes a lead."""
WORDS_OF_TEXT, LENGTH_OF_TEXT = 3.0, 30.0
"""Words, or letters, of a mean cell from which on texts are written by people and no identifiers."""
FEWEST_NUMBERS, NUMBER_LENGTH = 200, 5
SPELLING_SHARE = 0.01
"""Share of rows from which on a second spelling of "missing" in a column is a value of its own."""


@dataclass(frozen=True)
class ColumnKind:
    """What was found: an encoder, or None with the rule and the evidence why there is nothing to learn from.

    rule   "" for a column of one value, "identifier" or "free_text" otherwise.
    """

    encoder: Encoder | None
    rule: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class ColumnTexts:
    """The distinct texts of a column in order of first sight.

    counts     text -> rows, missing ones left out.
    spellings  spelling of "missing" in lower case -> rows.
    in_turn    numbers of the rows in order of the rows, for columns that may be running numbers; may be empty.
    """

    counts: Mapping[str, int]
    spellings: Mapping[str, int]
    in_turn: Sequence[float] = ()

    @property
    def present(self) -> int:
        """Rows with a value."""
        return sum(self.counts.values())


def kind_of(texts: ColumnTexts, *, max_categories: int, min_rows: int) -> ColumnKind:
    """Find out what a column holds.

    max_categories  most frequent values told apart.
    min_rows        a value on fewer rows is not stored.
    """
    missing = sum(texts.spellings.values())
    if len(texts.counts) <= 1 and 0 in (texts.present, missing):
        return ColumnKind(None)
    for kind in ("number", "date"):
        encoder = Encoder(kind, {})
        if _readable(texts, encoder) >= READABLE_SHARE * texts.present and texts.present:
            found = _running_numbers(texts) if kind == "number" else ""
            return ColumnKind(None, "identifier", found) if found else ColumnKind(encoder)
    return named_or_category(texts, max_categories=max_categories, min_rows=min_rows)


def named_or_category(texts: ColumnTexts, *, max_categories: int, min_rows: int) -> ColumnKind:
    """A column of texts: categories, or names and descriptions of single leads."""
    distinct, present = len(texts.counts), texts.present
    if distinct > FEWEST_DISTINCT and distinct > DISTINCT_SHARE * present:
        words = sum(len(text.split()) * rows for text, rows in texts.counts.items()) / present
        length = sum(len(text) * rows for text, rows in texts.counts.items()) / present
        found = f"holds {distinct} different values on {present} rows"
        if words >= WORDS_OF_TEXT or length >= LENGTH_OF_TEXT:
            return ColumnKind(None, "free_text", f"{found}, {words:.0f} words each: text that people wrote")
        return ColumnKind(None, "identifier", f"{found}: it names a lead, it does not describe one")
    return ColumnKind(category(texts, max_categories=max_categories, min_rows=min_rows))


def category(texts: ColumnTexts, *, max_categories: int, min_rows: int) -> Encoder:
    """The encoder of the values on at least min_rows rows, the most frequent ones first; the others become one.

    One way of saying "missing" is missing. Where a column has several (an empty cell, and "Select" that nobody
    changed), each frequent word for it is kept as a value as well.
    """
    ranked = sorted((t for t, rows in texts.counts.items() if rows >= min_rows), key=lambda t: (-texts.counts[t], t))
    return Encoder(
        "category",
        {text: code for code, text in enumerate([*own_spellings(texts, min_rows), *ranked][:max_categories])},
    )


def own_spellings(texts: ColumnTexts, min_rows: int) -> list[str]:
    """The spellings of "missing" that are values of their own: the frequent words, if there are two ways to say it."""
    rows = texts.present + sum(texts.spellings.values())
    least = max(min_rows, SPELLING_SHARE * rows)
    frequent = sorted(spelling for spelling, count in texts.spellings.items() if count >= least)
    return [spelling for spelling in frequent if any(sign.isalpha() for sign in spelling)] if len(frequent) > 1 else []


def _readable(texts: ColumnTexts, encoder: Encoder) -> int:
    """Rows whose text the encoder reads; stops looking when too many were not."""
    bearable = (1 - READABLE_SHARE) * texts.present
    unread = 0
    for text, rows in texts.counts.items():
        unread += rows if math.isnan(encoder.encode(text)) else 0
        if unread > bearable:
            return 0
    return texts.present - unread


def _running_numbers(texts: ColumnTexts) -> str:
    """Why a column of numbers is an identifier; "" if it is none."""
    numbers = [Encoder("number", {}).encode(text) for text in texts.counts]
    count = len(numbers)
    if count < FEWEST_NUMBERS or count < texts.present or any(not number.is_integer() for number in numbers):
        return ""
    low, high = min(numbers), max(numbers)
    steps = list(pairwise(texts.in_turn))
    ups = sum(after > before for before, after in steps)
    if steps and max(ups, len(steps) - ups) >= 0.98 * len(steps):
        return f"holds {count} different whole numbers that run with the order of the rows: a serial number"
    if high - low < 3 * count:
        return f"holds {count} different whole numbers from {low:.0f} to {high:.0f}, each once: a serial number"
    if low > 0 and len(f"{low:.0f}") == len(f"{high:.0f}") >= NUMBER_LENGTH:
        return f"holds {count} different whole numbers of {len(f'{high:.0f}')} digits, each once: an identifier"
    return ""
