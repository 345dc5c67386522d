"""Scoring and explaining leads as of any instant, through the command line."""

import csv
import math
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from leadscore.config.mapping import MappingConfig
from leadscore.store.engine import open_store, writing
from leadscore.store.tables import EVENTS
from leadscore.workflows.import_facts import import_file

from ..company import Company

COLUMNS = [
    "lead_id", "as_of", "p_convert_14d", "p_convert_60d", "p_convert_180d", "p_low", "p_high", "score", "grade",
    "temperature", "lifecycle", "reason_1", "reason_2", "reason_3", "model_version", "feature_fingerprint",
]  # fmt: skip


def score(company: Company, rows: list[tuple[str, str]], name: str) -> list[dict[str, Any]]:
    snapshots, out = company.home / f"{name}.csv", company.home / f"{name}-scores.csv"
    snapshots.write_text("lead_id,as_of\n" + "".join(f"{lead},{at}\n" for lead, at in rows))
    answer = company.run("score", str(snapshots), "--out", str(out), "--json")
    assert answer.code == 0, answer.err
    assert answer.json()["rows"] == len(rows)
    with out.open(newline="") as file:
        return list(csv.DictReader(file))


def a_day_ago(company: Company) -> str:
    return str(company.demo["training"]["as_of"])


def test_one_answer_per_row_in_order_with_duplicates_and_unknown_leads_kept(company: Company) -> None:
    hot, at = company.demo["hottest"][0]["lead_id"], a_day_ago(company)
    rows = score(company, [(hot, at), ("nobody", at), (hot, at), (hot, "1999-01-01")], "rows")
    assert list(rows[0]) == COLUMNS
    assert [row["lead_id"] for row in rows] == [hot, "nobody", hot, hot]
    assert rows[0] == rows[2]
    assert rows[1]["p_convert_14d"] == rows[3]["p_convert_60d"] == rows[1]["score"] == ""
    assert rows[1]["reason_1"] == rows[3]["reason_1"] == "unknown lead, or not created yet at that instant"


def test_the_curve_never_falls_and_the_score_rises_with_the_main_horizon(company: Company) -> None:
    leads = [f"sim-{number:06d}" for number in range(300)]
    rows = [row for row in score(company, [(lead, a_day_ago(company)) for lead in leads], "many") if row["score"]]
    assert len(rows) > 100
    for row in rows:
        near, main, far = (float(row[f"p_convert_{days}d"]) for days in (14, 60, 180))
        assert 0 < near <= main <= far < 1
        assert float(row["p_low"]) <= main <= float(row["p_high"])
    ordered = sorted(rows, key=lambda row: float(row["p_convert_60d"]))
    scores = [float(row["score"]) for row in ordered]
    assert scores == sorted(scores)
    distinct = {row["p_convert_60d"] for row in rows}
    assert len({row["score"] for row in rows}) == len(distinct)


def test_explain_gives_the_numbers_of_batch_scoring(company: Company) -> None:
    hot, at = company.demo["hottest"][0]["lead_id"], a_day_ago(company)
    batch = score(company, [(hot, at)], "one")[0]
    told = company.run("explain", hot, "--as-of", at, "--json").json()
    assert {days: float(batch[f"p_convert_{days}"]) for days in told["p_convert"]} == told["p_convert"]
    assert float(batch["score"]) == told["score"]
    assert batch["reason_1"] == told["reasons"][0]["text"]
    assert (batch["grade"], batch["lifecycle"]) == (told["grade"], told["lifecycle"])


