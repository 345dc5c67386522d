"""Figures of several origins, and of all their rows together."""

import json

import numpy as np
import pytest

from leadscore.modeling.backtest import MODEL, JudgedOrigin, report_backtest
from leadscore.modeling.evaluation import evaluate
from leadscore.modeling.rows import LabelledRows

NAMES = ("14d", "60d")


def origin(seed: int, *others: str) -> JudgedOrigin:
    rng = np.random.default_rng(seed)
    near = rng.beta(0.5, 8, 900)
    chance = np.stack([near, 1 - (1 - near) ** 2], axis=1)
    rows = LabelledRows(
        known=np.ones((900, 2), bool),
        converted=rng.random((900, 1)) < chance,
        weight=np.ones(900),
        cluster=rng.integers(0, 400, 900),
    )
    constant = np.broadcast_to(chance.mean(axis=0), chance.shape)
    return JudgedOrigin({"cut": str(seed)}, {MODEL: chance, **dict.fromkeys(others, constant)}, rows)


def test_each_origin_has_its_figures_and_the_pool_holds_all_rows() -> None:
    origins = [origin(1, "base_rate"), origin(2, "base_rate"), origin(3, "base_rate", "champion")]
    found = json.loads(json.dumps(report_backtest(origins, NAMES, 50, 1), allow_nan=False))
    assert [each["cut"] for each in found["origins"]] == ["1", "2", "3"]
    second = evaluate(origins[1].p[MODEL], origins[1].rows, NAMES, 50, 1)
    assert found["origins"][1]["evaluation"]["horizons"]["60d"]["rows"] == 900
    assert found["origins"][1]["figures"][MODEL]["60d"] == pytest.approx(second.horizons["60d"].values())
    assert found["pooled"]["evaluation"]["horizons"]["60d"]["rows"] == 2_700


def test_a_champion_that_is_compared_at_one_origin_is_not_pooled() -> None:
    found = report_backtest([origin(1, "base_rate"), origin(2, "base_rate", "champion")], NAMES, 50, 1)
    assert set(found["origins"][1]["figures"]) == {MODEL, "base_rate", "champion"}
    assert set(found["pooled"]["figures"]) == {MODEL, "base_rate"}


def test_the_gain_over_each_model_is_measured_in_pairs() -> None:
    found = report_backtest([origin(1, "base_rate")], NAMES, 50, 1)["origins"][0]
    figures = found["figures"]
    apart = sum(figures["base_rate"][name]["log_loss"] - figures[MODEL][name]["log_loss"] for name in NAMES)
    gain = found["gains"]["base_rate"]
    assert gain["log_loss_gain"] == pytest.approx(apart)
    assert 0 < gain["log_loss_gain_low"] < apart < gain["log_loss_gain_high"]


def test_what_the_settings_were_tuned_on_is_shown_but_not_pooled() -> None:
    seen, fresh = origin(1, "base_rate"), origin(2, "base_rate", "champion")
    seen = JudgedOrigin({**seen.about, "tuned_on": True}, seen.p, seen.rows)
    found = report_backtest([seen, fresh], NAMES, 50, 1)
    assert [each.get("tuned_on") for each in found["origins"]] == [True, None]
    assert found["pooled"] == {key: found["origins"][1][key] for key in found["pooled"]}


def test_no_origin_at_all_is_no_crash() -> None:
    assert report_backtest([], NAMES, 50, 1) == {"origins": [], "pooled": None}
