from dataclasses import replace

import numpy as np
import pytest

from leadscore.domain.time import DAY_US
from leadscore.modeling.additive import AdditiveModel, Term
from leadscore.modeling.band_model import BandModel, Mix
from leadscore.modeling.newest_level import TYPICAL_SHIFT, at_newest_level, newest_level
from leadscore.modeling.rows import TrainingRows

WEEKS = 52


def world(leads=3_000, fall=0.0, seed=0):
    """Weekly rows of one year whose chance in the last 15 weeks is lower by `fall` log-odds than the model says."""
    random = np.random.default_rng(seed)
    week = np.tile(np.arange(WEEKS), leads // WEEKS * 10)
    sign = random.normal(size=len(week))
    chance = 1 / (1 + np.exp(-(sign - 4.5 - fall * (week >= WEEKS - 15))))
    return TrainingRows(
        matrix=sign[:, None],
        at=(week * 7 * DAY_US).astype(np.int64),
        known=np.ones((len(week), 1), dtype=bool),
        converted=(random.random(len(week)) < chance)[:, None],
        weight=np.ones(len(week)),
        cluster=np.arange(len(week)),
    )


def model():
    line = Term(0, "line", (-5.0, 5.0), (-5.0, 5.0), 0.0)
    return (BandModel(None, AdditiveModel(1, -4.5, (line,)), Mix(0.0, 1.0)),)


def moved(rows, days=104):
    (band,) = at_newest_level(model(), rows, days)
    return band.mix.intercept


def test_a_market_that_fell_moves_the_level_part_of_the_way():
    shift = moved(world(fall=0.8))
    assert -0.8 < shift < -0.3


def test_a_market_that_stayed_moves_nothing_in_most_worlds():
    shifts = np.array([moved(world(seed=seed)) for seed in range(20)])
    assert np.mean(shifts == 0) >= 0.6
    assert np.abs(shifts).max() < TYPICAL_SHIFT


def test_what_happened_longer_ago_does_not_count():
    rows = world()
    old = rows.at < (WEEKS - 15) * 7 * DAY_US
    assert moved(replace(rows, converted=rows.converted & ~old[:, None])) == moved(rows)


@pytest.mark.parametrize("rows", [world(fall=0.8), replace(world(fall=0.8), at=None)])
def test_no_days_or_no_times_move_nothing(rows):
    assert moved(rows, 0 if rows.at is not None else 104) == 0


def test_a_band_in_which_nobody_converted_lately_is_left_alone():
    rows = world()
    assert moved(replace(rows, converted=np.zeros_like(rows.converted))) == 0


def test_few_conversions_move_the_level_less_than_many():
    label, odds = np.arange(400) % 40 == 0, np.full(400, -2.0)
    many = newest_level(np.tile(odds, 40), np.tile(label, 40), np.ones(16_000), np.arange(16_000))
    few = newest_level(odds, label, np.ones(400), np.arange(400))
    assert many < few <= 0
