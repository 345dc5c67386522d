import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from leadscore.modeling.metrics import METRICS, compute_metrics, gain_at, rank_rows


def figures(p, converted, weight=None):
    p, converted = np.asarray(p, dtype=float), np.asarray(converted, dtype=bool)
    weight = np.ones(len(p)) if weight is None else np.asarray(weight, dtype=float)
    ranked = rank_rows(p, converted, weight, np.arange(len(p)))
    return compute_metrics(ranked.probability, *ranked.masses())


@pytest.mark.parametrize("decimals", [2, 16])
@pytest.mark.parametrize("weighted", [False, True])
def test_metrics_equal_those_of_scikit_learn(decimals, weighted):
    random = np.random.default_rng(3)
    p = np.round(random.beta(1, 6, 5_000), decimals)
    converted = random.random(5_000) < p
    weight = random.exponential(1, 5_000) if weighted else np.ones(5_000)
    found = figures(p, converted, weight)
    for name, reference in [
        ("roc_auc", roc_auc_score(converted, p, sample_weight=weight)),
        ("pr_auc", average_precision_score(converted, p, sample_weight=weight)),
        ("log_loss", log_loss(converted, p, sample_weight=weight)),
        ("brier", brier_score_loss(converted, p, sample_weight=weight)),
    ]:
        assert found[name] == pytest.approx(reference, abs=1e-12), name


def test_calibration_error_is_zero_where_every_group_converts_as_predicted():
    assert figures([0.5] * 4 + [0.25] * 4, [1, 1, 0, 0, 1, 0, 0, 0])["ece"] == pytest.approx(0)


def test_calibration_error_of_a_constant_is_its_distance_from_the_rate():
    assert figures([0.5] * 10, [1] + [0] * 9)["ece"] == pytest.approx(0.4)


def test_calibration_error_is_the_mean_gap_over_fifteen_bins_of_equal_size():
    p = np.arange(45, 0, -1) / 100
    converted = np.arange(45) % 7 == 0
    bins = zip(p.reshape(15, 3), converted.reshape(15, 3), strict=True)
    expected = np.mean([abs(predicted.mean() - observed.mean()) for predicted, observed in bins])
    assert figures(p, converted)["ece"] == pytest.approx(expected)


def test_lift_of_the_top_tenth_counts_what_the_best_rows_hold():
    p = np.arange(20, 0, -1) / 100
    assert figures(p, [1, 1] + [0] * 17 + [1])["lift_top_tenth"] == pytest.approx((2 / 3) / 0.1)


def test_rows_of_equal_probability_share_the_border_of_the_top_tenth():
    assert figures([0.3] * 20, [1] + [0] * 19)["lift_top_tenth"] == pytest.approx(1)


def test_predicted_to_observed_is_above_one_when_too_much_is_promised():
    assert figures([0.5, 0.5, 0.5, 0.5], [1, 0, 0, 0])["predicted_to_observed"] == pytest.approx(2)


def test_a_certain_prediction_that_fails_costs_much_but_not_infinitely_much():
    assert 30 < figures([1.0, 0.5], [0, 1])["log_loss"] * 2 < 40


def test_one_class_leaves_only_the_metrics_that_are_defined():
    nobody, everybody = figures([0.1, 0.2], [0, 0]), figures([0.1, 0.2], [1, 1])
    assert [name for name in METRICS if np.isnan(nobody[name])] == [
        "roc_auc", "pr_auc", "lift_top_tenth", "predicted_to_observed",
    ]  # fmt: skip
    assert [name for name in METRICS if np.isnan(everybody[name])] == ["roc_auc"]
    assert all(np.isnan(value) for value in figures([], []).values())


def test_the_gain_curve_runs_from_nothing_to_everything():
    gain = gain_at(np.array([0.0, 0.25, 0.5, 1.0]), np.array([1.0, 0.0, 1.0, 0.0]), np.ones(4))
    assert gain.tolist() == [0.0, 0.5, 0.5, 1.0]


rows = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.1000001, 0.5, 0.9, 1.0]), st.booleans(), st.integers(1, 3)),
    min_size=1,
    max_size=40,
)


@given(rows, st.randoms())
def test_the_order_of_rows_does_not_matter(drawn, shuffler):
    mixed = list(drawn)
    shuffler.shuffle(mixed)
    first, second = (figures(*map(list, zip(*order, strict=True))) for order in (drawn, mixed))
    assert first == pytest.approx(second, nan_ok=True, abs=1e-9)


@given(rows)
def test_a_row_of_weight_three_counts_like_three_rows(drawn):
    repeated = [(p, y, 1) for p, y, times in drawn for _ in range(times)]
    first, second = (figures(*map(list, zip(*order, strict=True))) for order in (drawn, repeated))
    assert first == pytest.approx(second, nan_ok=True, abs=1e-9)


@given(rows)
def test_a_resample_that_draws_every_lead_once_changes_nothing(drawn):
    p, converted, weight = (np.array(column) for column in zip(*drawn, strict=True))
    ranked = rank_rows(p, converted, weight.astype(float), np.arange(len(p)) % 3)
    for once, drawn_once in zip(ranked.masses(), ranked.masses(np.ones(3)), strict=True):
        assert np.array_equal(once, drawn_once)
