"""Promotion shows who would change grade, keeps what a grade means, and can be undone in one step."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from leadscore.registry.connection import open_registry

from ..company import Company, command


@pytest.fixture(scope="module")
def retrained(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A copy of the company with a second version, learnt from a year less; the gate refuses it."""
    home = tmp_path_factory.mktemp("retrained") / "home"
    shutil.copytree(company.home, home)
    run = command(home)
    as_of = company.demo["training"]["as_of"]
    answer = run("train", "--as-of", f"{int(as_of[:4]) - 1}{as_of[4:10]}", "--json")
    assert answer.code == 0, answer.err
    return Company(home, run, answer.json())


def champion(company: Company, file: str = "manifest.json"):
    return json.loads((company.home / "models/leadscore/champion" / file).read_text())


def scored_by(company: Company, lead: str) -> str:
    return company.run("explain", lead, "--json").json()["versions"]["model"]


@pytest.mark.slow
def test_a_dry_run_lists_the_leads_that_would_change_grade_and_moves_nothing(retrained: Company) -> None:
    version = retrained.demo["version"]
    answer = retrained.run("promote", "--dry-run", "--json")
    found = answer.json()
    assert (answer.code, found["promoted"], found["version"], found["previous"]) == (3, False, version, "1")
    changes = found["grade_changes"]
    assert 0 < changes["changed"] < changes["open_leads"]
    assert sum(changes["counts"].values()) == changes["changed"]
    with Path(changes["file"]).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == changes["changed"]
    assert all(row["before"] != row["after"] for row in rows)
    assert rows[0]["lead_id"] == changes["top"][0]["lead_id"]
    assert champion(retrained)["version"] == "1"
    told = retrained.run("promote", "--dry-run")
    assert f"open leads change grade: {next(iter(changes['counts'].values()))} " in told.out


@pytest.mark.slow
def test_a_champion_is_compared_on_no_row_older_than_its_own_cut(retrained: Company) -> None:
    reasons = retrained.demo["gate"]["reasons"]
    assert "no later row is old enough to compare on" in reasons


@pytest.mark.slow
def test_evidence_against_another_champion_than_that_of_today_counts_for_nothing(retrained: Company) -> None:
    registry = open_registry(f"sqlite:///{retrained.home / 'models/mlflow.db'}", retrained.home / "models")
    version = retrained.demo["version"]
    tags = registry.client.get_model_version("leadscore", version).tags
    for other in ("", "7"):
        for key, value in {"gate": "passed", "compared_with": other}.items():
            registry.client.set_model_version_tag("leadscore", version, key, value)
        answer = retrained.run("promote", "--json")
        assert (answer.code, answer.json()["promoted"]) == (3, False)
        assert answer.json()["reasons"][0].endswith("but the champion is version 1: train again")
    for key, value in tags.items():
        registry.client.set_model_version_tag("leadscore", version, key, value)
    assert champion(retrained)["version"] == "1"


@pytest.mark.slow
def test_a_promotion_is_undone_in_one_step_with_scores_and_grades_as_before(retrained: Company) -> None:
    registry = open_registry(f"sqlite:///{retrained.home / 'models/mlflow.db'}", retrained.home / "models")
    version = retrained.demo["version"]
    registry.client.set_model_version_tag("leadscore", version, "gate", "passed")
    before, table = champion(retrained), champion(retrained, "score_table.json")
    would = retrained.run("promote", "--dry-run", "--json").json()
    assert (would["promoted"], would["would_promote"]) == (False, True)
    promoted = retrained.run("promote", "--json").json()
    assert (promoted["promoted"], promoted["previous"]) == (True, "1")
    assert promoted["grade_changes"]["changed"] == would["grade_changes"]["changed"]
    assert champion(retrained)["version"] == version
    # A grade is a range of conversion rates; the new model sorts leads anew, the ranges stay.
    assert champion(retrained, "score_table.json") == table
    moved = promoted["grade_changes"]["top"][0]
    assert scored_by(retrained, moved["lead_id"]) == version
    assert retrained.run("explain", moved["lead_id"], "--json").json()["grade"] == moved["after"]
    back = retrained.run("rollback", "--json").json()
    assert (back["version"], back["previous"]) == ("1", version)
    assert champion(retrained) == before
    assert scored_by(retrained, moved["lead_id"]) == "1"
    assert retrained.run("explain", moved["lead_id"], "--json").json()["grade"] == moved["before"]
    assert retrained.run("rollback").code == 3
