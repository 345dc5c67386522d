import json
import re

import numpy as np

from leadscore.config.promotion import PromotionConfig
from leadscore.modeling.comparison import PairedRows, compare, gain_over_base_rate
from leadscore.modeling.promotion import OverSimple, judge_challenger, judge_first
from leadscore.modeling.rows import LabelledRows

from .test_comparison import HORIZONS, blurred, later_rows

CONFIG = PromotionConfig()


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
    verdict = judge(np.minimum(1.6 * chance, 0.99), blurred(chance, 2.0), rows)
    assert not verdict.passed
    told = r"at 60d it predicts 1\.\d\d times the conversions observed \(95 % interval 1\.\d\d to \d\.\d\d\), 0\.80"
    assert any(re.match(told, reason) for reason in verdict.reasons), verdict.reasons


def promised(share, converting=25, leads=500, draws=100):
    """Of as many companies the share refused whose model promises a multiple of so many conversions."""
    refused = 0
    chance = np.full((leads, 1), converting / leads)
    for seed in range(draws):
        converted = np.random.default_rng(seed).random(chance.shape) < chance
        rows = LabelledRows(
            known=np.ones_like(converted), converted=converted, weight=np.ones(leads), cluster=np.arange(leads)
        )
        pairs = PairedRows(model=share * chance, reference=chance, rows=rows, horizons=("60d",))
        found = judge_challenger(pairs, PromotionConfig(draws=100))
        refused += any("times the conversions observed" in reason for reason in found.reasons)
    return refused / draws


def test_a_calibrated_challenger_is_hardly_ever_refused_for_luck_and_one_far_off_mostly_is():
    assert promised(1.0) <= 0.06
    assert promised(1.6) >= 0.55
    assert promised(2.5) >= 0.95


def test_nothing_ripe_to_compare_on_refuses_a_challenger():
    chance, rows = later_rows(leads=10)
    unripe = LabelledRows(
        known=np.zeros_like(rows.known), converted=rows.converted, weight=rows.weight, cluster=rows.cluster
    )
    verdict = judge(chance, chance, unripe)
    assert not verdict.passed
    assert "no later row is old enough to compare on" in verdict.reasons


def test_a_first_model_with_signal_is_promoted():
    chance, rows = later_rows()
    gain = gain_over_base_rate(chance, np.array([0.06, 0.11]), rows, HORIZONS, 200, 1)
    verdict = judge_first(gain, conversions=500, config=CONFIG)
    assert verdict.passed
    assert not verdict.figures["low_confidence"]


def test_a_gain_over_several_horizons_says_that_it_is_their_sum():
    chance, rows = later_rows()
    gain = gain_over_base_rate(chance, np.array([0.06, 0.11]), rows, HORIZONS, 200, 1)
    assert "log loss, summed over the horizons, is better" in judge_first(gain, 500, CONFIG).reasons[0]
    nearest = LabelledRows(
        known=rows.known[:, :1], converted=rows.converted[:, :1], weight=rows.weight, cluster=rows.cluster
    )
    single = gain_over_base_rate(chance[:, :1], np.array([0.06]), nearest, HORIZONS[:1], 200, 1)
    assert "log loss is better" in judge_first(single, 500, CONFIG).reasons[0]


def test_a_first_model_on_few_data_is_promoted_with_low_confidence():
    chance, rows = later_rows(leads=40, seed=1)
    gain = gain_over_base_rate(chance, np.array([0.06, 0.11]), rows, HORIZONS, 200, 1)
    verdict = judge_first(gain, conversions=20, config=CONFIG)
    assert verdict.passed
    assert verdict.figures["low_confidence"]
    assert "low confidence: 20 conversions to learn from, 150 wanted" in verdict.reasons


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


def in_two_segments(rows, first_part):
    """The first leads are of b2c, the others of saas."""
    return np.where(rows.cluster < first_part * (rows.cluster.max() + 1), "b2c", "saas")


def judge_by_segment(challenger, champion, rows, segments, config=CONFIG):
    pairs = PairedRows(model=challenger, reference=champion, rows=rows, horizons=HORIZONS)
    return judge_challenger(pairs, config, 1, segments)


def test_a_segment_that_surely_gets_worse_speaks_against_a_model_that_is_better_overall():
    chance, rows = later_rows(leads=3_000)
    segments = in_two_segments(rows, 0.4)
    champion = np.where((segments == "b2c")[:, None], chance, blurred(chance, 1.5))
    challenger = np.where((segments == "b2c")[:, None], blurred(chance, 1.0, seed=3), chance)
    verdict = judge_by_segment(challenger, champion, rows, segments)
    assert verdict.figures["log_loss_gain_low"] > 0
    assert [reason for reason in verdict.reasons if reason.startswith("in segment b2c it is surely worse")]
    assert not [reason for reason in verdict.reasons if "saas" in reason]


def test_a_segment_with_few_converting_leads_is_no_reason_against():
    chance, rows = later_rows(leads=3_000)
    segments = in_two_segments(rows, 0.4)
    champion = np.where((segments == "b2c")[:, None], chance, blurred(chance, 1.5))
    challenger = np.where((segments == "b2c")[:, None], blurred(chance, 1.0, seed=3), chance)
    many = PromotionConfig(min_segment_converting_leads=10_000)
    assert judge_by_segment(challenger, champion, rows, segments, many).passed


def test_another_draw_of_the_same_noise_hardly_ever_looks_worse_in_any_of_three_segments():
    accused = 0
    config = PromotionConfig(draws=300)
    for seed in range(40):
        chance, rows = later_rows(leads=1_500, seed=seed)
        segments = np.array([f"segment {number % 3}" for number in range(1_500)])[rows.cluster]
        two = blurred(chance, 0.3, 100 + seed), blurred(chance, 0.3, 200 + seed)
        found = judge_by_segment(*two, rows, segments, config)
        assert len(found.figures["segments"]) == 3
        accused += any("in segment" in reason for reason in found.reasons)
    assert accused <= 3


def over_points(model, points, rows, conversions):
    pairs = PairedRows(model=model, reference=points, rows=rows, horizons=HORIZONS)
    return OverSimple("points, the simplest baseline", compare(pairs, 300, 1), conversions)


def test_a_model_no_better_than_the_simplest_baseline_is_refused():
    chance, rows = later_rows()
    model, gain = blurred(chance, 0.8), gain_over_base_rate(chance, np.array([0.06, 0.11]), rows, HORIZONS, 200, 1)
    refused = judge_first(gain, 500, CONFIG, [over_points(model, chance, rows, 500)])
    assert not refused.passed
    assert refused.reasons[0].startswith("no better than points, the simplest baseline: the gain over it is -")
    pairs = PairedRows(model=chance, reference=blurred(chance, 1.0), rows=rows, horizons=HORIZONS)
    assert judge_challenger(pairs, CONFIG).passed
    assert not judge_challenger(pairs, CONFIG, simple=[over_points(model, chance, rows, 500)]).passed


def test_few_data_are_not_refused_for_noise_but_for_being_surely_worse():
    chance, rows = later_rows(leads=60, seed=3)
    points = blurred(chance, 0.3)
    nearly = over_points(blurred(chance, 0.35, seed=12), points, rows, 99)
    assert nearly.gain.low < nearly.gain.value < 0 < nearly.gain.high
    assert nearly.faults(CONFIG) == []
    assert OverSimple("points, the simplest baseline", nearly.gain, 100).faults(CONFIG) != []
    surely = over_points(1 - chance, points, rows, 10)
    assert surely.gain.high < 0
    assert surely.faults(CONFIG) != []
