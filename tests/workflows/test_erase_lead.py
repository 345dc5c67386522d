"""Whoever is erased is gone from every table, and does not come back through any door."""

import json

import pytest
import sqlalchemy as sa

from leadscore.config.load import load_settings
from leadscore.domain.errors import DataError
from leadscore.store.engine import reading
from leadscore.store.tables import METADATA
from leadscore.workflows.erase_lead import allow_again, erase_leads
from leadscore.workflows.export_person import export_person
from leadscore.workflows.import_facts import import_file
from leadscore.workflows.receive_events import receive
from leadscore.workflows.record_outcome import record

NOW = 1_790_000_000_000_000
OUTCOME = {"lead_id": "ann-7", "outcome": "won", "occurred_at": "2026-01-01", "reason": "ann-7 liked it"}


def sent(lead, device, email):
    who = {"userId": lead, "anonymousId": device}
    return [
        {"type": "page", "anonymousId": device, "messageId": f"{lead}-0"},
        {"type": "identify", **who, "traits": {"email": email}, "messageId": f"{lead}-1"},
        {"type": "track", "event": "x", **who, "properties": {"m": email}, "messageId": f"{lead}-2"},
        {"type": "track", **who, "messageId": f"{lead}-3"},
        {"type": "alias", "previousId": f"old-{lead}", "userId": lead, "messageId": f"{lead}-4"},
    ]


def post(store, *messages, now=NOW):
    receipt = receive(store, json.dumps({"batch": messages}).encode(), now)
    return receipt.accepted, receipt.duplicates, receipt.dead_lettered


def everything(store):
    with reading(store) as connection:
        return {
            table.name: [repr(tuple(row)) for row in connection.execute(sa.select(table)).all()]
            for table in METADATA.sorted_tables
        }


def naming(store, *words):
    return [row for rows in everything(store).values() for row in rows if any(word in row for word in words)]


@pytest.fixture
def settings(tmp_path):
    return load_settings(tmp_path)


@pytest.fixture
def peopled(store):
    assert post(store, *sent("ann-7", "phone-ann-7", "ann@own.test")) == (4, 0, 1)
    assert post(store, *sent("bob-8", "phone-bob-8", "bob@own.test")) == (4, 0, 1)
    record(store, [OUTCOME, OUTCOME | {"lead_id": "bob-8", "reason": None}], NOW)
    return store


@pytest.mark.parametrize("given", ["ann-7", "phone-ann-7", "old-ann-7"])
def test_any_id_erases_the_whole_person_and_nobody_else(peopled, settings, given):
    bobs = naming(peopled, "bob")
    found = erase_leads(settings, peopled, [given], NOW)
    assert naming(peopled, "ann-7", "ann@own.test") == []
    assert naming(peopled, "bob") == bobs
    assert found.ids == 3
    assert (found.rows["messages"], found.rows["events"]) == (2, 2)
    assert found.rows["dead_letters"] == 1
    assert found.remembered == 4


def test_whatever_speaks_of_an_erased_person_is_stored_nowhere_and_counts_as_known(peopled, settings):
    erase_leads(settings, peopled, ["ann-7"], NOW)
    before = everything(peopled)
    assert post(peopled, *sent("ann-7", "phone-ann-7", "ann@own.test")) == (0, 5, 0)
    new = [
        {"type": "identify", "userId": "new-1", "traits": {"email": " ANN@own.test"}},
        {"type": "track", "event": "x", "userId": "new-1", "properties": {"u": "https://a/?e=ann%40own.test"}},
        {"type": "track", "event": "x", "userId": "new-1", "anonymousId": "phone-ann-7"},
        {"type": "alias", "userId": "new-1", "previousId": "ann-7"},
        {"type": "alias", "userId": "ann-7", "previousId": "bob-8"},
        {"type": "sing", "userId": "ann-7"},
    ]
    assert post(peopled, *new) == (0, 6, 0)
    assert record(peopled, [OUTCOME], NOW) == {"accepted": 0, "duplicates": 1, "rejected": []}
    assert everything(peopled) == before
    assert post(peopled, {"type": "identify", "userId": "ann-77", "traits": {"email": "joann@own.test"}}) == (1, 0, 0)


