"""What a message says about a lead."""

import json

from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue, Lead
from leadscore.domain.time import SECOND_US, format_instant, parse_instant
from leadscore.ingest.envelope import parse_messages
from leadscore.ingest.tracking import first_seen, to_attributes, to_event

RECEIVED = parse_instant("2026-03-01T12:00:00Z").at


def messages(*items):
    return parse_messages(json.dumps({"batch": list(items)}).encode(), RECEIVED)


def one(**item):
    return messages({"userId": "u1", "messageId": "m1"} | item)[0]


def test_a_track_message_is_an_event_of_the_type_as_sent():
    message = one(
        type="track",
        event="Demo Requested",
        timestamp="2026-03-01T11:00:00Z",
        properties={"b": 1, "value": 12.3456, "revenue": 5},
        context={"campaign": {"name": "spring", "medium": "cpc", "source": "ads"}},
    )
    hour_ago = RECEIVED - 3_600 * SECOND_US
    expected = '{"b":1,"revenue":5,"value":12.3456}'
    assert to_event(message, RECEIVED) == Event(
        "m1", "u1", "Demo Requested", hour_ago, RECEIVED, 12_346, "cpc", "spring", expected
    )


def test_revenue_is_the_value_where_value_is_no_number():
    assert (
        to_event(one(type="track", event="x", properties={"value": "much", "revenue": "9.5"}), RECEIVED).value == 9_500
    )
    assert to_event(one(type="track", event="x", properties={"value": True}), RECEIVED).value is None
    assert to_event(one(type="track", event="x", properties={"value": 1e300}), RECEIVED).value is None


def test_views_have_types_of_their_own_and_keep_name_and_category():
    page = to_event(one(type="page", name="Pricing", category="Shop", properties={"name": "own", "url": "u"}), RECEIVED)
    assert (page.type, page.properties) == ("page_viewed", '{"category":"Shop","name":"own","url":"u"}')
    screen = to_event(one(type="screen", name=None), RECEIVED)
    assert (screen.type, screen.properties) == ("screen_viewed", None)


def test_properties_that_are_no_object_are_none():
    assert to_event(one(type="track", event="x", properties=[1]), RECEIVED).properties is None


def test_a_cleaned_event_says_so():
    (message,) = parse_messages(b'{"type":"track","event":"x","userId":"u","properties":{"a":NaN}}', RECEIVED)
    assert json.loads(to_event(message, RECEIVED).properties) == {"a": None, "_cleaned": True}


def test_identify_gives_scalar_traits_from_both_places_the_root_first():
    message = one(
        type="identify",
        traits={"industry": "software", "plan": None, "seats": 5, "vip": True, "company": {"name": "X"}, "tags": ["a"]},
        context={"traits": {"industry": "other", "country": "DE"}},
    )
    values = {value.name: value.value for value in to_attributes(message, RECEIVED)}
    assert values == {"industry": "software", "country": "DE", "plan": None, "seats": "5", "vip": "true"}
    assert all(value.known_at == RECEIVED for value in to_attributes(message, RECEIVED))
    assert to_event(message, RECEIVED) is None


def test_a_group_gives_its_id_as_account_and_its_traits():
    found = to_attributes(one(type="group", groupId=77, traits={"plan": "gold"}), RECEIVED)
    assert found == [
        AttributeValue("u1", "plan", "gold", RECEIVED),
        AttributeValue("u1", "account_id", "77", RECEIVED),
    ]


def test_an_alias_tells_only_that_its_user_exists_and_of_itself_not_even_that():
    assert first_seen([one(type="alias", previousId="u1")]) == []
    message = one(type="alias", previousId="a1")
    assert [lead.lead_id for lead in first_seen([message])] == ["u1"]
    assert to_event(message, RECEIVED) is None
    assert to_attributes(message, RECEIVED) == []


def test_a_lead_is_created_when_its_earliest_message_happened():
    hour, day = format_instant(RECEIVED - 3_600 * SECOND_US), format_instant(RECEIVED - 86_400 * SECOND_US)
    found = first_seen(
        messages(
            {"type": "track", "event": "x", "userId": "u1", "timestamp": hour},
            {"type": "page", "userId": "u1", "timestamp": day, "context": {"campaign": {"source": "google"}}},
            {"type": "identify", "anonymousId": "a1", "timestamp": "2099-01-01T00:00:00Z"},
        )
    )
    assert found == [Lead("u1", RECEIVED - 86_400 * SECOND_US, "google"), Lead("a1", RECEIVED, "tracking")]
