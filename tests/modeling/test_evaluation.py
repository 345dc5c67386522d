import json

import numpy as np
import pytest

from leadscore.modeling.evaluation import evaluate
from leadscore.modeling.metrics import METRICS
from leadscore.modeling.rows import LabelledRows

HORIZONS = ("14d", "60d")


def later_rows(count=600, seed=5, leads=200):
    """Rows whose true chances are known, and those chances, shape (n, 2)."""
    random = np.random.default_rng(seed)
    near = random.beta(1, 9, count)
    chance = np.stack([near, 1 - (1 - near) ** 2], axis=1)
    rows = LabelledRows(
        known=np.ones((count, 2), dtype=bool),
        converted=random.random((count, 1)) < chance,
        weight=np.ones(count),
        cluster=random.integers(0, leads, count),
    )
    return chance, rows


def test_every_metric_has_a_value_inside_its_interval():
    chance, rows = later_rows()
    for horizon in evaluate(chance, rows, HORIZONS, draws=100, seed=1).horizons.values():
        assert tuple(horizon.metrics) == METRICS
        assert horizon.missing == ""
        for name in ("roc_auc", "pr_auc", "log_loss", "brier", "predicted_to_observed"):
            metric = horizon.metrics[name]
            assert metric.low < metric.value < metric.high, name


def test_an_interval_covers_the_true_figure_about_nine_times_in_ten():
    def brier(seed):
        chance, rows = later_rows(seed=seed, count=400, leads=400)
        return evaluate(chance[:, :1], rows_of_one_horizon(rows), ("60d",), 100, 1).horizons["60d"].metrics["brier"]

    true = 0.1 * 0.9 - 0.1 * 0.9 / 11  # mean of p (1 - p) under Beta(1, 9)
    inside = np.mean([metric.low <= true <= metric.high for metric in map(brier, range(100))])
    assert 0.82 <= inside <= 0.97


def rows_of_one_horizon(rows):
    return LabelledRows(
        known=rows.known[:, :1], converted=rows.converted[:, :1], weight=rows.weight, cluster=rows.cluster
    )


def test_rows_of_one_lead_repeated_do_not_make_the_interval_narrower():
    chance, rows = later_rows(count=300, leads=300)
    five_times = np.tile(np.arange(300), 5)
    once = evaluate(chance, rows, HORIZONS, 200, 1).horizons["60d"].metrics["log_loss"]
    repeated = evaluate(chance[five_times], rows.take(five_times), HORIZONS, 200, 1).horizons["60d"].metrics["log_loss"]
    assert repeated.value == pytest.approx(once.value)
    assert repeated.high - repeated.low == pytest.approx(once.high - once.low, rel=0.05)


def test_unknown_labels_are_not_negatives_but_unripe():
    chance, rows = later_rows()
    known = rows.known.copy()
    known[300:, 1] = False
    half = LabelledRows(known=known, converted=rows.converted, weight=rows.weight, cluster=rows.cluster)
    found = evaluate(chance, half, HORIZONS, 50, 1)
    first = evaluate(chance[:300], rows.take(np.arange(300)), HORIZONS, 50, 1)
    assert found.horizons["60d"].ripe_share == 0.5
    assert found.horizons["60d"].values() == pytest.approx(first.horizons["60d"].values())
    assert found.horizons["14d"].ripe_share == 1.0


@pytest.mark.parametrize(
    ("known", "converted", "reason"),
    [
        (False, False, "no row is old enough to know whether it converted"),
        (True, False, "none of 600 rows converted"),
        (True, True, "all 600 rows converted"),
    ],
)
def test_a_horizon_of_one_class_says_why_figures_are_missing(known, converted, reason):
    chance, rows = later_rows()
    flags = np.ones((600, 2), dtype=bool)
    one_class = LabelledRows(known=flags & known, converted=flags & converted, weight=rows.weight, cluster=rows.cluster)
    found = evaluate(chance, one_class, HORIZONS, 50, 1).horizons["60d"]
    assert found.missing == reason
    assert found.metrics["roc_auc"].value is None
    assert found.metrics["roc_auc"].low is None


def test_no_rows_at_all_are_no_crash():
    nothing = LabelledRows(
        known=np.zeros((0, 1), dtype=bool),
        converted=np.zeros((0, 1), dtype=bool),
        weight=np.zeros(0),
        cluster=np.zeros(0, dtype=np.int64),
    )
    found = evaluate(np.zeros((0, 1)), nothing, ("table",), 50, 1).horizons["table"]
    assert (found.rows, found.observed_rate, found.calibration, found.gain) == (0, None, (), ())


def test_rows_without_a_prediction_are_counted_and_left_out():
    chance, rows = later_rows()
    chance[:100] = np.nan
    found = evaluate(chance, rows, HORIZONS, 50, 1).horizons["14d"]
    assert (found.rows, found.unscored) == (500, 100)
    assert found.values() == pytest.approx(
        evaluate(chance[100:], rows.take(np.arange(100, 600)), HORIZONS, 50, 1).horizons["14d"].values()
    )


def test_calibration_bins_hold_all_rows_and_their_intervals_hold_the_observed_rate():
    chance, rows = later_rows(count=3_000, leads=3_000)
    bins = evaluate(chance, rows, HORIZONS, 50, 1).horizons["60d"].calibration
    assert sum(one.rows for one in bins) == 3_000
    assert [one.predicted for one in bins] == sorted(one.predicted for one in bins)
    assert all(one.low < one.observed < one.high for one in bins)


def test_the_gain_curve_rises_to_all_conversions():
    chance, rows = later_rows()
    gain = evaluate(chance, rows, HORIZONS, 50, 1).horizons["60d"].gain
    assert gain[0] == (0.0, 0.0)
    assert gain[-1] == (1.0, 1.0)
    assert [found for _, found in gain] == sorted(found for _, found in gain)


def test_an_evaluation_becomes_json_without_numbers_that_json_lacks():
    chance, rows = later_rows()
    found = evaluate(chance, rows, HORIZONS, 50, 1)
    text = json.dumps(found.to_dict(), allow_nan=False)
    assert (
        json.loads(text)["horizons"]["14d"]["metrics"]["roc_auc"]["value"] == found.horizons["14d"].values()["roc_auc"]
    )


def test_predictions_and_labels_of_different_shape_are_refused():
    chance, rows = later_rows()
    with pytest.raises(ValueError, match="fit together"):
        evaluate(chance[:, :1], rows, HORIZONS, 50, 1)
