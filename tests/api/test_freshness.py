"""Scores follow their facts: soon after an event, after a restart, after silence, and never of an erased lead."""

import time
import uuid
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from anyio import CapacityLimiter

from leadscore.api import freshness
from leadscore.api.freshness import AT_ONCE, Freshness
from leadscore.config.load import load_settings
from leadscore.config.service import ServiceConfig
from leadscore.domain.event import Event
from leadscore.domain.lead import Lead, LeadRow
from leadscore.domain.outcome import Outcome
from leadscore.domain.time import DAY_US, HOUR_US, SECOND_US, format_instant
from leadscore.modeling.artifact import load_artifact
from leadscore.store.engine import reading
from leadscore.store.facts import insert_events, insert_outcomes
from leadscore.store.freshness import Looked
from leadscore.store.leads import insert_leads
from leadscore.store.links import split
from leadscore.store.scored_leads import scores_of
from leadscore.store.scores import latest_score
from leadscore.store.tables import FRESHNESS, SCORES
from leadscore.workflows.erase_lead import erase_leads
from leadscore.workflows.receive_events import receive_all
from leadscore.workflows.score_lead import ScoringService

from .messages import delivery

START = 1_800_000_000 * SECOND_US
PATIENCE_SECONDS = 30


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


class Line:
    """A store that takes messages in, and what refreshes its scores, stepped by hand at times of a test's own."""

    def __init__(self, store, artifact, home, **options):
        self.store, self.artifact, self.home = store, artifact, home
        self.clock, self.freshness = Clock(), None
        self.scoring = ScoringService(artifact, load_settings(home).routing, store)
        self.start(**options)

    def start(self, silent_hours=24.0, **options):
        """Begin as a new process does, with nothing in memory, after the one before has ended."""
        if self.freshness is not None:
            self.freshness.close()
        config = ServiceConfig(rescore_silent_hours=silent_hours)
        self.freshness = Freshness(self.store, self.scoring, CapacityLimiter(1), config, self.clock, **options)

    def lead(self, *lead_ids, created=START - 40 * DAY_US):
        rows = [LeadRow(Lead(each, created, "web"), ("industry",), ("software",)) for each in lead_ids]
        insert_leads(self.store, rows, created)

    def send(self, *messages):
        deliveries = [delivery(message, self.clock.now) for message in messages]
        self.freshness.note(deliveries, receive_all(self.store, deliveries))
        self.clock.now += SECOND_US

    def settle(self):
        """Look until nothing is left to do now; how many scores were computed."""
        looked = 0
        while self.freshness._has_work():
            found = self.freshness.look()
            if found is not None:
                looked += len(found.rows) + len(found.same)
                self.freshness.keep(found)
            self.clock.now += SECOND_US // 4
        return looked

    def causes(self, lead_id):
        return [score["cause"] for score in scores_of(self.store, lead_id, 100)]

    def pages(self, lead_id):
        """Page views that the newest score of a lead counts."""
        return latest_score(self.store, lead_id)["feature_values"]["page_viewed_count_30d"]


def track(lead, event):
    return {"type": "track", "userId": lead, "event": event, "messageId": uuid.uuid4().hex}


def page(lead):
    return {"type": "page", "userId": lead, "name": "pricing", "messageId": uuid.uuid4().hex}


@pytest.fixture
def line(store, tmp_path, write_model, monkeypatch):
    monkeypatch.delenv("LEADSCORE_REFRESH_SCORES")
    monkeypatch.setattr(freshness, "_SHARE_FOR_OTHERS", 0)
    write_model(tmp_path / "champion")
    made = Line(store, load_artifact(tmp_path / "champion"), tmp_path)
    yield made
    made.freshness.close()


def test_an_event_sent_over_http_is_soon_in_the_stored_score(own, monkeypatch):
    monkeypatch.setenv("LEADSCORE_REFRESH_SCORES", "true")
    own.start()
    wait_for(lambda: latest_score(own.store, "L1"))
    for number in (1, 2, 3):
        assert own("POST", "/v1/page", "write", json=page("L1")).status_code == 200
        wait_for(partial(counts_pages, own.store, number))
    stored = latest_score(own.store, "L1")
    assert stored["cause"] == "event"
    assert stored["versions"]["model"] == "1"
    told = own("GET", "/v1/leads/L1/score").json()
    assert told["decision"]["id"] == stored["decision"]["id"]
    assert "cause" not in told


