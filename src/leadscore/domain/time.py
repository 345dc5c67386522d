"""Instants as integer epoch microseconds, UTC: the only form of time that the core computes with."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from leadscore.domain.errors import DataError

SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US
DAY_US = 24 * HOUR_US
WEEK_US = 7 * DAY_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_OF_CLOCKS = datetime(1970, 1, 1)
EARLIEST_US = -62_135_596_800 * SECOND_US
LATEST_US = 253_402_300_799 * SECOND_US


class ParsedInstant(NamedTuple):
    """An instant read from text, and whether the text itself named its zone."""

    at: int
    zone_given: bool


def to_micros(moment: datetime) -> int:
    """Epoch microseconds of a moment that carries its zone.

    moment    timezone-aware.
    Returns   integer microseconds since 1970-01-01T00:00:00Z, exact (no float is involved).
    Raises    DataError [LS-TIME-01] if the moment has no zone.

    >>> to_micros(datetime(1970, 1, 2, tzinfo=UTC)) == DAY_US
    True
    """
    if moment.tzinfo is None:
        raise DataError("LS-TIME-01", found=f"{moment.isoformat()} has no time zone", fix="append Z or an offset")
    passed = moment - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * SECOND_US + passed.microseconds


def parse_instant(text: str, zone: str = "UTC") -> ParsedInstant:
    """Read an ISO 8601 date or date-time; one without a zone is read in `zone`.

    text      `2026-03-01`, `2026-03-01 12:00`, `2026-03-01T12:00:00.5Z`, `2026-03-01T12:00+02:00`.
    zone      IANA name for texts that name none.
    Returns   the instant in epoch microseconds, and whether the text named its zone.
    Raises    DataError [LS-TIME-02] if the text is no such date, or in UTC not in the years 1 to 9999.

    >>> parse_instant("1970-01-01T01:00:00+01:00").at
    0
    >>> parse_instant("1970-01-02").zone_given
    False
    """
    cleaned = text.strip()
    try:
        moment = datetime.fromisoformat(cleaned)
        zone_given = moment.tzinfo is not None
        at = to_micros(moment if zone_given else moment.replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone)))
        if not EARLIEST_US <= at <= LATEST_US:
            raise OverflowError("outside the years 1 to 9999")
    except (ValueError, OverflowError) as error:
        raise DataError(
            "LS-TIME-02", found=f"{text[:60]!r} is no date", allowed="ISO 8601, e.g. 2026-03-01T12:00:00Z"
        ) from error
    return ParsedInstant(at, zone_given)


def format_instant(at: int) -> str:
    """ISO 8601 text in UTC of an instant in epoch microseconds; `parse_instant` reads it back exactly.

    >>> format_instant(0)
    '1970-01-01T00:00:00Z'
    """
    return f"{(_EPOCH_OF_CLOCKS + timedelta(0, 0, at)).isoformat()}Z"


def monday_before(at: int) -> int:
    """The last Monday 00:00 UTC at or before an instant.

    >>> format_instant(monday_before(parse_instant("2026-11-21").at))
    '2026-11-16T00:00:00Z'
    """
    # 1970-01-01 was a Thursday, so Mondays lie four days into each epoch week.
    return at - (at - 4 * DAY_US) % WEEK_US
