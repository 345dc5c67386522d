import threading
import time

import pytest

from leadscore.api import requests
from leadscore.api import service as service_module
from leadscore.store.shadow_scores import answered_until, scores_without_shadow
from leadscore.workflows.reload_champion import read_champion


def version_in_use(installation):
    model = installation.client.get("/readyz").json()["model"]
    return None if model is None else model["version"]


def test_a_service_without_a_champion_is_ready_and_says_so(bare):
    answer = bare.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "model": None, "problem": None}
    assert bare.client.get("/livez").json() == {"status": "alive"}


def test_the_model_in_use_is_named(shared):
    assert shared.client.get("/readyz").json()["model"] == {"name": "leadscore", "version": "1"}


def test_exported_versions_are_listed(own, write_model):
    write_model(own.champion.with_name("challenger"), version="2", low_confidence=True)
    models = own("GET", "/v1/models").json()["models"]
    assert [(m["alias"], m["version"], m["in_use"], m["low_confidence"]) for m in models] == [
        ("champion", "1", True, False),
        ("challenger", "2", False, True),
    ]
    assert models[0]["metrics"] == {"60d": {"log_loss": 0.1}}


def test_without_exports_no_version_is_listed(bare):
    assert bare("GET", "/v1/models").json() == {"models": []}


def test_a_promoted_version_is_used_after_a_reload(bare, write_model):
    assert version_in_use(bare) is None
    write_model(bare.champion, version="7")
    assert version_in_use(bare) is None
    answer = bare("POST", "/v1/models/reload", scope="admin")
    assert answer.json() == {"version": "7", "previous": None}
    assert version_in_use(bare) == "7"
    assert bare("POST", "/v1/score", json={"lead": {}}).json()["versions"]["model"] == "7"


def test_a_damaged_version_is_refused_and_the_present_one_stays(own):
    assert version_in_use(own) == "1"
    (own.champion / "band_0.txt").write_text("broken")
    answer = own("POST", "/v1/models/reload", scope="admin")
    assert (answer.status_code, answer.json()["code"]) == (409, "LS-MODEL-02")
    assert "band_0.txt has changed" in answer.json()["message"]
    assert version_in_use(own) == "1"
    assert own("POST", "/v1/score", json={"lead": {}}).status_code == 200


def test_the_present_version_stays_while_an_export_is_exchanged(own):
    assert version_in_use(own) == "1"
    aside = own.champion.rename(own.champion.with_name("old"))
    answer = own("POST", "/v1/models/reload", scope="admin")
    assert (answer.status_code, answer.json()["code"]) == (409, "LS-MODEL-02")
    assert "version 1 stays in use" in answer.json()["message"]
    assert version_in_use(own) == "1"
    aside.rename(own.champion)
    assert own("POST", "/v1/models/reload", scope="admin").json() == {"version": "1", "previous": "1"}


def test_a_service_starts_with_a_damaged_champion_and_says_what_is_wrong(own):
    (own.champion / "golden.json").write_text("{}")
    ready = own.client.get("/readyz").json()
    assert ready["model"] is None
    assert "golden.json has changed" in ready["problem"]
    assert own("POST", "/v1/score", json={"lead": {}}).status_code == 503


@pytest.fixture
def reading(own, monkeypatch):
    """An installation whose champion is still being read; set the event and it is read."""
    go_on = threading.Event()

    def read(*folders):
        assert go_on.wait(30)
        return read_champion(*folders)

    monkeypatch.setattr("leadscore.workflows.follow_export.read_champion", read)
    own.go_on = go_on
    yield own
    go_on.set()


def test_events_are_taken_in_while_the_champion_is_being_read_and_scores_are_refused_honestly(reading, monkeypatch):
    monkeypatch.setattr(service_module, "_CHAMPION_PATIENCE_SECONDS", 0.1)
    track = {"userId": "u1", "event": "x"}
    assert reading("POST", "/v1/track", scope="write", json=track).status_code == 200
    assert reading.client.get("/livez").status_code == 200
    for answer in (reading("POST", "/v1/score", json={"lead": {}}), reading.client.get("/readyz")):
        assert (answer.status_code, answer.json()["code"]) == (503, "LS-MODEL-01")
        assert "still being read" in answer.json()["message"]
    reading.go_on.set()
    assert wait_until(lambda: reading.client.get("/readyz").status_code == 200)
    assert reading("POST", "/v1/score", json={"lead": {}}).status_code == 200


