import numpy as np
import pytest

from leadscore.features.definitions import Feature
from leadscore.modeling.points import fit_points, points_of
from leadscore.modeling.rows import TrainingRows

FEATURES = (
    Feature("demo_requested_decayed_30d", "decayed", "demo_requested", half_life_days=30),
    Feature("demo_requested_decayed_7d", "decayed", "demo_requested", half_life_days=7),
    Feature("any_decayed_30d", "decayed", None, half_life_days=30),
    Feature("page_viewed_decayed_30d", "decayed", "page_viewed", half_life_days=30),
    Feature("page_viewed_count_30d", "count", "page_viewed", window_days=30),
)


def history(count=2_000, seed=0):
    random = np.random.default_rng(seed)
    matrix = random.exponential(1, (count, 5))
    chance = 1 / (1 + np.exp(4 - matrix[:, 0] - 0.1 * matrix[:, 3]))
    return TrainingRows(
        matrix=matrix,
        known=np.ones((count, 2), dtype=bool),
        converted=random.random((count, 1)) < np.stack([chance, np.minimum(2 * chance, 1)], axis=1),
        weight=np.ones(count),
        cluster=np.arange(count),
    )


@pytest.mark.parametrize(
    ("event_type", "points"),
    [("demo_requested", 25), ("Pricing Page Viewed", 15), ("page_viewed", 2), ("unsubscribed", -20), ("tea", 3)],
)
def test_an_event_type_is_worth_what_its_first_word_says(event_type, points):
    assert points_of(event_type) == points


def test_only_single_event_types_with_a_half_life_of_30_days_score():
    card = fit_points(history(), FEATURES)
    assert card.columns == (0, 3)
    assert card.score(np.array([[1.0, 9.0, 9.0, 2.0, 9.0]])).tolist() == [29.0]
    assert card.score(np.full((1, 5), np.nan)).tolist() == [0.0]


def test_points_become_calibrated_chances_that_rise_with_points_and_horizon():
    rows = history()
    card = fit_points(rows, FEATURES)
    p = card.predict(rows.matrix)
    assert p.mean(axis=0) == pytest.approx(rows.labels().mean(axis=0), rel=0.02)
    order = np.argsort(card.score(rows.matrix))
    assert np.all(np.diff(p[order], axis=0) >= 0)
    assert np.all(p[:, 1] >= p[:, 0])


def test_a_horizon_of_one_class_gets_its_base_rate():
    rows = history()
    converted = rows.converted.copy()
    converted[:, 0] = False
    nobody = TrainingRows(
        matrix=rows.matrix, known=rows.known, converted=converted, weight=rows.weight, cluster=rows.cluster
    )
    assert np.ptp(fit_points(nobody, FEATURES).predict(rows.matrix)[:, 0]) == 0


def test_without_decayed_counts_there_is_no_scorecard():
    assert fit_points(history(), [Feature("industry", "attribute", attribute="industry")] * 5) is None
