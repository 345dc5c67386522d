"""Tuning looks at nothing that the evaluation will be judged by."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from leadscore.config.load import load_settings
from leadscore.dataset.splits import plan_split
from leadscore.domain.errors import UsageError
from leadscore.domain.progress import silent
from leadscore.domain.time import parse_instant
from leadscore.modeling.base_rate import base_rates
from leadscore.notebook import open_history
from leadscore.workflows.name_study import study_name
from leadscore.workflows.tune_events import TuneRequest, require_tuning, tune_events, with_tuning
from leadscore.workflows.tuning_folds import FactsBefore, Fold, folds_before


@pytest.fixture(scope="module")
def past(company):
    """The facts of the company up to the end of its files, and the split of its evaluation."""
    history = open_history(company.home, {"max_snapshots": 1_500, "lightgbm": {"trees": 10, "trees_on_few_data": 10}})
    first = int(np.min(history.facts.leads["created_at"].to_numpy()))
    split = plan_split(first, int(history.until.timestamp() * 1e6), history.settings.training)
    return FactsBefore(history.facts, split, {"utm_medium"}), history.settings


@pytest.fixture(scope="module")
def folds(past):
    return folds_before(*past, silent)


def test_nothing_known_at_or_after_the_cut_of_the_evaluation_is_looked_at(past, folds):
    found, settings = past
    unknowing = FactsBefore(found.facts.known_before(found.split.cut), found.split, found.left_out)
    for seen, blind in zip(folds, folds_before(unknowing, settings, silent), strict=True):
        assert np.array_equal(seen.learnt.bands.matrix, blind.learnt.bands.matrix, equal_nan=True)
        assert np.array_equal(seen.matrix, blind.matrix, equal_nan=True)
        assert np.array_equal(seen.later.known, blind.later.known)
        assert np.array_equal(seen.later.labels(), blind.later.labels())


def test_each_cut_lies_before_the_next_and_the_suspects_are_left_out(past, folds):
    cuts = [parse_instant(fold.learnt.as_of).at for fold in folds]
    assert cuts == sorted(set(cuts))
    assert cuts[-1] < past[0].split.cut
    assert all("attribute_utm_medium" not in fold.learnt.features.names for fold in folds)


def test_what_had_not_ripened_by_the_cut_of_the_evaluation_is_unknown_there_and_never_negative(folds):
    newest = folds[-1].later.known
    assert 0 < newest[:, 0].mean() < 1
    assert not newest[:, -1].any()


def test_the_same_facts_and_recipe_go_on_with_the_same_search(past, tmp_path):
    found, settings = past
    service = settings.service.model_copy(update={"home": tmp_path})
    settings = type(settings)(**{**vars(settings), "service": service})
    first = tune_events(found, settings, TuneRequest(1, trials=1), silent)
    again = tune_events(found, settings, TuneRequest(1, trials=1), silent)
    assert (first.about["tried"], again.about["tried"]) == (1, 2)
    assert again.about["study"] == first.about["study"]
    assert (tmp_path / "models/tuning.db").is_file()
    assert with_tuning(settings, again.about).training.lightgbm == again.settings.training.lightgbm
    assert again.about["loss"] <= again.about["start_loss"]
    assert tune_events(found, settings, None, silent).settings is settings


def started_with(settings, home, **changes):
    """The same settings, a search of their own, and another start for it."""
    service = settings.service.model_copy(update={"home": home})
    lightgbm = settings.training.lightgbm.model_copy(update=changes)
    return replace(settings, service=service, training=settings.training.model_copy(update={"lightgbm": lightgbm}))


@pytest.mark.slow
def test_a_start_that_has_hardly_learnt_is_given_up(past, tmp_path):
    found, settings = past
    awful = started_with(settings, tmp_path, trees=1, trees_on_few_data=1, learning_rate=0.01)
    tuned = tune_events(found, awful, TuneRequest(5, trials=4), silent)
    assert tuned.about["adopted"]
    assert tuned.about["gain"]["low"] > 0
    assert tuned.about["changed"] == tuned.about["best"] != {}
    assert tuned.settings.training.lightgbm.trees > 1


@pytest.mark.slow
def test_settings_that_were_lucky_at_one_cut_and_lose_at_the_others_are_not_adopted(past, folds, tmp_path, monkeypatch):
    found, settings = past
    cuts = [fold.learnt.as_of for fold in folds]

    def lucky_at_one_cut(fold, tried):
        """The base rates, moved far towards the outcomes at one cut and a little away from them at the others."""
        lightgbm, rates = tried.training.lightgbm, base_rates(fold.later)
        lucky = lightgbm.leaves % len(cuts) == cuts.index(fold.learnt.as_of)
        moved = 0.0 if lightgbm == settings.training.lightgbm else 0.5 if lucky else -0.1
        return 1 / (1 + np.exp(-np.log(rates / (1 - rates)) - moved * np.where(fold.later.labels(), 1, -1)))

    monkeypatch.setattr(Fold, "predicted", lucky_at_one_cut)
    tuned = tune_events(found, started_with(settings, tmp_path), TuneRequest(5, trials=10), silent)
    assert tuned.about["loss"] < tuned.about["start_loss"] - 0.02
    assert tuned.about["gain"]["value"] <= 0
    assert not tuned.about["adopted"]
    assert tuned.about["changed"] == {} != tuned.about["best"]
    assert tuned.settings.training == settings.training


@pytest.mark.slow
def test_settings_that_change_nothing_are_not_adopted(past, tmp_path, monkeypatch):
    found, settings = past
    monkeypatch.setattr(Fold, "predicted", lambda fold, _: np.full(fold.later.known.shape, 0.1))
    tuned = tune_events(found, started_with(settings, tmp_path), TuneRequest(5, trials=4), silent)
    assert (tuned.about["gain"], tuned.about["adopted"]) == (None, False)


def test_without_optuna_or_with_another_classifier_it_is_said_what_to_do(past, monkeypatch, company):
    settings = past[1]
    other = settings.training.model_copy(update={"estimator": "sklearn.naive_bayes.GaussianNB"})
    with pytest.raises(UsageError, match="GaussianNB"):
        require_tuning(type(settings)(**{**vars(settings), "training": other}))
    monkeypatch.delitem(sys.modules, "leadscore.modeling.tuning", raising=False)
    monkeypatch.setitem(sys.modules, "optuna", None)
    answer = company.run("train", "--tune", "--name", "tuned")
    assert answer.code == 2
    assert "pip install 'leadscore[tune]'" in answer.err
    assert company.run("train", "--tune", "--table", "x.csv", "--target", "y").code == 2


def test_settings_are_the_same_without_tuning(company):
    settings = load_settings(company.home)
    assert with_tuning(settings, None) is settings


def test_a_search_is_not_continued_when_what_makes_rows_or_the_program_differ(past, monkeypatch):
    found, settings = past
    name = study_name(found, settings)
    rules = settings.routing.qualification.model_copy(update={"sql_event_types": ("call_booked",)})
    routing = settings.routing.model_copy(update={"qualification": rules})
    assert study_name(found, replace(settings, routing=routing)) != name
    monkeypatch.setattr("leadscore.workflows.name_study.version", lambda name: "9.9.9")
    assert study_name(found, settings) != name


@pytest.mark.parametrize(
    ("change", "goes_on"),
    [
        ({"bootstrap_draws": 999, "backtest_origins": 0, "learning_curve": False}, True),
        ({"capacity_per_week": 7, "grade_lifts": (5.0, 2.0, 1.0), "table_test_share": 0.5, "max_columns": 9}, True),
        ({"history_days": 500}, False),
        ({"newest_level_days": 0}, False),
        ({"evaluation_window_days": 90}, False),
    ],
)
def test_a_search_goes_on_when_only_settings_that_no_loss_depends_on_differ(past, change, goes_on):
    found, settings = past
    changed = replace(settings, training=settings.training.model_copy(update=change))
    assert (study_name(found, changed) == study_name(found, settings)) == goes_on


def test_a_search_goes_on_with_more_threads_but_not_from_other_settings_to_start_with(past):
    found, settings = past
    for change, goes_on in (({"threads": 1}, True), ({"leaves": 5}, False)):
        lightgbm = settings.training.lightgbm.model_copy(update=change)
        changed = replace(settings, training=settings.training.model_copy(update={"lightgbm": lightgbm}))
        assert (study_name(found, changed) == study_name(found, settings)) == goes_on
