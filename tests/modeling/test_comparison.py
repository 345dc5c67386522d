import json

import numpy as np
import pytest

from leadscore.config.promotion import PromotionConfig
from leadscore.modeling.comparison import PairedRows, compare, gain_over_base_rate, judge_challenger, judge_first
from leadscore.modeling.rows import LabelledRows

CONFIG = PromotionConfig()
HORIZONS = ("14d", "60d")


def later_rows(leads=1_500, seed=4):
    """Rows, three per lead, whose true chances are known, and those chances, shape (n, 2)."""
    random = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(leads), 3)
    near = random.beta(0.5, 8, leads)[cluster]
    chance = np.stack([near, 1 - (1 - near) ** 2], axis=1)
    rows = LabelledRows(
        known=np.ones(chance.shape, dtype=bool),
        converted=random.random(leads)[cluster][:, None] < chance,
        weight=np.ones(len(cluster)),
        cluster=cluster,
    )
    return chance, rows


def blurred(chance, size, seed=9):
    """The chances with random errors in log-odds, rows of a lead alike."""
    noise = np.repeat(np.random.default_rng(seed).normal(0, size, (len(chance) // 3, 1)), 3, axis=0)
    return 1 / (1 + np.exp(-(np.log(chance / (1 - chance)) + noise - size**2 / 4)))


def judge(challenger, champion, rows, config=CONFIG):
    return judge_challenger(PairedRows(model=challenger, reference=champion, rows=rows, horizons=HORIZONS), config)


def test_a_clearly_better_challenger_is_promoted():
    chance, rows = later_rows()
    verdict = judge(chance, blurred(chance, 1.0), rows)
    assert verdict.passed
    assert "lower than the champion's" in verdict.reasons[0]
    assert verdict.figures["log_loss_gain_low"] > 0


def test_a_model_is_not_promoted_over_itself():
    chance, rows = later_rows()
    verdict = judge(chance, chance.copy(), rows)
    assert not verdict.passed
    assert len(verdict.reasons) == 1
    assert "2.5 % bound is 0.00000, not > 0" in verdict.reasons[0]


def test_another_draw_of_the_same_noise_is_hardly_ever_promoted():
    promoted = 0
    for seed in range(40):
        chance, rows = later_rows(leads=400, seed=seed)
        promoted += judge(blurred(chance, 0.3, seed=100 + seed), blurred(chance, 0.3, seed=200 + seed), rows).passed
    assert promoted <= 3


def test_too_few_converting_leads_refuse_however_large_the_gain():
    chance, rows = later_rows()
    verdict = judge(chance, blurred(chance, 1.0), rows, PromotionConfig(min_converting_leads=5_000))
    assert not verdict.passed
    assert len(verdict.reasons) == 1
    assert verdict.reasons[0].endswith("converted on later rows, 5000 are needed")


def test_a_gain_at_one_horizon_does_not_pay_for_a_loss_at_another():
    chance, rows = later_rows()
    champion = np.stack([blurred(chance, 0.2)[:, 0], blurred(chance, 1.5)[:, 1]], axis=1)
    challenger = np.stack([blurred(chance, 0.8, seed=1)[:, 0], chance[:, 1]], axis=1)
    verdict = judge(challenger, champion, rows)
    assert verdict.figures["log_loss_gain_low"] > 0
    assert not verdict.passed
    assert any(reason.startswith("at 14d log loss is worse than the champion's by") for reason in verdict.reasons)
    assert not any("60d" in reason for reason in verdict.reasons)


def test_a_challenger_that_promises_too_much_is_refused():
    chance, rows = later_rows()
    verdict = judge(np.minimum(1.4 * chance, 0.99), blurred(chance, 2.0), rows)
    assert not verdict.passed
    assert any("times the conversions observed, 0.80 to 1.25 is accepted" in reason for reason in verdict.reasons)


def test_nothing_ripe_to_compare_on_refuses_a_challenger():
    chance, rows = later_rows(leads=10)
    unripe = LabelledRows(
        known=np.zeros_like(rows.known), converted=rows.converted, weight=rows.weight, cluster=rows.cluster
    )
    verdict = judge(chance, chance, unripe)
    assert not verdict.passed
    assert "no later row is old enough to compare on" in verdict.reasons


def test_unripe_and_unscored_rows_are_left_out_of_the_comparison():
    chance, rows = later_rows()
    known, champion = rows.known.copy(), blurred(chance, 1.0)
    known[:300] = False
    champion[300:600] = np.nan
    partly = LabelledRows(known=known, converted=rows.converted, weight=rows.weight, cluster=rows.cluster)
    found = compare(PairedRows(model=chance, reference=champion, rows=partly, horizons=HORIZONS), 100, 1)
    rest = np.arange(600, len(rows))
    direct = compare(
        PairedRows(model=chance[rest], reference=champion[rest], rows=rows.take(rest), horizons=HORIZONS), 100, 1
    )
    assert found.value == pytest.approx(direct.value)
    assert (found.rows, found.leads) == (direct.rows, direct.leads) == (3_900, 1_300)


def test_the_interval_of_the_gain_does_not_shrink_when_rows_repeat():
    chance, rows = later_rows(leads=300)
    champion, again = blurred(chance, 1.0), np.tile(np.arange(900), 4)
    once, repeated = (
        compare(PairedRows(model=chance[i], reference=champion[i], rows=rows.take(i), horizons=HORIZONS), 400, 1)
        for i in (np.arange(900), again)
    )
    assert repeated.value == pytest.approx(once.value)
    assert repeated.high - repeated.low == pytest.approx(once.high - once.low, rel=1e-6)


def test_a_first_model_with_signal_is_promoted():
    chance, rows = later_rows()
    gain = gain_over_base_rate(chance, np.array([0.06, 0.11]), rows, HORIZONS, 200, 1)
    verdict = judge_first(gain, conversions=500, config=CONFIG)
    assert verdict.passed
    assert not verdict.figures["low_confidence"]


def test_a_first_model_on_few_data_is_promoted_with_low_confidence():
    chance, rows = later_rows(leads=40, seed=1)
    gain = gain_over_base_rate(chance, np.array([0.06, 0.11]), rows, HORIZONS, 200, 1)
    verdict = judge_first(gain, conversions=20, config=CONFIG)
    assert verdict.passed
    assert verdict.figures["low_confidence"]
    assert "low confidence: 20 conversions in the history, 150 wanted" in verdict.reasons


def test_a_first_model_worse_than_the_base_rate_is_refused_even_on_few_data():
    chance, rows = later_rows()
    gain = gain_over_base_rate(chance[::-1], np.array([0.06, 0.11]), rows, HORIZONS, 200, 1)
    verdict = judge_first(gain, conversions=20, config=CONFIG)
    assert not verdict.passed
    assert "worse than that of the base rate by" in verdict.reasons[0]


def test_a_gain_that_spans_zero_is_no_signal_only_when_conversions_abound():
    chance, rows = later_rows(leads=60, seed=1)
    rate = np.average(rows.labels(), axis=0)
    nearly_constant = rate + 0.01 * (chance - chance.mean(axis=0))
    gain = gain_over_base_rate(nearly_constant, rate * 1.2, rows, HORIZONS, 200, 1)
    assert gain.low < 0 < gain.value
    few, many = judge_first(gain, 99, CONFIG), judge_first(gain, 100, CONFIG)
    assert few.passed
    assert not many.passed
    assert "no signal" in many.reasons[0]


def test_a_first_model_that_cannot_be_judged_yet_is_promoted_with_low_confidence():
    chance, rows = later_rows(leads=10)
    unripe = LabelledRows(
        known=np.zeros_like(rows.known), converted=rows.converted, weight=rows.weight, cluster=rows.cluster
    )
    verdict = judge_first(gain_over_base_rate(chance, np.array([0.1, 0.2]), unripe, HORIZONS, 50, 1), 400, CONFIG)
    assert verdict.passed
    assert verdict.figures["low_confidence"]
    assert "no later row is old enough" in verdict.reasons[0]


def test_a_flat_table_is_judged_at_its_one_horizon():
    chance, rows = later_rows()
    one = LabelledRows(
        known=rows.known[:, :1], converted=rows.converted[:, :1], weight=rows.weight, cluster=rows.cluster
    )
    pairs = PairedRows(model=chance[:, :1], reference=blurred(chance, 1.5)[:, :1], rows=one, horizons=("table",))
    assert judge_challenger(pairs, CONFIG).passed


def test_figures_of_a_verdict_become_json():
    chance, rows = later_rows(leads=50)
    text = json.dumps(judge(chance, blurred(chance, 1.0), rows).figures, allow_nan=False)
    assert set(json.loads(text)["horizons"]) == set(HORIZONS)
