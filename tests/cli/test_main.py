"""The command line as its users meet it: one JSON document, exit codes, help that teaches."""

import pytest

from leadscore.cli.main import VERBS

from ..company import Company
from ..small_model import trained_texts, write_small_model
from ..spec.damage import on_purpose


def test_the_help_lists_every_verb_without_loading_any(empty: Company) -> None:
    answer = empty.run("--help")
    assert answer.code == 0
    assert all(verb in answer.out for verb in VERBS)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_explains_itself(empty: Company, verb: str) -> None:
    answer = empty.run(verb, "--help")
    assert answer.code == 0
    assert "Usage: " in answer.out


def test_an_unknown_verb_is_a_usage_error(empty: Company) -> None:
    assert empty.run("trian").code == 2


def test_an_unknown_option_is_a_usage_error(empty: Company) -> None:
    assert empty.run("train", "--asof", "2024-01-01").code == 2


def test_a_wrong_configuration_is_a_usage_error_that_names_the_setting(empty: Company) -> None:
    (empty.home / "configs/training.yaml").write_text("horizon_days: [1]\n")
    answer = empty.run("train")
    assert answer.code == 2
    assert "horizon_days: is no setting; did you mean horizons_days?" in answer.err


def test_training_without_facts_is_a_data_error_as_one_json_document(empty: Company) -> None:
    answer = empty.run("train", "--json")
    assert answer.code == 3
    assert answer.json()["error"]["code"] == "LS-DATA-01"
    assert "leadscore import leads" in answer.err


def test_scoring_without_a_champion_names_the_remedy(empty: Company) -> None:
    (empty.home / "s.csv").write_text("lead_id,as_of\na,2024-01-01\n")
    answer = empty.run("score", "s.csv", "--out", "o.csv")
    assert answer.code == 3
    assert "LS-MODEL-01" in answer.err
    assert "leadscore promote" in answer.err


def test_an_unreachable_registry_is_an_outside_error(empty: Company) -> None:
    (empty.home / "configs/service.yaml").write_text("mlflow_tracking_uri: sqlite:////proc/nowhere/mlflow.db\n")
    assert empty.run("promote").code in {2, 4}


def test_doctor_finds_a_fresh_home_healthy(empty: Company) -> None:
    answer = empty.run("doctor", "--json")
    assert answer.code == 0, answer.out
    assert answer.json()["healthy"] is True


def test_doctor_names_a_damaged_champion(company: Company, empty: Company) -> None:
    champion = empty.home / "models/leadscore/champion"
    champion.mkdir(parents=True)
    for path in (company.home / "models/leadscore/champion").iterdir():
        (champion / path.name).write_bytes(path.read_bytes())
    band = champion / "band_0.txt"
    band.write_text(band.read_text().replace("leaf_value=", "leaf_value= "))
    answer = empty.run("doctor", "--json")
    assert answer.code == 4
    damaged = next(check for check in answer.json()["checks"] if check["name"] == "champion of leadscore")
    assert damaged["ok"] is False
    assert "band_0.txt has changed" in damaged["found"]


def test_doctor_survives_a_champion_that_ends_the_process_that_reads_it(empty: Company) -> None:
    champion = empty.home / "models/leadscore/champion"
    write_small_model(champion, trained_texts())
    on_purpose(champion, "a cycle of two")
    answer = empty.run("doctor", "--json")
    assert answer.code == 4
    (told,) = [check for check in answer.json()["checks"] if check["name"] == "champion of leadscore"]
    assert "ends a process" in told["found"]


def test_init_makes_a_home_and_leaves_what_is_there(empty: Company) -> None:
    first = empty.run("init", "shop", "--json")
    (empty.home / "shop/configs/training.yaml").write_text("seed: 7\n")
    again = empty.run("init", "shop", "--json")
    assert first.code == again.code == 0
    assert len(first.json()["written"]) == 7
    assert again.json()["written"] == []
    assert (empty.home / "shop/configs/training.yaml").read_text() == "seed: 7\n"
    assert (empty.home / "shop/data/leadscore.db").is_file()


def test_keys_are_shown_once_and_can_be_revoked(empty: Company) -> None:
    made = empty.run("keys", "create", "--scope", "read", "--json").json()
    listed = empty.run("keys", "list", "--json")
    assert made["key"].startswith("ls_read_")
    assert made["key"] not in listed.out
    assert empty.run("keys", "revoke", made["id"], "--json").code == 0
    assert empty.run("keys", "list", "--json").json()[0]["revoked_at"] is not None
    assert empty.run("keys", "revoke", "nobody").code == 3