def test_a_score_waits_for_a_champion_that_is_read_soon(reading):
    reading.start()
    threading.Timer(0.3, reading.go_on.set).start()
    assert reading("POST", "/v1/score", json={"lead": {}}).status_code == 200
    assert reading.client.get("/readyz").json()["model"]["version"] == "1"


def test_an_exported_version_comes_into_use_by_itself_and_a_damaged_one_is_told(own, write_model, monkeypatch):
    monkeypatch.setenv("LEADSCORE_MODEL_POLL_SECONDS", "0.05")
    assert version_in_use(own) == "1"
    write_model(own.champion.with_name("fresh"), version="2")
    own.champion.rename(own.champion.with_name("old"))
    own.champion.with_name("fresh").rename(own.champion)
    assert wait_until(lambda: version_in_use(own) == "2")
    (own.champion / "band_0.txt").write_text("broken")
    assert wait_until(lambda: "band_0.txt has changed" in (own.client.get("/readyz").json()["problem"] or ""))
    assert own("POST", "/v1/score", json={"lead": {}}).json()["versions"]["model"] == "2"


def test_a_refused_reload_is_told_until_a_good_one(own, write_model):
    good = (own.champion / "band_0.txt").read_text()
    assert version_in_use(own) == "1"
    (own.champion / "band_0.txt").write_text("broken")
    assert own("POST", "/v1/models/reload", scope="admin").status_code == 409
    assert "band_0.txt has changed" in own.client.get("/readyz").json()["problem"]
    (own.champion / "band_0.txt").write_text(good)
    assert own("POST", "/v1/models/reload", scope="admin").status_code == 200
    assert own.client.get("/readyz").json()["problem"] is None


def test_an_answer_about_many_leads_is_of_one_version_even_if_the_model_is_exchanged_meanwhile(
    own, write_model, monkeypatch
):
    assert version_in_use(own) == "1"
    write_model(own.home / "two", version="2")
    second = read_champion(own.home / "two")
    scoring = own.client.app.state.service.scoring

    def exchanging(*asked):
        scoring.use(second)
        return requests.history_of(*asked)

    monkeypatch.setattr("leadscore.api.score_routes.history_of", exchanging)
    scores = own("POST", "/v1/scores", json={"leads": [{"lead": {}}] * 3}).json()["scores"]
    assert {score["versions"]["model"] for score in scores} == {"1"}
    assert version_in_use(own) == "2"


def test_a_challenger_scores_what_is_stored_beside_the_champion_and_is_shown_to_nobody(own, write_model):
    write_model(own.champion.with_name("challenger"), version="2")
    assert wait_until(lambda: own("GET", "/v1/models").json()["models"][1]["shadow"])
    answer = own("GET", "/v1/leads/L1/score")
    assert answer.json()["versions"]["model"] == "1"
    assert wait_until(lambda: scores_without_shadow(own.store, "2", 0, 1) == [])
    assert answered_until(own.store, "2") is not None
    lead = own("GET", "/v1/leads/L1").json()
    assert [score["versions"]["model"] for score in lead["scores"]] == ["1"]
    assert own("GET", "/v1/leads/L1/score").json() == answer.json()
    kept = own("GET", "/v1/leads/L1/export").json()["tables"]["shadow_scores"]
    assert [row["model_version"] for row in kept] == ["2"]


def test_a_damaged_challenger_harms_nobody(own, write_model):
    write_model(own.champion.with_name("challenger"), version="2")
    (own.champion.with_name("challenger") / "manifest.json").write_text("broken")
    assert [model["alias"] for model in own("GET", "/v1/models").json()["models"]] == ["champion"]
    assert own("POST", "/v1/models/reload", scope="admin").status_code == 200
    assert own.client.get("/readyz").json()["problem"] is None
    assert own("GET", "/v1/leads/L1/score").status_code == 200


def test_no_challenger_scores_where_that_is_switched_off(own, write_model, monkeypatch):
    monkeypatch.setenv("LEADSCORE_SCORE_IN_SHADOW", "false")
    write_model(own.champion.with_name("challenger"), version="2")
    assert own("POST", "/v1/models/reload", scope="admin").status_code == 200
    assert [model["shadow"] for model in own("GET", "/v1/models").json()["models"]] == [False, False]


def wait_until(holds):
    end = time.monotonic() + 30
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()
