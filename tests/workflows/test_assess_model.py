"""What training finds out beside its headline figures, on small and awkward companies."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest

from leadscore.cli.findings import show_findings
from leadscore.config.load import Settings, load_settings
from leadscore.domain.progress import silent
from leadscore.modeling import recipe
from leadscore.modeling.model_card import model_card
from leadscore.modeling.pictures import draw_pictures
from leadscore.modeling.report import report_page
from leadscore.simulate.company import simulate_company
from leadscore.workflows import assess_model
from leadscore.workflows.assess_model import Subject
from leadscore.workflows.describe_run import nested_runs
from leadscore.workflows.fit_recipe import Fitted, fit
from leadscore.workflows.fitted_model import FittedModel, evaluation_record
from leadscore.workflows.train_challenger import About, fit_events


def quick(**training: object) -> Settings:
    found = load_settings(Path("/nonexistent"))
    trees = found.training.lightgbm.model_copy(update={"trees": 20, "trees_on_few_data": 20})
    small = {"lightgbm": trees, "max_snapshots": 2_000, "backtest_snapshots": 1_500, "bootstrap_draws": 50}
    return replace(found, training=found.training.model_copy(update={**small, **training}))


def fitted(settings: Settings, leads: int, seed: int, days: int) -> FittedModel:
    facts = simulate_company(leads, seed, days=days).facts()
    return fit_events(facts, int(pc.max(facts.events["known_at"]).as_py()), settings, About("x", (), None), silent)


@pytest.fixture(scope="module")
def refitted() -> list[str]:
    """Learners of the fits on part of the leads."""
    return []


@pytest.fixture(scope="module")
def model(refitted: list[str]) -> FittedModel:
    def noted(*asked: Any) -> Fitted:
        found = fit(*asked)
        refitted.append(found.learner)
        return found

    # The cut knows 44 conversions, the instant of training 82, the first earlier cut fewer than 20.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recipe, "ENOUGH", 60)
        patch.setattr(assess_model, "fit", noted)
        return fitted(quick(backtest_origins=2, capacity_per_week=5), 800, 4, 900)


def test_what_is_registered_was_learnt_like_what_was_judged(model: FittedModel) -> None:
    assert model.judged.manifest["training_window"]["conversions"] < 60 <= model.data["conversions"]
    assert model.final.manifest["learner"] == model.judged.manifest["learner"] == recipe.BLEND
    assert all(band.mix.additive for band in model.final.bands)


def test_each_earlier_cut_names_the_learner_it_would_have_had(model: FittedModel) -> None:
    origins = model.assessment["backtest"]["origins"]
    assert [origin["learner"] for origin in origins] == [recipe.SCORECARD, recipe.BLEND, recipe.BLEND]
    assert [run.params["learner"] for run in nested_runs(model)[:3]] == [origin["learner"] for origin in origins]


def test_all_points_of_a_learning_curve_are_of_the_learner_of_the_whole(
    model: FittedModel, refitted: list[str]
) -> None:
    assert model.assessment["learning_curve"]["points"][0]["converting_leads"] < recipe.FEW
    assert refitted == [recipe.BLEND] * 2


def test_the_newest_origin_is_the_evaluation_itself(model: FittedModel) -> None:
    backtest = model.assessment["backtest"]
    assert len(backtest["origins"]) == 3
    newest = backtest["origins"][-1]
    judged = model.evaluation.horizons["60d"]
    assert newest["figures"]["leadscore"]["60d"] == pytest.approx(judged.values())
    assert newest["cut"] == model.judged.manifest["as_of"]
    rows = [origin["evaluation"]["horizons"]["14d"]["rows"] for origin in backtest["origins"]]
    assert backtest["pooled"]["evaluation"]["horizons"]["14d"]["rows"] == sum(rows)


def test_stability_compares_each_fit_with_the_next_on_the_same_rows(model: FittedModel) -> None:
    cuts = [origin["cut"] for origin in model.assessment["backtest"]["origins"]]
    stability = model.assessment["stability"]
    assert [(pair["before"], pair["after"]) for pair in stability] == list(pairwise(cuts))
    assert all(0 < pair["spearman"] <= 1 and 0 < pair["top_overlap"] <= 1 for pair in stability)


def test_capacity_is_what_the_configuration_says_and_the_model_beats_chance(model: FittedModel) -> None:
    capacity = model.assessment["capacity"]
    assert capacity["per_week"] == 5
    found = capacity["models"]["leadscore"]
    assert found["leads_a_week"] == pytest.approx(5)
    assert found["lift"] > 1.5
    assert capacity["models"]["base_rate"]["lift"] == pytest.approx(1.0, abs=0.2)


def test_the_card_has_rows_for_young_leads_and_for_leads_created_after_the_cut(model: FittedModel) -> None:
    cells = model.assessment["calibration_card"]["cells"]
    named = {(cell["grouping"], cell["value"]) for cell in cells}
    assert {("age", "younger than 90 days"), ("lead", "created after the cut"), ("overall", "all leads")} <= named
    assert {"segment", "source", "grade"} <= {grouping for grouping, _ in named}
    for horizon in ("14d", "60d", "180d"):
        whole = next(cell for cell in cells if (cell["grouping"], cell["horizon"]) == ("overall", horizon))
        for grouping in ("age", "lead", "grade"):
            part = [cell for cell in cells if (cell["grouping"], cell["horizon"]) == (grouping, horizon)]
            assert sum(cell["rows"] for cell in part) == whole["rows"]


@pytest.mark.parametrize(("comparable", "beside"), [(True, ["champion"]), (False, [])])
def test_a_champion_stands_beside_the_model_only_where_it_may_be_compared(comparable: bool, beside: list[str]) -> None:
    p = np.full((3, 1), 0.5)
    judged = SimpleNamespace(p=p, baseline_p={"points": p})
    champion = p if comparable else np.full((3, 1), np.nan)
    subject = Subject("events", judged, {}, None, {}, np.zeros(3), champion, {})  # type: ignore[arg-type]
    assert list(subject.p) == ["leadscore", "points", *beside]


def test_reports_say_which_cuts_the_settings_were_tuned_on(
    model: FittedModel, capsys: pytest.CaptureFixture[str]
) -> None:
    record = evaluation_record(model)
    about = {"name": "x", "version": "1", "kind": "events", "learner": "bands", "as_of": None}
    card = {**about, "manifest": model.final.manifest, "attributes": []}
    assert "tuned on" not in report_page(record, about, draw_pictures(record)) + model_card(record, card)
    record["assessment"]["backtest"]["origins"][0]["tuned_on"] = True
    assert "tuned on what came after 1 of these cuts" in report_page(record, about, draw_pictures(record))
    assert "At 2 cuts of the history together (1 more are left out" in model_card(record, card)
    show_findings(record)
    told = capsys.readouterr().out
    assert "(tuned on)" in told
    assert "tuned on what came after 1 of these cuts" in told


def test_a_young_company_without_earlier_cuts_still_gets_report_card_and_runs() -> None:
    young = fitted(quick(learning_curve=False), 400, 1, 200)
    record = evaluation_record(young)
    assert [len(record["assessment"]["backtest"]["origins"]), record["assessment"]["stability"]] == [1, []]
    assert record["assessment"]["learning_curve"] is None
    about = {"name": "x", "version": "1", "kind": "events", "learner": "bands", "as_of": None}
    pictures = draw_pictures(record)
    assert "backtest.svg" not in pictures
    assert "Would more data help?" not in report_page(record, about, pictures)
    card = model_card(record, {**about, "manifest": young.final.manifest, "attributes": []})
    assert "Low confidence" in card
    assert [run.tags["part"] for run in nested_runs(young)].count("backtest") == 1
