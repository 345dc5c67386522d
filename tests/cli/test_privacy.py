"""erase, and export --lead."""

import json

import pytest
import typer

from leadscore.cli import privacy

from ..company import Company


@pytest.fixture
def peopled(empty: Company) -> Company:
    path = empty.home / "leads.csv"
    path.write_text("lead_id,created_at,source\nann-1234,2026-01-01,web\nbob-1234,2026-01-01,web\n")
    assert empty.run("import", "leads", str(path)).code == 0
    return empty


def leads(company: Company) -> int:
    checks = company.run("doctor", "--json").json()["checks"]
    return int(next(c["found"] for c in checks if c["name"] == "store").split(": ")[1].split(" leads")[0])


def test_erase_says_in_numbers_what_it_removed_and_exits_3_for_somebody_unknown(peopled: Company) -> None:
    erased = peopled.run("erase", "ann-1234", "--json")
    assert erased.code == 0
    assert erased.json() == {
        "erased": True,
        "ids": 1,
        "rows": {"attributes": 1, "leads": 1},
        "files": 0,
        "file_rows": 0,
        "remembered": 1,
        "shared_addresses": 0,
    }
    again = peopled.run("erase", "ann-1234")
    assert (again.code, again.out.strip()) == (0, "Nothing was left: erased before.")
    unknown = peopled.run("erase", "nobody", "--json")
    assert (unknown.code, unknown.json()["error"]["code"]) == (3, "LS-LEAD-01")
    assert peopled.run("erase").code == 2
    assert peopled.run("erase", "ann-1234", "--allow-again", "--json").json() == {"allowed_again": 1}


def test_at_a_terminal_erase_asks_first(peopled: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refuse(question: str) -> bool:
        asked.append(question)
        return False

    monkeypatch.setattr(privacy, "at_terminal", lambda: True)
    monkeypatch.setattr(typer, "confirm", refuse)
    assert peopled.run("erase", "ann-1234").out.strip() == "Nothing was changed."
    assert "ann-1234" in asked[0]
    assert leads(peopled) == 2
    assert peopled.run("erase", "ann-1234", "--yes").code == 0
    assert len(asked) == 1
    assert leads(peopled) == 1


def test_export_of_a_lead_goes_to_a_file_or_to_stdout(peopled: Company) -> None:
    told = peopled.run("export", "--lead", "ann-1234").json()
    assert [row["lead_id"] for row in told["tables"]["leads"]] == ["ann-1234"]
    answer = peopled.run("export", "--lead", "ann-1234", "out/ann.json", "--json").json()
    assert answer == {"kind": "lead", "rows": 2, "file": "out/ann.json"}
    assert json.loads((peopled.home / "out" / "ann.json").read_text())["tables"] == told["tables"]
    assert peopled.run("export", "--lead", "nobody").code == 3
    assert peopled.run("export", "leads", "x.csv").code == 2
    assert peopled.run("export", "events").code == 2
