from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from leadscore.api.requests import EventPart, ScoreRequest, attribute_text, history_of
from leadscore.domain.errors import DataError
from leadscore.domain.time import parse_instant

AS_OF = parse_instant("2026-03-01").at
ZONES = st.one_of(st.none(), st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))))
MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES)


def event(**parts):
    return EventPart.model_validate({"type": "page_viewed", "occurred_at": "2026-02-01", **parts})


def history(lead, *events):
    return history_of(ScoreRequest.model_validate({"lead": lead, "events": list(events)}).asked(), AS_OF)


@given(MOMENTS)
def test_instants_are_read_as_files_are(moment):
    assert event(occurred_at=moment.isoformat()).occurred_at == parse_instant(moment.isoformat()).at


@pytest.mark.parametrize("text", ["2026-02-30", "1700000000", "", "now", 1700000000, None, True, 1.5])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValidationError):
        event(occurred_at=text)


@pytest.mark.parametrize(
    ("value", "stored"), [(3, 3000), (0.0005, 0), (0.0015, 2), ("1.5", 1500), (-2.5, -2500), (None, None)]
)
def test_values_become_thousandths_half_to_even(value, stored):
    (found,) = history({}, {"type": "a", "occurred_at": "2026-02-01", "value": value}).events
    assert found.value == stored


@pytest.mark.parametrize("value", ["x", float("nan"), float("inf"), 1e16, True])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValidationError):
        event(value=value)


def test_a_fact_is_known_when_it_happened_unless_told_otherwise():
    found = history({}, {"type": "a", "occurred_at": "2026-02-01"}).events[0]
    assert found.known_at == found.occurred_at
    later = {"type": "a", "occurred_at": "2026-02-01", "known_at": "2026-02-05"}
    assert history({}, later).events[0].known_at == parse_instant("2026-02-05").at


def test_a_lead_exists_from_its_first_event_on_unless_told_otherwise():
    first = {"type": "a", "occurred_at": "2026-01-05"}
    assert history({}).created_at == AS_OF
    assert history({}, {"type": "a", "occurred_at": "2026-01-20"}, first).created_at == parse_instant("2026-01-05").at
    assert history({}, {"type": "a", "occurred_at": "2027-01-20"}).created_at == AS_OF
    assert history({"created_at": "2026-01-01"}, first).created_at == parse_instant("2026-01-01").at


def test_a_lead_created_after_as_of_is_refused():
    with pytest.raises(DataError, match="LS-BODY-03"):
        history({"created_at": "2026-03-02"})


def test_members_that_are_no_fields_are_attributes_known_from_the_start():
    found = history({"source": "referral", "industry": "software", "size": 250, "created_at": "2026-01-01"})
    assert {(item.name, item.value, item.known_at) for item in found.attributes} == {
        ("source", "referral", found.created_at),
        ("industry", "software", found.created_at),
        ("size", "250", found.created_at),
    }


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, None),
        ("", None),
        ("x", "x"),
        (True, "true"),
        (False, "false"),
        (1, "1"),
        (0, "0"),
        (2.0, "2"),
        (2.5, "2.5"),
        (float("nan"), None),
        (float("inf"), None),
    ],
)
def test_attributes_become_the_text_that_a_file_would_hold(cell, text):
    assert attribute_text(cell) == text


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"])
def test_an_instant_outside_the_years_of_dates_is_refused(text):
    with pytest.raises(ValidationError, match="1 to 9999"):
        event(occurred_at=text)


def test_rows_of_an_events_file_can_be_sent_as_they_are():
    row = {"lead_id": "L1", "event_id": "e1", "properties": {"page": "/pricing"}, "channel": None}
    plain = history({}, {"type": "a", "occurred_at": "2026-02-01"}).events[0]
    found = history({}, {"type": "a", "occurred_at": "2026-02-01", **row}).events[0]
    assert (found.type, found.occurred_at, found.known_at) == (plain.type, plain.occurred_at, plain.known_at)
    assert event(properties='{"page": "/pricing"}')


def test_equal_moments_in_other_zones_are_one_instant():
    one = event(occurred_at="2026-02-01T12:00:00+02:00").occurred_at
    assert one == event(occurred_at=datetime(2026, 2, 1, 10, tzinfo=UTC).isoformat()).occurred_at