def test_explain_adds_up_and_says_what_changed_since(company: Company) -> None:
    hot, at = company.demo["hottest"][0]["lead_id"], a_day_ago(company)
    since = f"{at[:5]}{int(at[5:7]) - 1 or 1:02d}-01"
    told = company.run("explain", hot, "--as-of", at, "--since", since, "--json").json()
    why, changes = told["explanation"], told["changes"]
    log_odds = math.log(told["p_convert"]["60d"] / (1 - told["p_convert"]["60d"]))
    assert why["base"] + sum(each["effect"] for each in why["effects"]) + why["rest"] == pytest.approx(log_odds)
    assert abs(why["rest"]) < 0.001
    assert why["effects"][: len(told["reasons"])] == told["reasons"]
    assert sum(each["effect"] for each in changes["effects"]) + changes["rest"] == pytest.approx(changes["log_odds"])
    before = company.run("explain", hot, "--as-of", since, "--json").json()
    assert (changes["score"], changes["p_convert"]) == (before["score"], before["p_convert"])
    people = company.run("explain", hot, "--as-of", at, "--since", since).out
    assert "Speaks for it:" in people
    assert f"Since {changes['since']} the score went from {changes['score']:.0f} to {told['score']:.0f}" in people


def test_explain_compares_with_the_last_stored_score(company: Company) -> None:
    told = company.run("explain", company.demo["hottest"][0]["lead_id"], "--json").json()
    assert told["changes"]["model"] == told["versions"]["model"]
    assert {each["cause"] for each in told["changes"]["effects"]} <= {"ageing", "context"}
    assert company.run("explain", "sim-000001", "--since", "2999-01-01").code == 2


def test_later_facts_do_not_move_a_past_score(company: Company, tmp_path: Path) -> None:
    hot, at = company.demo["hottest"][1]["lead_id"], a_day_ago(company)
    past = f"{int(at[:4]) - 1}{at[4:]}"
    others = {f"sim-{number:06d}" for number in range(40)} - {company.demo["hottest"][0]["lead_id"], hot}
    leads = [hot, *sorted(others)]
    before = score(company, [(lead, past) for lead in leads], "before")
    later = tmp_path / "later.csv"
    later.write_text(
        "event_id,lead_id,type,occurred_at\n"
        + "".join(f"late-{lead},{lead},demo_requested,{past}\n" for lead in leads)
        + "".join(f"new-{lead},{lead},a_type_never_seen,{at}\n" for lead in leads)
    )
    store = open_store(f"sqlite:///{company.home / 'data/leadscore.db'}")
    try:
        report = import_file(store, "events", later, MappingConfig(), tmp_path, 0)
        assert (report.inserted, report.rejected) == (2 * len(leads), 0)
        assert score(company, [(lead, past) for lead in leads], "after") == before
    finally:
        # Served scores no longer follow from facts told afterwards as known long ago; other tests look at both.
        with writing(store) as connection:
            connection.execute(sa.delete(EVENTS).where(EVENTS.c.event_id.regexp_match("^(late|new)-")))
        store.close()


def test_an_unknown_lead_cannot_be_explained(company: Company) -> None:
    answer = company.run("explain", "nobody")
    assert answer.code == 3
    assert "LS-LEAD-01" in answer.err


def test_snapshots_without_the_needed_columns_or_with_bad_times_are_named(company: Company) -> None:
    (company.home / "bad.csv").write_text("lead,when\na,b\n")
    (company.home / "times.csv").write_text("lead_id,as_of\na,2024-01-01\nb,soon\n")
    missing = company.run("score", "bad.csv")
    times = company.run("score", "times.csv")
    assert missing.code == times.code == 3
    assert "column lead_id, as_of is missing; there are lead, when" in missing.err
    assert "row 2: 'soon' is no date" in times.err


def test_a_version_that_is_not_promoted_can_score(company: Company) -> None:
    hot, at = company.demo["hottest"][0]["lead_id"], a_day_ago(company)
    (company.home / "v.csv").write_text(f"lead_id,as_of\n{hot},{at}\n")
    assert company.run("score", "v.csv", "--model", "1", "--out", "v-out.csv").code == 0
    unknown = company.run("score", "v.csv", "--model", "99")
    assert unknown.code == 3
    assert "has no version 99" in unknown.err
