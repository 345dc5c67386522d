"""Times, numbers and JSON in cells."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.domain.errors import UsageError
from leadscore.domain.time import format_instant, parse_instant, to_micros
from leadscore.ingest.column_reader import ColumnReader, TimeReading, UnreadableError, read_object, read_scaled
from leadscore.ingest.mapping import MappedChunk
from leadscore.ingest.rows import RawChunk


def read_times(*texts, **reading):
    columns = {"at": list(texts)}
    reader = ColumnReader(
        MappedChunk(RawChunk(list(range(1, len(texts) + 1)), columns), columns), TimeReading(**reading)
    )
    return reader.instants("at"), reader


def at(text):
    return parse_instant(text).at


def test_times_with_a_zone_are_exact_and_bring_no_warning():
    values, reader = read_times("2026-03-01T12:00:00.000001Z", "2026-03-01T13:00:00+01:00", "2026-03-01 12:00:00-0030")
    assert values == [at("2026-03-01T12:00:00Z") + 1, at("2026-03-01T12:00:00Z"), at("2026-03-01T12:30:00Z")]
    assert reader.zoneless == set()


def test_times_without_a_zone_are_read_in_the_zone_of_the_mapping_and_noted():
    values, reader = read_times("2026-07-01", " 2026-07-01 12:00 ", timezone="Europe/Madrid")
    assert values == [at("2026-06-30T22:00:00Z"), at("2026-07-01T10:00:00Z")]
    assert reader.zoneless == {"at"}


def test_day_counts_are_days_from_day_zero_in_that_zone_across_clock_changes():
    values, reader = read_times(
        "0", "-1", "+60", "12.0", "2026-01-01T00:00:00Z", day_zero="2026-03-01", timezone="Europe/Madrid"
    )
    assert values == [
        at("2026-02-28T23:00:00Z"),
        at("2026-02-27T23:00:00Z"),
        at("2026-04-29T22:00:00Z"),
        at("2026-03-12T23:00:00Z"),
        at("2026-01-01T00:00:00Z"),
    ]
    assert (reader.faults, reader.zoneless) == ({}, set())


@pytest.mark.parametrize(
    "text",
    [
        "1969-12-31T23:59:59Z",
        "2201-01-01T00:00:00Z",
        "0001-01-01",
        "9999-12-31",
        "12",
        "99999-01-01",
        "2026-02-30",
        "NaN",
        "0000-00-00",
    ],
)
def test_a_time_that_is_none_or_far_away_is_a_fault(text):
    values, reader = read_times(text)
    assert values == [None]
    assert [fault.code for fault in reader.faults[0]] == ["LS-ROW-02"]


def test_a_day_count_far_away_is_a_fault():
    values, reader = read_times("99999999", "90000", "1.5", day_zero="2026-01-01")
    assert values == [None, None, None]
    assert sorted(reader.faults) == [0, 1, 2]


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 12, 31)), st.integers(-840, 840))
def test_instants_are_read_back_exactly(moment, offset_minutes):
    instant = to_micros(moment.replace(tzinfo=UTC))
    shown = (moment + timedelta(minutes=offset_minutes)).isoformat()
    sign = "-" if offset_minutes < 0 else "+"
    shown += f"{sign}{abs(offset_minutes) // 60:02d}:{abs(offset_minutes) % 60:02d}"
    assert read_times(format_instant(instant), shown)[0] == [instant, instant]


@pytest.mark.parametrize(
    ("text", "thousandths"),
    [
        ("1", 1_000),
        (" 2.5 ", 2_500),
        ("0.0005", 0),
        ("0.0015", 2),
        ("-0.0005", 0),
        ("1e3", 1_000_000),
        ("1E-9", 0),
        ("+7", 7_000),
    ],
)
def test_numbers_are_rounded_half_to_even(text, thousandths):
    assert read_scaled(text, 1_000) == thousandths


@pytest.mark.parametrize(
    "text",
    ["abc", "NaN", "Infinity", "-inf", "1,5", "1_000", "1 000", "$5", "0x10", "sNaN", "1e400", "9" * 30, "1e999999999"],
)
def test_only_what_is_no_number_or_too_large_is_refused(text):
    with pytest.raises(UnreadableError):
        read_scaled(text, 1_000)


@given(st.integers(-(2**63), 2**63 - 1))
def test_thousandths_survive_a_round_trip_as_decimal_text(scaled):
    assert read_scaled(str(Decimal(scaled).scaleb(-3)), 1_000) == scaled


def test_json_objects_are_kept_in_one_form():
    assert read_object(' {"b": [1, NaN], "a": "\\u0000"} ') == '{"a":"\ufffd","b":[1,null]}'
    assert read_object("{}") is None
    for text in ("[1]", "3", "{'a': 1}", '{"a"'):
        with pytest.raises(UnreadableError):
            read_object(text)


@pytest.mark.parametrize(
    "reading", [{"timezone": "Mars/Olympus"}, {"timezone": "../../etc/passwd"}, {"day_zero": "first of May"}]
)
def test_a_reading_that_means_nothing_is_a_usage_error(reading):
    with pytest.raises(UsageError, match="LS-CONFIG-02"):
        TimeReading(**reading).check("configs/mapping.yaml")
