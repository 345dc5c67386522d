"""Training, judging, promotion and rollback, through the command line."""

import csv
import json
import random
import re
from pathlib import Path

import pytest

from ..company import Company


def test_the_demo_ends_with_a_champion_and_ten_hot_leads(company: Company) -> None:
    demo = company.demo
    assert demo["simulated"] is True
    assert demo["training"]["gate"]["passed"] is True
    assert demo["promoted"] is True
    assert len(demo["hottest"]) == 10
    scores = [lead["score"] for lead in demo["hottest"]]
    assert scores == sorted(scores, reverse=True)
    assert all(lead["reasons"][0]["text"] for lead in demo["hottest"])
    assert (company.home / "models/leadscore/champion/manifest.json").is_file()
    assert not (company.home / "mlruns").exists()


def test_training_answers_with_the_agreed_document(company: Company) -> None:
    training = company.demo["training"]
    agreed = {"name", "version", "kind", "learner", "as_of", "metrics", "leak_suspects", "gate"}
    assert set(training) == {*agreed, "low_confidence"}
    assert set(training["metrics"]) == {"roc_auc", "pr_auc", "log_loss", "brier", "ece"}
    assert training["kind"] == "events"


def test_the_model_ranks_later_leads_better_than_chance_and_better_than_the_base_rate(company: Company) -> None:
    record = company.run("evaluate", "1", "--json").json()
    main = record["main_horizon"]
    assert record["model"]["horizons"][main]["metrics"]["roc_auc"]["low"] > 0.6
    base = record["baselines"]["base_rate"]["horizons"][main]["metrics"]["log_loss"]["value"]
    assert record["model"]["horizons"][main]["metrics"]["log_loss"]["value"] < base
    assert set(record["baselines"]) == {"base_rate", "points", "naive_bayes", "logistic"}


def test_evaluate_writes_a_report_page(company: Company) -> None:
    answer = company.run("evaluate", "1", "--json")
    page = (company.home / "reports/leadscore-1.html").read_text()
    assert answer.code == 0
    asked = ("Does the next model", "does 30 % mean", "at earlier cuts", "sales would have caught", "more data help")
    assert [words for words in asked if words not in page] == []
    pictured = answer.json()["leak_pictures"]
    assert pictured
    assert page.count("<svg") == 8 + len(pictured)
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert "May be promoted." in page


def test_evaluate_tells_people_what_else_was_found_out(company: Company) -> None:
    told = company.run("evaluate", "1").out
    for words in ("The same recipe at earlier cuts", "Calibration: in", "Capacity: the", "Retraining:", "More data:"):
        assert words in told


def test_show_splits_draws_the_periods_and_trains_nothing(company: Company) -> None:
    answer = company.run("train", "--show-splits")
    assert answer.code == 0
    assert "training" in answer.out
    assert "#" in answer.out


@pytest.mark.slow
def test_a_retrained_model_that_is_no_better_is_refused_and_the_champion_stays(company: Company) -> None:
    trained = company.run("train", "--name", "leadscore", "--json").json()
    promoted = company.run("promote", "--json")
    assert trained["gate"]["passed"] is False
    assert promoted.code == 3
    assert promoted.json()["promoted"] is False
    assert promoted.json()["previous"] == "1"
    assert any("not surely better than the champion" in reason for reason in promoted.json()["reasons"])
    manifest = json.loads((company.home / "models/leadscore/champion/manifest.json").read_text())
    assert manifest["version"] == "1"


@pytest.mark.slow
def test_training_as_of_a_past_day_is_what_one_would_have_had_that_day(company: Company) -> None:
    before = company.demo["training"]["as_of"]
    past = f"{int(before[:4]) - 1}{before[4:10]}"
    first = company.run("train", "--as-of", past, "--name", "past", "--json").json()
    second = company.run("train", "--as-of", past, "--name", "past", "--json").json()
    assert first["as_of"] == f"{past}T00:00:00Z"
    assert first["metrics"] == second["metrics"]


def table(path: Path, rows: int, seed: int, leak: bool = False) -> Path:
    rng = random.Random(seed)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["key", "visits", "industry", "closed_reason", "converted"])
        for number in range(rows):
            visits, industry = rng.randint(0, 20), rng.choice(["software", "retail", "unknown"])
            won = rng.random() < 0.1 + 0.03 * visits + (0.1 if industry == "software" else 0)
            writer.writerow([f"k{number}", visits, industry, "signed" if won and leak else "", "yes" if won else "no"])
    return path


