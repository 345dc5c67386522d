"""A backtest fits what could have been fitted then, and judges it by what came next."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

from leadscore.config.load import Settings, load_settings
from leadscore.dataset.splits import Split, plan_split
from leadscore.domain.progress import silent
from leadscore.domain.time import parse_instant
from leadscore.features.facts import Facts
from leadscore.modeling.backtest import MODEL
from leadscore.simulate.company import simulate_company
from leadscore.workflows.backtest import OriginFit, Past, backtest
from leadscore.workflows.build_training_set import build_evaluation_set


@pytest.fixture(scope="module")
def settings() -> Settings:
    found = load_settings(Path("/nonexistent"))
    trees = found.training.lightgbm.model_copy(update={"trees": 20, "trees_on_few_data": 20})
    quick = {"lightgbm": trees, "backtest_origins": 2, "backtest_snapshots": 2_000, "max_snapshots": 3_000}
    return replace(found, training=found.training.model_copy(update=quick))


@pytest.fixture(scope="module")
def facts() -> Facts:
    return simulate_company(1_200, 4, days=900).facts()


def past(facts: Facts, settings: Settings) -> Past:
    first, instant = (int(column.as_py()) for column in (pc.min(facts.leads["created_at"]), latest(facts)))
    split: Split = plan_split(first, instant, settings.training)
    newest = build_evaluation_set(facts, split.test_from, split.test_until, split.complete_to, settings)
    return Past(newest, split, (), settings)


def latest(facts: Facts):
    return pc.max(facts.events["known_at"])


@pytest.fixture(scope="module")
def origins(facts: Facts, settings: Settings) -> list[OriginFit | str]:
    return backtest(past(facts, settings), silent)


def test_each_origin_is_judged_beside_the_baselines_on_rows_of_its_own(origins: list[OriginFit | str]) -> None:
    assert len(origins) == 2
    for origin in origins:
        assert set(origin.judged.p) == {MODEL, "base_rate", "points", "naive_bayes", "logistic"}
        assert {len(p) for p in origin.judged.p.values()} == {len(origin.judged.rows)}
        assert origin.judged.rows.known.all()
    assert origins[0].judged.about["until"] == origins[1].judged.about["cut"]
    assert len(origins[0].next_p) == len(origins[1].judged.rows)


def test_origins_judged_on_rows_that_were_tuned_on_say_so(
    facts: Facts, settings: Settings, origins: list[OriginFit | str]
) -> None:
    middle = parse_instant(origins[1].judged.about["cut"]).at
    found = backtest(replace(past(facts, settings), tuned_from=middle), silent)
    assert [each.judged.about.get("tuned_on") for each in found] == [None, True]


def test_what_came_later_changes_no_probability_of_an_earlier_fit(
    facts: Facts, settings: Settings, origins: list[OriginFit | str]
) -> None:
    cut = parse_instant(origins[0].judged.about["cut"]).at
    until = parse_instant(origins[0].judged.about["until"]).at
    before = past(facts, settings)
    # After the test period events vanish; outcomes stay, since they label it.
    forgotten = replace(facts, events=facts.events.filter(pc.less(facts.events["known_at"], until)))
    again = backtest(replace(before, newest=replace(before.newest, facts=forgotten)), silent)[0]
    assert again.judged.about["cut"] == origins[0].judged.about["cut"]
    assert np.array_equal(again.judged.p[MODEL], origins[0].judged.p[MODEL])
    # The outcomes after the cut label the test rows, but teach nothing.
    unlearnt = replace(facts, outcomes=facts.outcomes.filter(pc.greater_equal(facts.outcomes["known_at"], cut)))
    other = backtest(replace(before, newest=replace(before.newest, facts=unlearnt)), silent)[0]
    assert isinstance(other, str)
    assert "converted" in other
