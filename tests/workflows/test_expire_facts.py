"""What is older than it may be kept is gone within a day; without limits everything stays."""

import os
from dataclasses import replace

import pytest

from leadscore.config.load import load_settings
from leadscore.config.service import RetentionDays
from leadscore.domain.event import Event
from leadscore.domain.lead import Lead, LeadRow
from leadscore.domain.time import DAY_US, SECOND_US
from leadscore.store.dead_letters import DeadLetter, add_dead_letters
from leadscore.store.engine import writing
from leadscore.store.facts import insert_events
from leadscore.store.history import counts
from leadscore.store.leads import insert_leads
from leadscore.store.messages import MessageRecord, add_messages
from leadscore.workflows.expire_facts import expire
from leadscore.workflows.receive_events import receive

NOW = 1_790_000_000_000_000
AGES = (1, 29, 31, 400)


@pytest.fixture
def aged(store):
    insert_leads(store, [LeadRow(Lead("l", NOW - 900 * DAY_US, "web"), (), ())], NOW)
    at = [NOW - age * DAY_US for age in AGES]
    insert_events(store, [Event(f"e{when}", "l", "t", when, NOW) for when in at])
    with writing(store) as connection:
        add_messages(connection, [MessageRecord(f"m{when}", "track", "l", when) for when in at])
        add_dead_letters(connection, [DeadLetter(when, "c", "r", f'{{"at":{when}}}') for when in at])
    return store


def settings(home, **days):
    plain = load_settings(home)
    return replace(plain, service=plain.service.model_copy(update={"retention_days": RetentionDays(**days)}))


def test_without_limits_nothing_is_ever_deleted(aged, tmp_path):
    before = counts(aged)
    assert expire(settings(tmp_path), aged, NOW).to_dict() == {"rows": {}, "files": 0}
    assert counts(aged) == before


@pytest.mark.parametrize("name", ["events", "messages", "dead_letters"])
def test_rows_older_than_their_limit_go_and_no_others(aged, tmp_path, name):
    before = counts(aged)
    assert expire(settings(tmp_path, **{name: 30}), aged, NOW).rows == {name: 2}
    assert counts(aged) == before | {name: 2}
    assert expire(settings(tmp_path, **{name: 30}), aged, NOW).rows == {}
    assert expire(settings(tmp_path, **{name: 30}), aged, NOW + DAY_US + 1).rows == {name: 1}


def test_an_event_outlives_what_is_known_of_its_message(store, tmp_path):
    body = b'{"type":"track","event":"x","userId":"l","messageId":"m"}'
    assert receive(store, body, NOW - 31 * DAY_US).accepted == 1
    assert expire(settings(tmp_path, messages=30), store, NOW).rows == {"messages": 1}
    assert (counts(store)["events"], counts(store)["messages"]) == (1, 0)


def test_dead_letter_files_go_by_their_last_change(aged, tmp_path):
    folder = tmp_path / "data" / "dead-letters"
    folder.mkdir(parents=True)
    for age in AGES:
        path = folder / f"{age}.csv"
        path.touch()
        os.utime(path, times=(NOW / SECOND_US - age * 86_400,) * 2)
    assert expire(settings(tmp_path, dead_letters=30), aged, NOW).files == 2
    assert sorted(path.name for path in folder.iterdir()) == ["1.csv", "29.csv"]
