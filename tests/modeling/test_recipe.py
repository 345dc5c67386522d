import numpy as np
import pytest

from leadscore.config.training import LightGbmConfig
from leadscore.features.definitions import Feature
from leadscore.modeling.band_model import BandModel, BandScorer, Mix
from leadscore.modeling.predictor import BandPredictor
from leadscore.modeling.recipe import BLEND, SCORECARD, TREES, Columns, Recipe, fit_recipe
from leadscore.modeling.rows import TrainingRows

CONFIG = LightGbmConfig(trees=20, trees_on_few_data=20)
COLUMNS = Columns(
    (
        Feature("demo_requested_decayed_30d", "decayed", "demo_requested", half_life_days=30),
        Feature("page_viewed_decayed_30d", "decayed", "page_viewed", half_life_days=30),
        Feature("email_bounced_decayed_30d", "decayed", "email_bounced", half_life_days=30),
        Feature("source", "attribute", attribute="source"),
    ),
    (3,),
)


def history(conversions, leads=3_000, seed=0):
    """Demos decide, the source a little; exactly so many leads convert in each of two bands together."""
    random = np.random.default_rng(seed)
    matrix = random.exponential(1, (leads, 4))
    matrix[:, 3] = random.integers(0, 3, leads)
    odds = 1.5 * matrix[:, 0] + 0.5 * (matrix[:, 3] == 1) + random.gumbel(size=leads)
    chosen = np.argsort(-odds)[:conversions]
    converted = np.zeros((leads, 2), dtype=bool)
    converted[chosen, np.arange(conversions) % 2] = True
    known = np.ones((leads, 2), dtype=bool)
    known[:, 1] = ~converted[:, 0]
    return TrainingRows(
        matrix=matrix, known=known, converted=converted, weight=np.ones(leads), cluster=np.arange(leads)
    )


def fit(conversions, seed=0):
    rows = history(conversions, seed=seed)
    learner, bands = fit_recipe(rows, ("0-14 days", "14-60 days"), COLUMNS, Recipe(CONFIG, 1))
    return rows, learner, bands


@pytest.mark.parametrize(
    ("conversions", "learner", "mix"),
    [
        (150, TREES, Mix()),
        (149, BLEND, Mix(0.5, 0.5)),
        (20, BLEND, Mix(0.5, 0.5)),
        (19, SCORECARD, Mix(0.5, 0.5)),
    ],
)
def test_the_fewer_leads_converted_the_less_is_left_to_the_trees(conversions, learner, mix):
    _, found, bands = fit(conversions)
    assert found == learner
    assert [(band.mix.trees, band.mix.additive, band.mix.slope) for band in bands] == [
        (mix.trees, mix.additive, 1.0)
    ] * 2


@pytest.mark.parametrize(("conversions", "learner", "trees"), [(150, BLEND, 20), (149, TREES, 30)])
def test_a_learner_that_was_judged_stays_whole_when_the_conversions_ask_for_another(conversions, learner, trees):
    uneven = LightGbmConfig(trees=30, trees_on_few_data=20)
    found, bands = fit_recipe(history(conversions), ("a", "b"), COLUMNS, Recipe(uneven, 1, learner))
    assert found == learner
    assert [band.mix.additive for band in bands] == [0.5 if learner == BLEND else 0.0] * 2
    assert max(band.trees.count("\nTree=") for band in bands) == trees


def test_a_blend_is_the_mean_of_the_log_odds_of_trees_and_regression_and_a_level():
    rows, _, bands = fit(60)
    for band in bands:
        trees = BandScorer(BandModel(band.trees)).raw_matrix(rows.matrix)
        sums = band.additive.raw_matrix(rows.matrix)
        assert BandScorer(band).raw_matrix(rows.matrix) == pytest.approx((trees + sums) / 2 + band.mix.intercept)


def test_the_effects_of_a_blend_add_up_to_its_log_odds():
    rows, _, bands = fit(60)
    scorer = BandScorer(bands[0])
    reached = scorer.reach_matrix(rows.matrix[5:6])
    assert scorer.bias + scorer.effects_of(reached, 1).sum() == pytest.approx(scorer.raw_of(reached, 1)[0])


@pytest.mark.parametrize("conversions", [8, 60])
def test_few_conversions_are_predicted_as_many_as_there_were(conversions):
    rows, _, bands = fit(conversions)
    p = BandPredictor(bands, (14, 60), 60).curve(rows.matrix)[:, 1]
    assert p.sum() == pytest.approx(conversions, rel=0.1)


def test_the_level_of_a_blend_is_that_of_its_training_rows():
    rows, _, bands = fit(60)
    for number, band in enumerate(bands):
        known = rows.known[:, number]
        chance = 1 / (1 + np.exp(-BandScorer(band).raw_matrix(rows.matrix[known])))
        assert chance.sum() == pytest.approx(rows.converted[known, number].sum(), rel=0.01)


def test_a_handful_of_conversions_is_read_by_a_marketers_points():
    """Bounces occur as often as demos, and nobody here has shown yet what they mean."""
    _, _, bands = fit(6)
    regression = bands[0].additive
    bounce, nothing, page, demo = np.array([[0, 0, 4, 0], [0, 0, 0, 0], [0, 4, 0, 0], [4, 0, 0, 0]], dtype=float)
    bounced, idle, read, asked = regression.raw_matrix(np.array([bounce, nothing, page, demo]))
    assert bounced < idle < read < asked
    assert asked - idle > 5 * (read - idle)
