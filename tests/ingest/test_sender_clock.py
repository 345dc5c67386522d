"""When a message happened, though clocks differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.domain.time import HOUR_US, SECOND_US, format_instant, parse_instant
from leadscore.ingest.sender_clock import occurred_at

RECEIVED = parse_instant("2026-03-01T12:00:00Z").at


def ago(seconds):
    return format_instant(RECEIVED - seconds * SECOND_US)


def test_a_right_clock_is_believed():
    assert occurred_at({"timestamp": ago(60), "sentAt": ago(1)}, RECEIVED) == RECEIVED - 60 * SECOND_US


def test_a_clock_that_is_hours_fast_or_slow_gives_the_delay_by_our_clock():
    for wrong in (-7_200, 7_200):
        message = {"timestamp": ago(30 + wrong), "sentAt": ago(wrong)}
        assert occurred_at(message, RECEIVED) == RECEIVED - 30 * SECOND_US


def test_history_sent_with_explicit_times_keeps_them():
    message = {"timestamp": "2024-01-01T00:00:00Z", "sentAt": ago(1)}
    assert occurred_at(message, RECEIVED) == parse_instant("2024-01-01T00:00:00Z").at


def test_the_original_timestamp_serves_where_there_is_no_timestamp():
    assert occurred_at({"originalTimestamp": ago(60), "sentAt": ago(0)}, RECEIVED) == RECEIVED - 60 * SECOND_US


def test_without_sent_at_the_named_time_stands_but_never_after_reception():
    assert occurred_at({"timestamp": ago(60)}, RECEIVED) == RECEIVED - 60 * SECOND_US
    assert occurred_at({"timestamp": ago(-60)}, RECEIVED) == RECEIVED


def test_a_message_sent_before_it_happened_is_not_corrected():
    message = {"timestamp": ago(100), "sentAt": ago(500)}
    assert occurred_at(message, RECEIVED) == RECEIVED - 100 * SECOND_US


@pytest.mark.parametrize("junk", [None, "", "soon", 12345, "1969-01-01", "2500-01-01T00:00:00Z", {}, True])
def test_junk_time_is_the_time_of_reception(junk):
    assert occurred_at({"timestamp": junk, "sentAt": ago(5)}, RECEIVED) == RECEIVED


micros = st.integers(RECEIVED - 100 * HOUR_US, RECEIVED + 100 * HOUR_US).map(format_instant)


@given(
    st.fixed_dictionaries(
        {}, optional={"timestamp": micros, "sentAt": micros | st.just("junk"), "originalTimestamp": micros}
    )
)
def test_nothing_happens_after_it_was_received(message):
    assert 0 <= occurred_at(message, RECEIVED) <= RECEIVED


YEAR = 365 * 86_400


@pytest.mark.parametrize("years", [-10, -1, 1, 10])
def test_a_clock_that_is_years_wrong_gives_the_delay_by_our_clock(years):
    wrong = years * YEAR
    for delay in (0, 30, 7 * 86_400):
        message = {"timestamp": ago(delay + wrong), "sentAt": ago(wrong)}
        assert occurred_at(message, RECEIVED) == RECEIVED - delay * SECOND_US


def test_a_leap_day_by_either_clock_is_a_day():
    received = parse_instant("2028-03-01T00:00:10Z").at
    by_four_years = {"timestamp": "2024-02-29T23:59:50Z", "sentAt": "2024-03-01T00:00:10Z"}
    assert occurred_at(by_four_years, received) == parse_instant("2028-02-29T23:59:50Z").at
    by_a_year = {"timestamp": "2027-02-28T23:59:50Z", "sentAt": "2027-03-01T00:00:10Z"}
    assert occurred_at(by_a_year, received) == parse_instant("2028-02-29T23:59:50Z").at


def test_an_hour_that_clocks_skip_or_repeat_is_told_apart_by_its_offset():
    received = parse_instant("2026-10-25T02:00:00Z").at
    first, second = ({"timestamp": f"2026-10-25T02:30:00{zone}"} for zone in ("+02:00", "+01:00"))
    assert occurred_at(second, received) - occurred_at(first, received) == HOUR_US


def test_a_clock_that_is_set_back_between_event_and_sending_moves_nothing():
    message = {"timestamp": ago(60), "sentAt": ago(3_660)}
    assert occurred_at(message, RECEIVED) == RECEIVED - 60 * SECOND_US


@pytest.mark.parametrize("seconds", [0, 1])
def test_the_time_that_a_request_takes_is_no_wrong_clock(seconds):
    message = {"timestamp": ago(60), "sentAt": ago(seconds)}
    assert occurred_at(message, RECEIVED) == RECEIVED - 60 * SECOND_US


ODD = st.text() | st.sampled_from(
    [
        "2026-02-29T00:00:00Z",
        "2026-03-01T23:59:60Z",
        "0000-00-00T00:00:00Z",
        "9999-12-31T23:59:59+14:00",
        "0001-01-01T00:00:00-14:00",
        "-1",
        "1e99",
        "NaN",
        "2026-03-01T12:00:00.0000000000000001Z",
        "٢٠٢٦-٠٣-٠١",
    ]
)
EXTREME = st.datetimes().map(lambda moment: moment.isoformat() + "Z") | ODD | st.integers() | st.none() | st.floats()


@given(st.fixed_dictionaries({}, optional={"timestamp": EXTREME, "sentAt": EXTREME, "originalTimestamp": EXTREME}))
def test_no_time_that_can_be_sent_does_harm(message):
    assert 0 <= occurred_at(message, RECEIVED) <= RECEIVED
