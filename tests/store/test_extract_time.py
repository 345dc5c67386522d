"""To which instant the stored facts reach, whatever a few wrong dates say."""

from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue, Lead, LeadRow
from leadscore.domain.outcome import Outcome
from leadscore.domain.time import DAY_US
from leadscore.store.extract_time import latest_known_at
from leadscore.store.facts import insert_attributes, insert_events, insert_outcomes
from leadscore.store.leads import insert_leads

CENTURY = 36_500 * DAY_US


def events(count, at, prefix="e"):
    return [Event(f"{prefix}{n}", "L1", "a", at + n * DAY_US, at + n * DAY_US) for n in range(count)]


def test_the_latest_known_at_looks_at_every_kind_of_fact(store):
    assert latest_known_at(store) is None
    insert_events(store, [Event("e1", "L1", "a", 5, 7)])
    assert latest_known_at(store) == 7
    insert_attributes(store, [AttributeValue("L1", "industry", None, 300)])
    assert latest_known_at(store) == 300
    insert_outcomes(store, [Outcome("L1", "won", 900, 950, 100, "price")])
    assert latest_known_at(store) == 950
    insert_leads(store, [LeadRow(Lead("L9", 2_000, "web"), (), ())], 1_000)
    assert latest_known_at(store) == 2_000


def test_a_few_facts_of_another_century_are_named_and_not_counted(store):
    insert_events(store, events(300, 0))
    insert_outcomes(store, [Outcome("L7", "won", CENTURY, CENTURY)])
    insert_attributes(store, [AttributeValue("L8", "industry", "x", CENTURY + 900 * DAY_US)])
    heard = []
    assert latest_known_at(store, heard.append) == 299 * DAY_US
    (told,) = heard
    assert "2 of 302 facts" in told
    assert "attributes: lead L8" in told
    assert "outcomes: lead L7" in told
    assert "1970-10-27" in told


def test_facts_that_follow_soon_or_are_many_are_the_present(store):
    insert_events(store, events(300, 0))
    insert_outcomes(store, [Outcome("L7", "won", 400 * DAY_US, 400 * DAY_US)])
    heard = []
    assert latest_known_at(store, heard.append) == 400 * DAY_US
    insert_events(store, events(10, CENTURY, "later"))
    assert latest_known_at(store, heard.append) == CENTURY + 9 * DAY_US
    assert heard == []
