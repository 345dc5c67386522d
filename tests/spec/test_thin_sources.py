"""Thin and new sources borrow from the others by themselves, in trees and in the blend for few conversions."""

import numpy as np
import pytest

from leadscore.config.training import LightGbmConfig
from leadscore.features.definitions import Feature
from leadscore.modeling.predictor import BandPredictor
from leadscore.modeling.recipe import Columns, Recipe, fit_recipe
from leadscore.modeling.rows import TrainingRows

BIG_GOOD, THIN, NEW = 1, 4, 9
THIN_LEADS = 40
COLUMNS = Columns(
    (
        Feature("demo_requested_decayed_30d", "decayed", "demo_requested", half_life_days=30),
        Feature("source", "attribute", attribute="source"),
    ),
    (1,),
)


def company(rate, leads, seed=0):
    """Four big sources, one of them three times as good, and a thin one of which a fifth converted by luck."""
    random = np.random.default_rng(seed)
    source = random.choice(4, leads).astype(float)
    source[:THIN_LEADS] = THIN
    demos = random.exponential(1, leads)
    chance = rate * np.where(source == BIG_GOOD, 3.0, 1.0) * demos
    converted = random.random(leads) < chance
    converted[:THIN_LEADS] = np.arange(THIN_LEADS) % 5 == 0
    return TrainingRows(
        matrix=np.column_stack([demos, source]),
        known=np.ones((leads, 1), dtype=bool),
        converted=converted[:, None],
        weight=np.ones(leads),
        cluster=np.arange(leads),
    )


@pytest.fixture(scope="module", params=[(0.04, 8_000), (0.006, 6_000)], ids=["trees", "blend"])
def chance_of(request):
    rows = company(*request.param)
    _, bands = fit_recipe(rows, ("0-60 days",), COLUMNS, Recipe(LightGbmConfig(trees_on_few_data=100), 1))
    predictor = BandPredictor(bands, (60,))
    demos = rows.matrix[:2_000, 0]

    def of(source):
        return float(predictor.curve(np.column_stack([demos, np.full(len(demos), source)])).mean())

    return of


def test_a_big_source_is_believed(chance_of):
    assert chance_of(BIG_GOOD) > 1.3 * np.mean([chance_of(source) for source in (0, 2, 3)])


def test_a_thin_source_is_pulled_from_its_own_rate_to_that_of_the_others(chance_of):
    others = np.mean([chance_of(source) for source in range(4)])
    assert 0.5 * others < chance_of(THIN) < (others + 0.2) / 2


@pytest.mark.parametrize("source", [NEW, np.nan], ids=["new", "unknown"])
def test_a_source_never_seen_gets_a_chance_like_the_others(chance_of, source):
    others = [chance_of(each) for each in range(4)]
    assert 0.7 * min(others) < chance_of(source) < max(others)
