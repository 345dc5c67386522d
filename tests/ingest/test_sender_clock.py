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
