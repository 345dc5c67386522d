"""A service whose store holds a few scored leads; it needs no model."""

import shutil
import time

import pytest
from starlette.testclient import TestClient

from leadscore.app import create_app
from leadscore.config.load import load_settings
from leadscore.domain.event import Event
from leadscore.domain.lead import Lead, LeadRow
from leadscore.domain.lifecycle import Lifecycle, Temperature
from leadscore.domain.score import Decision, Reason, Score, Versions
from leadscore.domain.time import DAY_US
from leadscore.store.engine import open_store
from leadscore.store.facts import insert_events
from leadscore.store.keys import create_key
from leadscore.store.leads import insert_leads
from leadscore.store.scores import ScoreRow, save_scores

NOW = time.time_ns() // 1_000


def scored(lead_id, number, p=0.2, temperature=Temperature.WARM, reasons=("3 page views in 7 days",)):
    return Score(
        lead_id,
        NOW,
        {"14d": p / 2, "60d": p, "180d": min(1.0, p * 2)},
        (p / 2, p * 2),
        number,
        "B",
        temperature,
        Lifecycle.MQL,
        tuple(Reason(f"f{place}", text, 0.5 - place) for place, text in enumerate(reasons)),
        Decision("nurture", "marketing", "chance to buy within 180 days is 40 %, at least 3 %"),
        Versions("1", "sha256:f", "sha256:p"),
    )


class Site:
    """A service over a folder, and a browser-like client."""

    def __init__(self, home, empty_store):
        (home / "data").mkdir()
        shutil.copy(empty_store, home / "data" / "leadscore.db")
        self.store = open_store(f"sqlite:///{home}/data/leadscore.db")
        app = create_app(load_settings(home))
        self.client = TestClient(app, follow_redirects=False, base_url="http://leads.example.org")
        self.client.__enter__()
        self.app = app

    def add(self, score, source="webinar", seen_days_ago=None):
        lead = Lead(score.lead_id, NOW - 90 * DAY_US, source)
        insert_leads(self.store, [LeadRow(lead, ("source",), (source,))], NOW)
        if seen_days_ago is not None:
            when = NOW - seen_days_ago * DAY_US
            insert_events(self.store, [Event(f"{score.lead_id}-e", score.lead_id, "page_viewed", when, when)])
        save_scores(self.store, [ScoreRow(score, {"f0": 1.0})], NOW)

    def sign_in(self, scope="read"):
        key_id, key = create_key(self.store, scope)
        answer = self.client.post("/sign-in", data={"key": key})
        return key_id, answer

    def page(self):
        self.sign_in()
        answer = self.client.get("/")
        assert answer.status_code == 200
        return answer.text

    def close(self):
        self.client.__exit__(None, None, None)
        self.store.close()


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "leadscore.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def site(tmp_path, empty_store):
    site = Site(tmp_path, empty_store)
    yield site
    site.close()


@pytest.fixture(scope="session")
def score_of():
    """Makes a score out of a lead id and a number."""
    return scored