def counts_pages(store, number):
    return latest_score(store, "L1")["feature_values"]["page_viewed_count_30d"] == number


def test_an_outcome_sent_over_http_is_soon_in_the_stored_score(own, monkeypatch):
    monkeypatch.setenv("LEADSCORE_REFRESH_SCORES", "true")
    own.start()
    wait_for(lambda: latest_score(own.store, "L2"))
    told = {"lead_id": "L2", "outcome": "won", "occurred_at": "2026-01-01T00:00:00Z"}
    assert own("POST", "/v1/outcomes", "crm", json=told).json()["accepted"] == 1
    wait_for(lambda: latest_score(own.store, "L2")["lifecycle"] == "customer")


def test_a_service_without_a_champion_takes_events_and_scores_nothing(bare, monkeypatch):
    monkeypatch.setenv("LEADSCORE_REFRESH_SCORES", "true")
    client = bare.start()
    assert bare("POST", "/v1/page", "write", json=page("L1")).status_code == 200
    time.sleep(0.5)
    assert len(client.app.state.service.freshness.waiting) == 0
    assert latest_score(bare.store, "L1") is None


def wait_for(condition):
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_burst_of_events_of_a_lead_makes_one_score(line):
    line.lead("L1")
    line.settle()
    line.send(*(page("L1") for _ in range(30)), *(page("L1") for _ in range(30)))
    assert line.settle() == 1
    assert line.pages("L1") == 60
    assert line.causes("L1") == ["event", "event"]


def test_leads_that_could_not_wait_are_found_again(line):
    line.start(most_waiting=3)
    leads = [f"L{number}" for number in range(10)]
    line.lead(*leads)
    line.settle()
    line.send(*map(page, leads))
    assert line.freshness.waiting.overflowed
    line.settle()
    assert [line.pages(lead) for lead in leads] == [1] * 10
    assert not line.freshness.waiting.overflowed


def test_what_came_before_the_end_of_a_process_is_caught_up_by_the_next_one(line):
    line.lead("L1", "L2")
    line.settle()
    line.clock.now += 60 * SECOND_US
    line.send(page("L1"))
    line.start()
    assert line.settle() == 1
    assert line.pages("L1") == 1
    line.clock.now += 60 * SECOND_US
    line.start()
    assert line.settle() == 0


def test_facts_that_were_imported_are_found_within_the_hour(line):
    line.lead("L1")
    line.settle()
    insert_events(line.store, [Event("e1", "L1", "page_viewed", line.clock.now, line.clock.now)])
    line.clock.now += HOUR_US
    line.settle()
    assert line.pages("L1") == 1


def test_who_says_late_who_they_are_brings_earlier_visits_into_the_score(line):
    line.lead("L1")
    line.send({"type": "page", "anonymousId": "a1", "name": "x", "messageId": "m1"})
    line.settle()
    assert (line.pages("a1"), line.pages("L1")) == (1, 0)
    line.send({"type": "identify", "userId": "L1", "anonymousId": "a1", "messageId": "m2"})
    line.settle()
    assert line.pages("L1") == 1
    line.clock.now += DAY_US
    line.settle()
    with reading(line.store) as connection:
        assert set(connection.execute(sa.select(FRESHNESS.c.lead_id)).scalars()) == {"L1"}


def test_a_link_that_takes_visits_from_somebody_refreshes_that_score_too(line):
    line.lead("u1", "u2")
    first, between, second = (format_instant(START + hours * HOUR_US) for hours in (0, 6, 12))
    line.clock.now += 2 * DAY_US
    line.send({"type": "page", "anonymousId": "a1", "name": "x", "messageId": "m1", "timestamp": first})
    line.send({"type": "identify", "userId": "u1", "anonymousId": "a1", "messageId": "m2", "timestamp": second})
    line.settle()
    assert (line.pages("u1"), line.pages("u2")) == (1, 0)
    line.send({"type": "identify", "userId": "u2", "anonymousId": "a1", "messageId": "m3", "timestamp": between})
    line.settle()
    assert (line.pages("u1"), line.pages("u2")) == (0, 1)