def test_a_flat_table_is_learnt_promoted_scored_and_rolled_back(empty: Company) -> None:
    file = str(table(empty.home / "leads.csv", 1500, 1))
    words = ("train", "--table", file, "--target", "converted", "--id", "key", "--name", "flat", "--json")
    first = empty.run(*words)
    assert first.code == 0, first.err
    assert first.json()["kind"] == "table"
    assert first.json()["metrics"]["roc_auc"] > 0.6
    assert empty.run("promote", "--name", "flat", "--json").json() == {
        "promoted": True,
        "version": "1",
        "previous": None,
        "reasons": first.json()["gate"]["reasons"],
    }
    scored = empty.run("score", "--table", file, "--name", "flat", "--out", "out.csv", "--json")
    assert scored.json()["rows"] == 1500
    with (empty.home / "out.csv").open(newline="") as scores:
        rows = list(csv.DictReader(scores))
    assert list(rows[0]) == ["key", "p_convert", "score", "grade", "reason_1", "reason_2", "reason_3"]
    assert [row["key"] for row in rows[:3]] == ["k0", "k1", "k2"]
    assert empty.run("rollback", "--name", "flat").code == 3
    told = empty.run("evaluate", "--name", "flat").out
    assert "On later data never trained on:" in told
    assert re.search(r"Capacity: the \d+ hottest rows hold", told), told


def test_a_field_that_tells_the_outcome_is_left_out_by_name_unless_kept(empty: Company) -> None:
    file = str(table(empty.home / "leads.csv", 1500, 1, leak=True))
    words = ("train", "--table", file, "--target", "converted", "--id", "key", "--name", "flat", "--json")
    found = empty.run(*words).json()
    assert [suspect["field"] for suspect in found["leak_suspects"]] == ["closed_reason"]
    assert found["metrics"]["roc_auc"] < 0.9
    kept = empty.run(*words, "--keep", "closed_reason").json()
    assert kept["leak_suspects"] == []
    assert kept["metrics"]["roc_auc"] > 0.99


def test_a_table_without_signal_is_registered_and_refused(empty: Company) -> None:
    rng = random.Random(5)
    rows = [(rng.randint(0, 9), rng.choice("ab"), rng.choice(["yes", "no"])) for _ in range(1200)]
    (empty.home / "noise.csv").write_text("n,c,y\n" + "\n".join(f"{n},{c},{y}" for n, c, y in rows))
    trained = empty.run("train", "--table", "noise.csv", "--target", "y", "--json")
    assert trained.code == 0
    assert trained.json()["gate"]["passed"] is False
    assert empty.run("promote").code == 3


@pytest.mark.parametrize(
    ("words", "code", "found"),
    [
        (("--table", "absent.csv", "--target", "y"), 2, "there is no such file"),
        (("--table", "t.csv"), 2, "--table without --target"),
        (("--target", "y"), 2, "options of a table, without --table"),
        (("--table", "t.csv", "--target", "nope"), 2, "there is no column nope"),
        (("--table", "t.csv", "--target", "industry"), 2, "its values are"),
        (("--table", "tiny.csv", "--target", "converted"), 3, "labelled rows"),
        (("--as-of", "yesterday"), 3, "is no date"),
        (("--tune-minutes", "5"), 2, "--tune-minutes without --tune"),
    ],
)
def test_what_cannot_be_trained_is_said_with_its_remedy(
    empty: Company, words: tuple[str, ...], code: int, found: str
) -> None:
    table(empty.home / "t.csv", 200, 1)
    table(empty.home / "tiny.csv", 12, 1)
    answer = empty.run("train", *words)
    assert answer.code == code, answer.err
    assert found in answer.err
    assert "Traceback" not in answer.err


def test_promotion_can_be_undone(empty: Company) -> None:
    rng = random.Random(9)
    rows = [(rng.random(), rng.random()) for _ in range(3000)]
    weak, strong = empty.home / "weak.csv", empty.home / "strong.csv"
    with weak.open("w") as poor, strong.open("w") as rich:
        poor.write("hint,y\n")
        rich.write("hint,visits,y\n")
        for hint, visits in rows:
            won = "yes" if rng.random() < 0.05 + 0.4 * hint + 0.5 * visits * visits else "no"
            poor.write(f"{hint:.3f},{won}\n")
            rich.write(f"{hint:.3f},{visits:.3f},{won}\n")
    for number, file in enumerate((weak, strong), start=1):
        trained = empty.run("train", "--table", str(file), "--target", "y", "--json")
        assert trained.json()["gate"]["passed"] is True, trained.json()["gate"]
        promoted = empty.run("promote", "--json").json()
        assert (promoted["promoted"], promoted["version"]) == (True, str(number))
    back = empty.run("rollback", "--json").json()
    assert (back["version"], back["previous"]) == ("1", "2")
    manifest = json.loads((empty.home / "models/leadscore/champion/manifest.json").read_text())
    assert manifest["version"] == "1"
    assert empty.run("rollback").code == 3
    again = empty.run("promote", "--json").json()
    assert (again["promoted"], again["version"]) == (True, "2")


def test_a_classifier_that_is_not_there_is_refused_at_once_with_what_is(empty: Company) -> None:
    (empty.home / "configs/training.yaml").write_text("estimator: sklearn.ensemble.RandomForrest\n")
    for words in (("train",), ("train", "--table", "nowhere.csv", "--target", "y")):
        answer = empty.run(*words)
        assert answer.code == 2
        assert "LS-CONFIG-02" in answer.err
        assert "sklearn.ensemble.RandomForestClassifier" in answer.err
    (empty.home / "configs/training.yaml").write_text("estimator_settings: {max_iter: 3}\n")
    assert "estimator_settings belong to another estimator" in empty.run("train").err
