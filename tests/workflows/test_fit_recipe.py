from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from leadscore.config.load import load_settings
from leadscore.domain.progress import silent
from leadscore.domain.time import DAY_US, parse_instant
from leadscore.modeling.confidence import LittleHistory, expected_on
from leadscore.modeling.intervals import IntervalTable
from leadscore.simulate.company import simulate_company
from leadscore.workflows.build_training_set import build_training_set
from leadscore.workflows.fit_recipe import little_history
from leadscore.workflows.learn_events import learnable

TABLE = IntervalTable((0.0, 0.5, 1.0), (0.0, 0.25, 0.5), (0.2, 0.7, 1.0))


@pytest.fixture(scope="module")
def settings():
    found = load_settings(Path("/nonexistent"))
    return replace(found, training=found.training.model_copy(update={"max_snapshots": 2_000}))


@pytest.fixture(scope="module")
def small(settings):
    company = simulate_company(300, seed=4, days=900)
    return build_training_set(company.facts(), company.until, settings, silent)


def judged():
    return SimpleNamespace(intervals=(TABLE,) * 3)


def test_a_model_on_few_conversions_says_how_many_are_missing_and_how_wide_its_doubt_is(small, settings):
    found = little_history(learnable(small, ()), judged(), settings, "events")
    assert found.conversions == small.conversions < 150
    assert found.conversions + found.missing == 150
    assert (found.low, found.high) == TABLE.at(found.chance)
    assert f"{found.missing} more are wanted, about {found.expected_on} at the present pace" in found.told()


def test_the_day_of_enough_conversions_follows_from_those_of_the_last_year(small, settings):
    since = small.until - 365 * DAY_US
    recent = (small.table.won_at > since) & (small.table.won_at < small.until)
    pace = len(set(np.asarray(small.table.lead_id)[recent])) / 365
    assert small.conversions_a_day == pytest.approx(pace)
    found = little_history(learnable(small, ()), judged(), settings, "events")
    days = (parse_instant(found.expected_on).at - small.until) / DAY_US
    assert days == pytest.approx(found.missing / pace, abs=1)


def test_nothing_is_said_of_a_model_on_enough_conversions(small, settings):
    easy = settings.promotion.model_copy(update={"low_confidence_conversions": small.conversions})
    assert little_history(learnable(small, ()), judged(), replace(settings, promotion=easy), "events") is None


def test_without_any_pace_no_day_is_promised():
    assert expected_on(10, None, 0) is None
    assert expected_on(10, 0.0, 0) is None
    assert expected_on(10, 1e-9, 0) is None
    assert "nobody knows" in LittleHistory(140, 150, None, "60d", 0.1, 0.05, 0.2).told()


def test_what_is_said_survives_the_manifest():
    found = LittleHistory(42, 150, "2027-03-01", "60d", 0.012, 0.005, 0.031)
    assert LittleHistory.from_dict(found.to_dict()) == found
