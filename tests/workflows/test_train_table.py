"""Table mode: a champion is compared only on rows it has not seen, and the gate says why it cannot be."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from leadscore.config.load import Settings, load_settings
from leadscore.dataset.table import TableRequest, table_matrix
from leadscore.domain.progress import silent
from leadscore.features.table_columns import table_row
from leadscore.modeling.artifact import load_artifact, write_artifact
from leadscore.modeling.candidates import LEARNERS, Candidate
from leadscore.modeling.choice import Choice
from leadscore.modeling.doubts import Doubts
from leadscore.registry.pyfunc_model import LeadscoreModel
from leadscore.scoring.scorer import Scorer
from leadscore.workflows import fit_recipe, train_table
from leadscore.workflows.champion import Champion
from leadscore.workflows.fitted_model import FittedModel, evaluation_record
from leadscore.workflows.order_table import order_table
from leadscore.workflows.train_table import fit_table

TARGET = TableRequest("y")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = load_settings(tmp_path)
    trees = found.training.lightgbm.model_copy(update={"trees": 20, "trees_on_few_data": 20})
    training = found.training.model_copy(update={"lightgbm": trees, "bootstrap_draws": 50})
    return replace(found, training=training)


def rows(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    visits = rng.random(1_000)
    won = np.where(rng.random(1_000) < 0.2 + 0.5 * visits, "yes", "no")
    return pd.DataFrame({"key": [f"{seed}-{n}" for n in range(1_000)], "visits": visits.astype(str), "y": won})


def trained(
    frame: pd.DataFrame,
    settings: Settings,
    request: TableRequest = TARGET,
    champion: Champion | None = None,
    secret: bytes = b"of the store",
) -> FittedModel:
    table = replace(order_table(frame, request, settings, "leads.csv"), secret=secret)
    return fit_table(table, request, settings, "flat", champion, silent)


def champion_of(fitted: FittedModel, folder: Path) -> Champion:
    write_artifact(folder / "rival", fitted.judged)
    return Champion("1", fitted.final.score_table, "table", load_artifact(folder / "rival"))


@pytest.mark.parametrize("id_column", ["key", None])
def test_rows_that_the_champion_has_learnt_from_are_not_compared_on(
    settings: Settings, tmp_path: Path, id_column: str | None
) -> None:
    request = replace(TARGET, id_column=id_column, exclude=("key",))
    champion = champion_of(trained(rows(1), settings, request), tmp_path)
    again = trained(rows(1), settings, request, champion)
    assert again.verdict.figures["rows"] == len(rows(1)) - again.data["counts"]["training"]
    shuffled = trained(rows(1), settings, replace(request, shuffled=True), champion)
    assert 0 < shuffled.verdict.figures["rows"] < 0.5 * shuffled.data["counts"]["judging"]
    old_first = pd.concat([rows(2), rows(1).iloc[:700]])
    overlapping = trained(old_first, settings, request, champion)
    assert not overlapping.verdict.passed
    assert "may have learnt from each of the" in overlapping.verdict.reasons[0]
    fresh = trained(rows(3), settings, request, champion)
    assert fresh.verdict.figures["rows"] == fresh.data["counts"]["judging"]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"visits": "calls"}, "needs column visits, which the table lacks"),
        ({"y": "won"}, "has the target y, not won"),
    ],
)
def test_the_gate_says_why_the_champion_cannot_be_compared(
    settings: Settings, tmp_path: Path, change: dict[str, str], cause: str
) -> None:
    request = replace(TARGET, exclude=("key",))
    champion = champion_of(trained(rows(1), settings, request), tmp_path)
    other = replace(request, target=change.get("y", "y"))
    ruling = trained(rows(2).rename(columns=change), settings, other, champion).verdict
    assert not ruling.passed
    assert ruling.reasons == [f"the champion, version 1, {cause}; train under another --name"]


def test_rows_that_were_remembered_by_the_secret_of_another_store_cannot_be_told_apart(
    settings: Settings, tmp_path: Path
) -> None:
    request = replace(TARGET, id_column="key", exclude=("key",))
    champion = champion_of(trained(rows(1), settings, request), tmp_path)
    ruling = trained(rows(1), settings, request, champion, b"of another").verdict
    assert not ruling.passed
    assert "by the secret of another store" in ruling.reasons[0]


def test_a_champion_of_events_is_named_as_the_cause(settings: Settings) -> None:
    champion = Champion("4", trained(rows(1), settings).final.score_table, "events", None)
    ruling = trained(rows(1), settings, champion=champion).verdict
    assert "version 4, is an events model and cannot be compared" in ruling.reasons[0]


def test_a_label_drawn_at_random_is_refused_for_want_of_a_signal(settings: Settings) -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "a": rng.normal(size=2_000).round(3).astype(str),
            "b": rng.choice(list("wxyz"), 2_000),
            "c": rng.integers(0, 9, 2_000).astype(str),
            "y": np.where(rng.random(2_000) < 0.3, "yes", "no"),
        }
    )
    fitted = trained(frame, settings)
    assert not fitted.verdict.passed
    assert "base rate" in fitted.verdict.reasons[0]
    headline = fitted.evaluation.horizons["table"].values()
    base = fitted.baselines["base_rate"].horizons["table"].values()
    assert headline["log_loss"] == pytest.approx(base["log_loss"], abs=0.02)


def with_leaks(seed: int = 1) -> pd.DataFrame:
    frame = rows(seed)
    won = frame["y"] == "yes"
    closed = np.where(won, "2026-03-04", "")
    return frame.assign(
        close_date=closed, code=np.where(won, "k", "m"), note=[f"said {n} words to me" for n in range(1_000)]
    )


def test_leaks_are_left_out_with_rule_evidence_and_picture(settings: Settings) -> None:
    fitted = trained(with_leaks(), settings)
    assert {each.field: each.rule for each in fitted.leak_suspects} == {
        "close_date": "repeats_label",
        "code": "repeats_label",
        "key": "identifier",
        "note": "free_text",
    }
    assert fitted.final.features.encoders.keys() == {"visits"}
    assert fitted.leak_pictures.keys() == {each.field for each in fitted.leak_suspects}
    assert all(svg.startswith("<svg") for svg in fitted.leak_pictures.values())
    assert not any(key in svg for svg in fitted.leak_pictures.values() for key in with_leaks()["key"][:9])


def test_a_field_kept_on_request_is_used_and_recorded_with_its_finding(settings: Settings) -> None:
    fitted = trained(with_leaks(), settings, replace(TARGET, keep=("code", "visits")))
    assert "code" in fitted.final.features.encoders
    assert [each.field for each in fitted.kept_suspects] == ["code"]
    assert "code" not in {each.field for each in fitted.leak_suspects}
    record = evaluation_record(fitted)
    assert [each["rule"] for each in record["kept_suspects"]] == ["repeats_label"]
    # Whoever promotes it reads these, and must not take what the field knows for evidence.
    assert record["gate"]["reasons"][-1].endswith("suspected of knowing the outcome: code (repeats_label)")
    assert fitted.final.manifest["training_window"]["kept"] == ["code", "visits"]


def test_the_rows_kept_for_judging_have_no_say_in_what_is_learnt(settings: Settings) -> None:
    frame = pd.concat([rows(1), rows(2)], ignore_index=True)
    later, won = frame.index >= 1_500, frame["y"] == "yes"
    # Later rows that contradict the older ones, hold words never seen before, and hold a leak.
    other = frame.assign(
        y=np.where(later, np.where(won, "no", "yes"), frame["y"]),
        visits=np.where(later, "many", frame["visits"]),
        code=np.where(later & ~won, "k", "m"),
    )
    told, told_other = (trained(each, settings, replace(TARGET, exclude=("key",))) for each in (frame, other))
    assert told_other.choice == told.choice
    assert told_other.judged.features.fingerprint == told.judged.features.fingerprint
    assert told_other.judged.bands == told.judged.bands
    assert told_other.leak_suspects == told.leak_suspects


@pytest.mark.parametrize("learner", [*LEARNERS])
def test_every_learner_serves_the_numbers_that_it_was_judged_by(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, learner: str
) -> None:
    only = Choice(Candidate(learner, 0.5), "level", 1.0, 0.0, True, (), ())
    monkeypatch.setattr(train_table, "choose_learner", lambda *_: only)
    frame = rows(1).assign(size=np.tile(["small", "big", "", "Select", "3"], 200))
    fitted = trained(frame, settings)
    write_artifact(tmp_path / "model", fitted.final)
    artifact = load_artifact(tmp_path / "model")
    assert artifact.manifest["learner"] == learner
    matrix = table_matrix(frame, artifact.features)
    batch = Scorer(artifact).score_matrix(matrix)
    for number in range(0, 1_000, 37):
        cells = frame.iloc[number].to_dict()
        row = Scorer(artifact).score_row(table_row(cells, artifact.features))
        assert row.p_main == batch["p_convert"][number]
        assert row.reasons[0].text == batch["reason_1"][number]
    pyfunc = LeadscoreModel()
    pyfunc.load_context(SimpleNamespace(artifacts={"model": str(tmp_path / "model")}))
    assert pyfunc.predict(None, frame)["p_convert"].tolist() == batch["p_convert"]


def test_a_classifier_named_in_the_configuration_takes_lightgbms_place(settings: Settings, tmp_path: Path) -> None:
    named = {"estimator": "sklearn.naive_bayes.GaussianNB", "estimator_settings": {"var_smoothing": 1e-8}}
    frame = rows(1).assign(size=np.tile(["small", "big", "", "Select", "3"], 200))
    fitted = trained(frame, replace(settings, training=settings.training.model_copy(update=named)))
    assert (fitted.verdict.passed, fitted.verdict.reasons) != (False, [])
    write_artifact(tmp_path / "model", fitted.final)
    artifact = load_artifact(tmp_path / "model")
    assert artifact.manifest["learner"] == "GaussianNB"
    assert named.items() <= artifact.manifest["extra"].items()
    assert artifact.manifest["extra"]["likeness"][0] > 0.5
    assert fitted.evaluation.horizons["table"].values()["roc_auc"] > 0.55
    served = Scorer(artifact).score_row(table_row(frame.iloc[0].to_dict(), artifact.features))
    assert served.p_main == Scorer(artifact).score_matrix(table_matrix(frame, artifact.features))["p_convert"][0]


def test_a_table_has_no_market_that_may_have_moved_since(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    intervals = trained(rows(1), settings).final.intervals
    monkeypatch.setattr(fit_recipe, "doubts_of_events", lambda _: Doubts(drift=5.0))
    assert trained(rows(1), settings).final.intervals == intervals


def test_the_choice_and_its_rivals_are_on_record(settings: Settings) -> None:
    frame = pd.concat([rows(1), rows(2), rows(3)], ignore_index=True)
    record = evaluation_record(trained(frame, settings))
    assert record["choice"]["chosen"]["learner"] in LEARNERS
    assert {each["learner"] for each in record["choice"]["candidates"]} == set(LEARNERS)
    assert len(record["choice"]["folds"]) == 3
