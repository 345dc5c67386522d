"""The rows of a table from the oldest to the newest."""

import math

import numpy as np
import pandas as pd

from leadscore.dataset.table import TableRequest
from leadscore.domain.errors import DataError
from leadscore.domain.notice import Notice, rows_named, unheard
from leadscore.domain.time import DAY_US, format_instant, parse_instant
from leadscore.features.feature_set import days_since_epoch, finite_number
from leadscore.features.table_columns import text_of
from leadscore.ingest.column_reader import EARLIEST_AT, LATEST_AT

_MOST_NAMED = 10
STRAY_DAYS, STRAY_SHARE = 180, 0.01
"""Times are strays if they lie so many days after all others, and are no more than that share of all."""


def time_order(
    frame: pd.DataFrame, request: TableRequest, seed: int, where: str = "", notice: Notice = unheard
) -> np.ndarray:
    """Row positions from the oldest to the newest: by the time column, else file order, else shuffled.

    `notice` hears of times of which some name a zone and others do not.
    Raises   DataError [LS-TIME-02] naming the rows whose time is none, or lies outside the years 1970 to 2200.
    """
    if request.time_column is None:
        return np.random.default_rng(seed).permutation(len(frame)) if request.shuffled else np.arange(len(frame))
    codes, distinct = pd.factorize(frame[request.time_column], use_na_sentinel=False)
    texts = [text_of(value) for value in distinct]
    counts = np.bincount(codes, minlength=len(texts))
    numbers = np.array([math.nan if text is None else finite_number(text) for text in texts])
    counted = np.isfinite(numbers)
    # One word among numbers is the word's fault, not that of every number.
    if counts[counted].sum() > counts[~counted].sum():
        moments = numbers
    else:
        moments = np.array([math.nan if text is None else _day(text) for text in texts])
    place = f"{where}, column {request.time_column}".removeprefix(", ")
    bad = np.flatnonzero(np.isnan(moments)[codes])
    if len(bad):
        raise _no_times(place, [(row + 1, texts[codes[row]]) for row in bad[:_MOST_NAMED].tolist()], len(bad))
    if moments is not numbers:
        _note_strays(moments[codes], place, notice)
        _note_zones([text or "" for text in texts], place, notice)
    return np.argsort(moments[codes], kind="stable")


def _note_strays(days: np.ndarray, place: str, notice: Notice) -> None:
    """Say which rows lie far after all others, as mistyped years do: they count as the newest, by which is judged."""
    order = np.argsort(days, kind="stable")
    last = order[max(0, len(order) - 1 - int(len(order) * STRAY_SHARE)) :]
    gaps = np.flatnonzero(np.diff(days[last]) > STRAY_DAYS)
    if len(gaps):
        strays = np.sort(last[gaps[0] + 1 :])
        first = format_instant(int(days[strays[0]]) * DAY_US)[:10]
        notice(
            f"{place}: {rows_named(len(strays))} more than {STRAY_DAYS} days after all others, first row "
            f"{strays[0] + 1}: {first}; they count as the newest, mend them if they are mistyped"
        )


def _day(text: str) -> float:
    day = days_since_epoch(text)
    return day if EARLIEST_AT <= day * DAY_US < LATEST_AT else math.nan


def _no_times(place: str, named: list[tuple[int, str | None]], count: int) -> DataError:
    told = "; ".join(f"row {row}: {'empty' if text is None else repr(text[:60])}" for row, text in named)
    more = f"; and {count - len(named):,} more" if count > len(named) else ""
    return DataError(
        "LS-TIME-02",
        where=place,
        found=f"no time in {rows_named(count)}: {told}{more}",
        allowed="ISO dates of the years 1970 to 2200, or numbers that rise with time",
        fix="mend these rows; or leave --time out if the file order is time order",
    )


def _note_zones(texts: list[str], place: str, notice: Notice) -> None:
    named = [parse_instant(text).zone_given for text in texts]
    if any(named) and not all(named):
        example = texts[named.index(False)]
        notice(f"{place}: times without a zone, such as {example!r}, are read as UTC beside others that name theirs")
