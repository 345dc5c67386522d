"""Columns of text to columns of values: each distinct text is read once, each fault is noted with its row."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadscore.domain.errors import DataError, UsageError
from leadscore.domain.time import parse_instant, to_micros
from leadscore.ingest.clean import canonical_json, cleaned, read_json
from leadscore.ingest.mapping import MappedChunk
from leadscore.ingest.network_addresses import truncate_ips
from leadscore.ingest.rows import RowFault

ID_LENGTH = 255
"""Longest id, name or type, in characters; longer ones fit no index of PostgreSQL."""
EARLIEST_AT = 0
LATEST_AT = parse_instant("2201-01-01").at
"""Times outside 1970..2200 are mistakes: ages and decays computed from them would be nonsense."""
_INT64 = 2**63
_DECIMAL = "a number with a decimal point and no thousands separators, e.g. 1234.5"

Value = TypeVar("Value")


class UnreadableError(Exception):
    """A text has the wrong form; carries what was found and what is allowed."""

    def __init__(self, found: str, allowed: str = "") -> None:
        super().__init__(found)
        self.found, self.allowed = found, allowed


@dataclass(frozen=True)
class TimeReading:
    """How times without a zone are read, and which day 0 is if a file counts days."""

    timezone: str = "UTC"
    day_zero: str | None = None

    def check(self, where: str) -> None:
        """Make sure both settings mean something.

        Raises   UsageError [LS-CONFIG-02].
        """
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise UsageError(
                "LS-CONFIG-02",
                where=where,
                found=f"timezone {self.timezone!r} is unknown",
                allowed="an IANA name, e.g. Europe/Madrid",
            ) from error
        try:
            date.fromisoformat(self.day_zero or "1970-01-01")
        except ValueError as error:
            raise UsageError(
                "LS-CONFIG-02",
                where=where,
                found=f"day_zero {self.day_zero!r} is no date",
                allowed="a date, e.g. 2024-02-01",
            ) from error


class ColumnReader:
    """Reads the columns of one chunk.

    faults   place in the chunk -> every fault of that row, filled while reading.
    zoneless columns with times that name no zone.
    latest   column of times -> the latest one and its place in the chunk.
    """

    def __init__(self, chunk: MappedChunk, times: TimeReading) -> None:
        self._chunk, self._times = chunk, times
        self.faults: dict[int, list[RowFault]] = {}
        self.zoneless: set[str] = set()
        self.latest: dict[str, tuple[int, int]] = {}

    def texts(self, column: str, *, required: bool = False) -> list[str | None]:
        """A column as it is; blank is None."""
        return self._read(column, str, required)

    def ids(self, column: str) -> list[str | None]:
        """A column that no row may leave blank, each text short enough for an index."""
        texts = self._chunk.columns.get(column) or [None]
        # The usual case at the speed of C, since ids are the columns with most distinct texts.
        if all(texts) and max(map(len, map(str, texts))) <= ID_LENGTH and all(map(str.strip, map(str, texts))):
            return texts
        return self._read(column, read_id, required=True)

    def choices(self, column: str, allowed: tuple[str, ...]) -> list[str | None]:
        """A column that no row may leave blank, with few allowed texts."""

        def read(text: str) -> str:
            if text.strip().lower() not in allowed:
                raise UnreadableError(repr(text[:60]), ", ".join(allowed))
            return text.strip().lower()

        return self._read(column, read, required=True)

    def instants(self, column: str, *, required: bool = False) -> list[int | None]:
        """A column of dates or times, as epoch microseconds."""
        counts_days = self._times.day_zero is not None

        def read(text: str) -> int:
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                return self._instant(column, text)
            if counts_days or moment.tzinfo is None:
                return self._instant(column, text)
            return _checked(to_micros(moment), text)

        values = self._read(column, read, required)
        latest = max((at for at in set(values) if at is not None), default=None)
        if latest is not None:
            self.latest[column] = (latest, values.index(latest))
        return values

    def scaled(self, column: str, scale: int) -> list[int | None]:
        """A column of decimal numbers, times `scale`, rounded half to even."""
        return self._read(column, lambda text: read_scaled(text, scale), required=False)

    def objects(self, column: str) -> list[str | None]:
        """A column of JSON objects, each as its canonical text; an empty object is None."""
        return self._read(column, read_object, required=False)

    def blame(self, place: int, fault: RowFault) -> None:
        """Note a fault of a row."""
        self.faults.setdefault(place, []).append(fault)

    def _read(self, column: str, read: Callable[[str], Value], required: bool) -> list[Value | None]:
        texts = self._chunk.columns.get(column) or [None] * len(self._chunk)
        values: dict[str | None, Value | None] = {None: None}
        faults: dict[str | None, RowFault] = {}
        blank: set[str | None] = {None}
        for text in set(texts) - {None}:
            if text is None or not text.strip():
                values[text] = None
                blank.add(text)
                continue
            try:
                values[text] = read(text)
            except UnreadableError as error:
                values[text] = None
                faults[text] = RowFault("LS-ROW-02", column, error.found, error.allowed)
        if required:
            faults |= dict.fromkeys(blank, RowFault("LS-ROW-01", column, "it is empty"))
        if not faults.keys().isdisjoint(texts):
            for place, text in enumerate(texts):
                if text in faults:
                    self.blame(place, faults[text])
        return [values[text] for text in texts]

    def _instant(self, column: str, text: str) -> int:
        days = _day_count(text) if self._times.day_zero is not None else None
        if days is not None:
            at = self._day(days)
        else:
            try:
                parsed = parse_instant(text, self._times.timezone)
            except DataError as error:
                raise UnreadableError(error.found, error.allowed) from error
            at = parsed.at
            if not parsed.zone_given:
                self.zoneless.add(column)
        return _checked(at, text)

    def _day(self, days: int) -> int:
        try:
            day = date.fromisoformat(self._times.day_zero or "") + timedelta(days=days)
        except OverflowError as error:
            raise UnreadableError(f"day {days} is too far away", "a day in the years 1970 to 2200") from error
        return to_micros(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self._times.timezone)))


def read_id(text: str) -> str:
    """A text that is short enough for an index.

    Raises   UnreadableError.
    """
    if len(text) > ID_LENGTH:
        raise UnreadableError(f"{text[:30]!r}... has {len(text)} characters", f"at most {ID_LENGTH}")
    return text


def read_scaled(text: str, scale: int) -> int:
    """A decimal number times `scale`, rounded half to even.

    Raises   UnreadableError if it is no number or too large.

    >>> read_scaled("2.0005", 1_000), read_scaled("-1e3", 1_000)
    (2000, -1000000)
    """
    try:
        number = Decimal(text.strip()) if "_" not in text else Decimal("NaN")
        if not number.is_finite():
            raise UnreadableError(f"{text[:60]!r} is no number", _DECIMAL)
        scaled = round(number * scale) if number.adjusted() < len(str(_INT64)) else _INT64
    except InvalidOperation as error:
        raise UnreadableError(f"{text[:60]!r} is no number", _DECIMAL) from error
    if not -_INT64 <= scaled < _INT64:
        raise UnreadableError(f"{text[:60]!r} is too large", f"a number below {_INT64 // scale}")
    return scaled


def read_object(text: str) -> str | None:
    """A JSON object as its canonical text, IP addresses truncated; None if it is empty.

    Raises   UnreadableError.
    """
    try:
        found = cleaned(read_json(text))
    except ValueError as error:
        raise UnreadableError(f"it is no JSON: {error}"[:200], "a JSON object") from error
    if not isinstance(found, dict):
        raise UnreadableError(f"{json.dumps(found)[:60]} is no JSON object", "a JSON object")
    truncate_ips(found)
    return canonical_json(found) if found else None


def _checked(at: int, text: str) -> int:
    if not EARLIEST_AT <= at < LATEST_AT:
        raise UnreadableError(f"{text.strip()[:60]!r} is too far away", "a time in the years 1970 to 2200")
    return at


def _day_count(text: str) -> int | None:
    whole, _, fraction = text.strip().partition(".")
    digits = whole.removeprefix("-").removeprefix("+")
    return int(whole) if digits.isdecimal() and len(digits) < 9 and not fraction.strip("0") else None
