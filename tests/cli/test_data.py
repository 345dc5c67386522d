"""Importing and exporting files through the command line."""

import csv
from pathlib import Path

import pytest

from leadscore.store.engine import open_store
from leadscore.workflows.receive_events import receive

from ..company import Company


def test_an_import_counts_add_up_and_repeating_it_changes_nothing(empty: Company) -> None:
    file = empty.home / "leads.csv"
    file.write_text("lead_id,created_at,source,industry\na,2024-01-01,web,retail\n,2024-01-02,web,x\nb,never,web,y\n")
    first = empty.run("import", "leads", str(file), "--json")
    counts = first.json()
    assert first.code == 0
    assert (counts["read"], counts["inserted"], counts["unchanged"], counts["rejected"]) == (3, 1, 0, 2)
    assert counts["read"] == counts["inserted"] + counts["unchanged"] + counts["rejected"]
    dead = Path(counts["dead_letter_file"])
    assert dead.is_file()
    assert "LS-ROW" in dead.read_text()
    again = empty.run("import", "leads", str(file), "--json").json()
    assert (again["inserted"], again["unchanged"], again["rejected"]) == (0, 1, 2)
    assert "timezone" in first.err or "UTC" in first.err


def test_a_file_of_bad_rows_only_is_a_data_error(empty: Company) -> None:
    (empty.home / "bad.csv").write_text("lead_id,created_at\n,\n")
    answer = empty.run("import", "leads", "bad.csv", "--json")
    assert answer.code == 3
    assert answer.json()["rejected"] == 1


def test_a_missing_column_is_named_with_those_there(empty: Company) -> None:
    (empty.home / "odd.csv").write_text("Lead,Date\na,2024-01-01\n")
    answer = empty.run("import", "leads", "odd.csv")
    assert answer.code == 3
    assert "LS-FILE-02" in answer.err


def test_exported_events_go_into_an_empty_store_unchanged(company: Company, empty: Company) -> None:
    out = company.home / "events-out.csv"
    exported = company.run("export", "events", str(out), "--json").json()
    copied = empty.run("import", "events", str(out), "--json").json()
    assert copied["inserted"] == exported["rows"] > 10_000
    again = empty.home / "again.csv"
    empty.run("export", "events", str(again))
    with out.open(newline="") as left, again.open(newline="") as right:
        assert sorted(csv.reader(left)) == sorted(csv.reader(right))


def test_a_demo_never_mixes_with_real_facts(empty: Company) -> None:
    (empty.home / "leads.csv").write_text("lead_id,created_at\na,2024-01-01T00:00:00Z\n")
    empty.run("import", "leads", "leads.csv")
    answer = empty.run("demo", "--leads", "200")
    assert answer.code == 3
    assert "LS-DATA-04" in answer.err


def test_real_facts_are_not_imported_into_a_demo(company: Company) -> None:
    (company.home / "mine.csv").write_text("lead_id,created_at\na,2024-01-01T00:00:00Z\n")
    answer = company.run("import", "leads", "mine.csv")
    assert answer.code == 3
    assert "leadscore init" in answer.err


@pytest.mark.slow
def test_a_second_demo_starts_afresh_but_never_deletes_other_facts(empty: Company) -> None:
    for _ in range(2):
        again = empty.run("demo", "--leads", "600", "--seed", "2", "--json")
        assert again.code == 0, again.err
        assert len(again.json()["hottest"]) == 10
    store = open_store(f"sqlite:///{empty.home / 'data/leadscore.db'}")
    receive(store, b'{"userId": "real", "event": "Signed Up", "messageId": "m1"}', 1_700_000_000_000_000, "track")
    store.close()
    refused = empty.run("demo", "--leads", "600", "--seed", "2")
    assert refused.code == 3
    assert "LS-DATA-04" in refused.err