def test_ids_that_somebody_split_apart_are_scored_apart_within_the_hour(line):
    line.lead("L1")
    line.send({"type": "page", "anonymousId": "a1", "name": "x", "messageId": "m1"})
    line.settle()
    line.send({"type": "identify", "userId": "L1", "anonymousId": "a1", "messageId": "m2"})
    line.settle()
    assert line.pages("L1") == 1
    split(line.store, "L1", "a1", line.clock.now)
    line.clock.now += HOUR_US
    line.settle()
    assert (line.pages("L1"), line.pages("a1")) == (0, 1)


def test_an_erased_lead_is_not_brought_back_by_a_score_that_was_under_way(line):
    line.lead("L1", "L2")
    line.settle()
    line.send(page("L1"))
    found = line.freshness.look()
    assert [row.score.lead_id for row in found.rows] == ["L1"]
    erase_leads(SimpleNamespace(service=load_settings(line.home).service), line.store, ["L1"], line.clock.now)
    line.freshness.keep(found)
    line.freshness.keep(replace(found, rows=(), same=[Looked("L1", line.clock.now, is_open=True)]))
    line.freshness.note_leads(["L1"])
    line.settle()
    with reading(line.store) as connection:
        for table in (SCORES, FRESHNESS):
            assert set(connection.execute(sa.select(table.c.lead_id)).scalars()) == {"L2"}


def test_a_silent_lead_is_looked_at_daily_and_stored_once_people_would_be_told_something_else(line):
    line.lead("L1")
    line.send(track("L1", "demo_requested"))
    line.settle()
    assert line.causes("L1") == ["event"]
    daily = []
    for _ in range(45):
        line.clock.now += DAY_US
        line.settle()
        latest = latest_score(line.store, "L1")
        asked = line.scoring.score_of("L1", line.clock.now)
        assert (latest["grade"], latest["lifecycle"]) == (asked.grade, asked.lifecycle)
        assert line.clock.now - latest["as_of"] < 9 * DAY_US
        daily.append(round(latest["score"]))
    aged = line.causes("L1").count("ageing")
    assert len(set(daily)) > 1
    assert 6 <= aged < 25


def test_ageing_takes_the_longest_unseen_first_and_spreads_them(line):
    leads = [f"L{number:03}" for number in range(3 * AT_ONCE)]
    for first in range(0, len(leads), AT_ONCE):
        line.lead(*leads[first : first + AT_ONCE], created=line.clock.now - DAY_US)
        line.clock.now += HOUR_US
        line.settle()
    line.clock.now += 24 * HOUR_US
    seen = []
    for _ in range(3 * 60):
        found = line.freshness.look()
        if found is not None:
            assert found.cause == "ageing"
            seen.append(sorted(row.score.lead_id for row in found.rows) + sorted(each.lead_id for each in found.same))
            line.freshness.keep(found)
        line.clock.now += 20 * SECOND_US
    assert [each for group in seen for each in group] == leads
    assert len(seen) == 3


def test_leads_that_ended_are_not_aged(line):
    line.lead("L1", "L2")
    line.settle()
    insert_outcomes(line.store, [Outcome("L1", "won", line.clock.now, line.clock.now)])
    line.freshness.note_leads(["L1"])
    line.settle()
    assert latest_score(line.store, "L1")["lifecycle"] == "customer"
    line.clock.now += 30 * DAY_US
    line.settle()
    assert "ageing" not in line.causes("L1")
    assert "ageing" in line.causes("L2")


def test_no_hours_of_silence_means_no_ageing(line):
    line.start(silent_hours=0)
    line.lead("L1")
    line.settle()
    line.clock.now += 30 * DAY_US
    line.settle()
    line.freshness.note_leads(["L1"])
    assert line.freshness.look() is None
    assert line.causes("L1") == ["event"]


def test_without_a_champion_nothing_waits_and_all_is_caught_up_once_there_is_one(line):
    line.scoring.use(None)
    line.lead("L1")
    line.send(page("L1"))
    assert (len(line.freshness.waiting), line.settle()) == (0, 0)
    line.scoring.use(line.artifact)
    line.settle()
    assert line.pages("L1") == 1


def test_leads_that_could_not_be_kept_are_tried_again(line, monkeypatch):
    line.lead("L1")
    line.settle()
    line.send(page("L1"))
    with monkeypatch.context() as away:
        away.setattr(freshness, "keep", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            line.freshness.keep(line.freshness.look())
    line.settle()
    assert line.pages("L1") == 1
