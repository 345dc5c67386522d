"""A small installation with a model trained on the spot, and a client that talks to its API."""

import shutil
import time

import pytest
from starlette.testclient import TestClient

from leadscore.app import create_app
from leadscore.config.load import load_settings
from leadscore.domain.event import Event
from leadscore.domain.lead import Lead, LeadRow
from leadscore.domain.time import DAY_US
from leadscore.store.engine import open_store
from leadscore.store.facts import insert_events
from leadscore.store.keys import create_key
from leadscore.store.leads import insert_leads

from ..small_model import trained_texts, write_small_model

NOW = time.time_ns() // 1_000


@pytest.fixture(autouse=True)
def _no_looking(monkeypatch):
    """Models are exchanged and leads scored again when a test says so; those of either turn it on."""
    monkeypatch.setenv("LEADSCORE_MODEL_POLL_SECONDS", "0")
    monkeypatch.setenv("LEADSCORE_REFRESH_SCORES", "false")


@pytest.fixture(scope="session")
def band_texts():
    return trained_texts()


@pytest.fixture(scope="session")
def write_model(band_texts):
    """Write a model version into a folder."""
    return lambda folder, version="1", **changes: write_small_model(folder, band_texts, version, **changes)


class Installation:
    """A folder with a store, keys of each scope and perhaps a champion; its service runs once it is asked something."""

    def __init__(self, home, empty_store, write_model=None):
        self.home, self.champion = home, home / "models" / "leadscore" / "champion"
        (home / "data").mkdir()
        shutil.copy(empty_store, home / "data" / "leadscore.db")
        self.store = open_store(f"sqlite:///{home}/data/leadscore.db")
        self.keys = {scope: create_key(self.store, scope)[1] for scope in ("write", "read", "crm", "admin")}
        self.clients = []
        if write_model is not None:
            write_model(self.champion)

    def start(self):
        """Start a service over the folder and give a client without a key."""
        app = create_app(load_settings(self.home))
        client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
        client.__enter__()
        self.clients.append(client)
        return client

    @property
    def client(self):
        return self.clients[0] if self.clients else self.start()

    def __call__(self, method, path, scope="read", **options):
        """Send a request with the key of a scope."""
        headers = {"Authorization": f"Bearer {self.keys[scope]}", **options.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **options)

    def seed(self):
        """Two stored leads: L1 asked for a demo ten days ago, L2 did nothing."""
        names, values = ("source", "industry"), ("webinar", "software")
        leads = [Lead(name, NOW - 40 * DAY_US, "webinar") for name in ("L1", "L2")]
        insert_leads(self.store, [LeadRow(lead, names, values) for lead in leads], NOW)
        when = NOW - 10 * DAY_US
        insert_events(self.store, [Event("e1", "L1", "demo_requested", when, when)])

    def close(self):
        for client in self.clients:
            client.__exit__(None, None, None)
        self.store.close()


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "leadscore.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def shared(tmp_path_factory, empty_store, write_model):
    """An installation with a champion and two leads, for tests that store nothing."""
    installation = Installation(tmp_path_factory.mktemp("shared"), empty_store, write_model)
    installation.seed()
    yield installation
    installation.close()


@pytest.fixture
def bare(tmp_path, empty_store):
    """An installation of its own without a champion."""
    installation = Installation(tmp_path, empty_store)
    yield installation
    installation.close()


@pytest.fixture
def own(tmp_path, empty_store, write_model):
    """An installation of its own with a champion and two leads."""
    installation = Installation(tmp_path, empty_store, write_model)
    installation.seed()
    yield installation
    installation.close()