@pytest.mark.parametrize(
    ("kind", "head", "row"),
    [
        ("leads", "lead_id,created_at,source,mail", "ann-7,2026-01-01,web,x"),
        ("leads", "lead_id,created_at,source,mail", "new-1,2026-01-01,web,Ann@own.test"),
        ("leads", "lead_id,created_at,source,mail", "ann-7,soon,web,x"),
        ("attributes", "lead_id,name,value,known_at", "ann-7,a,b,2026-01-01"),
        ("events", "event_id,lead_id,type,occurred_at", "e1,ann-7,t,2026-01-01"),
        ("events", "event_id,lead_id,type,occurred_at", "e1,ann-7,t,soon"),
        ("outcomes", "lead_id,outcome,occurred_at", "ann-7,won,2026-01-01"),
    ],
)
def test_imports_leave_erased_people_out_of_tables_and_dead_letters(peopled, settings, tmp_path, kind, head, row):
    erase_leads(settings, peopled, ["ann-7"], NOW)
    path = tmp_path / "file.csv"
    path.write_text(f"{head}\n{row}\n")
    report = import_file(peopled, kind, path, settings.mapping, tmp_path / "letters", NOW)
    assert (report.read, report.inserted, report.unchanged, report.rejected) == (1, 0, 1, 0)
    assert any("rows about erased people: 1" in warning for warning in report.warnings)
    assert naming(peopled, "ann-7", "Ann@own.test", "new-1") == []
    assert not (tmp_path / "letters").exists()


def test_erasing_twice_is_harmless_and_an_unknown_lead_is_named(peopled, settings):
    assert erase_leads(settings, peopled, ["ann-7"], NOW).to_dict()["erased"] is True
    assert erase_leads(settings, peopled, ["ann-7"], NOW).to_dict()["erased"] is False
    with pytest.raises(DataError, match="LS-LEAD-01"):
        erase_leads(settings, peopled, ["bob-8", "nobody"], NOW)
    assert naming(peopled, "bob-8")
    assert not naming(peopled, "nobody")


def test_somebody_may_be_allowed_to_come_back(peopled, settings):
    erase_leads(settings, peopled, ["ann-7"], NOW)
    assert allow_again(peopled, ["ann-7", "ann@own.test", "phone-ann-7", "never-erased"]) == 3
    assert post(peopled, sent("ann-7", "phone-ann-7", "ann@own.test")[1]) == (1, 0, 0)


def test_an_export_is_everything_about_one_person_in_plain_values(peopled):
    told = export_person(peopled, "phone-ann-7", NOW)
    assert told["ids"] == ["ann-7", "old-ann-7", "phone-ann-7"]
    assert "bob" not in json.dumps(told)
    tables = told["tables"]
    assert {row["message_id"] for row in tables["messages"]} == {"ann-7-1", "ann-7-4"}
    assert {row["event_id"] for row in tables["events"]} == {"ann-7-0", "ann-7-2"}
    assert tables["dead_letters"][0]["body"]["userId"] == "ann-7"
    assert tables["outcomes"] == [
        {
            "lead_id": "ann-7",
            "outcome": "won",
            "occurred_at": "2026-01-01T00:00:00Z",
            "amount": None,
            "reason": "ann-7 liked it",
            "known_at": tables["outcomes"][0]["known_at"],
        }
    ]
    events = {row["type"]: row["properties"] for row in tables["events"]}
    assert events["x"] == {"m": "ann@own.test"}
    with pytest.raises(DataError, match="LS-LEAD-01"):
        export_person(peopled, "nobody", NOW)


def test_a_refused_message_of_another_that_names_the_person_is_erased_but_not_handed_out(peopled, settings):
    post(peopled, {"type": "track", "userId": "bob-8", "properties": {"invites": "ann@own.test"}})
    assert "bob" not in json.dumps(export_person(peopled, "ann-7", NOW))
    assert erase_leads(settings, peopled, ["ann-7"], NOW).rows["dead_letters"] == 2
