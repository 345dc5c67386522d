"""Figures over all horizons are those of censored times, where nothing is censored but by the calendar."""

import numpy as np
import pytest

from leadscore.modeling.evaluation import evaluate
from leadscore.modeling.rows import LabelledRows

NAMES = ("14d", "60d", "180d")


def timed(count: int = 2_000, seed: int = 3) -> tuple[np.ndarray, LabelledRows]:
    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.6, 1 / 400, count)
    chance = 1 - np.exp(-rate[:, None] * np.array([14, 60, 180]))
    at = rng.exponential(1 / rate)
    rows = LabelledRows(
        known=np.ones((count, 3), bool),
        converted=at[:, None] <= np.array([14, 60, 180]),
        weight=np.ones(count),
        cluster=np.arange(count),
    )
    return chance, rows


def test_the_integrated_figures_follow_from_those_of_the_horizons() -> None:
    chance, rows = timed()
    found = evaluate(chance, rows, NAMES, 50, 1)
    brier = [found.horizons[name].metrics["brier"].value for name in NAMES]
    area = 14 * brier[0] / 2 + 46 * (brier[0] + brier[1]) / 2 + 120 * (brier[1] + brier[2]) / 2
    assert found.integrated["integrated_brier"].value == pytest.approx(area / 180)
    rates = np.diff([0.0, *(found.horizons[name].observed_rate for name in NAMES)])
    auc = [found.horizons[name].metrics["roc_auc"].value for name in NAMES]
    assert found.integrated["integrated_auc"].value == pytest.approx(np.average(auc, weights=rates))
    for metric in found.integrated.values():
        assert metric.low < metric.value < metric.high


def test_an_unripe_horizon_ends_the_integral_earlier() -> None:
    chance, rows = timed()
    known = rows.known.copy()
    known[:, 2] = False
    young = LabelledRows(known=known, converted=rows.converted, weight=rows.weight, cluster=rows.cluster)
    near = LabelledRows(known=known[:, :2], converted=rows.converted[:, :2], weight=rows.weight, cluster=rows.cluster)
    assert (
        evaluate(chance, young, NAMES, 50, 1).integrated == evaluate(chance[:, :2], near, NAMES[:2], 50, 1).integrated
    )


def test_nobody_converting_leaves_them_undefined_and_a_table_has_none() -> None:
    chance, rows = timed()
    nobody = LabelledRows(
        known=rows.known, converted=np.zeros_like(rows.converted), weight=rows.weight, cluster=rows.cluster
    )
    assert evaluate(chance, nobody, NAMES, 50, 1).integrated["integrated_auc"].value is None
    one = LabelledRows(
        known=rows.known[:, :1], converted=rows.converted[:, :1], weight=rows.weight, cluster=rows.cluster
    )
    assert evaluate(chance[:, :1], one, ("table",), 50, 1).integrated == {}
