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
