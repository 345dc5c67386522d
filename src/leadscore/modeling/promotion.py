"""Promotion by evidence: whether later leads show that a model deserves to be the champion."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadscore.config.promotion import PromotionConfig
from leadscore.modeling.comparison import LOW, Gain, PairedRows, compare


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a model may become champion, why (or why not) in sentences, and the figures behind it."""

    passed: bool
    reasons: list[str]
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OverSimple:
    """The gain over something simple on the same later rows: the base rate, or the simplest baseline that knows a lead.

    name          of it, in words.
    conversions   leads of the whole history that converted.
    """

    name: str
    gain: Gain
    conversions: int

    def faults(self, config: PromotionConfig) -> list[str]:
        """Why a model so near to the baseline is not worth its trouble; few data are given the benefit of the doubt."""
        gain = self.gain
        if gain.value is None or gain.value > 0:
            return []
        surely = gain.high is not None and gain.high < 0
        if not surely and self.conversions < config.signal_conversions:
            return []
        span = "" if gain.low is None else f" (95 % interval {gain.low:.5f} to {gain.high:.5f})"
        return [
            f"no better than {self.name}: the gain over it is {gain.value:.5f}{span} on "
            f"{gain.rows} later rows with {gain.converting_leads} converting leads"
        ]


def judge_first(gain: Gain, conversions: int, config: PromotionConfig, simple: Sequence[OverSimple] = ()) -> Verdict:
    """Judge a model where there is no champion: it must show a signal and be better than the simplest baseline.

    gain         over the base rate, on later rows.
    conversions  leads of the whole history that converted; below `config.signal_conversions` a gain that spans zero
                 is put down to few data, below `config.low_confidence_conversions` the model is marked.
    simple       the simplest baseline, if the features allow one.
    """
    low_confidence = conversions < config.low_confidence_conversions or gain.value is None
    figures = gain.figures() | {"conversions": conversions, "low_confidence": low_confidence}
    faults = _first_faults(gain, conversions, config) + [fault for each in simple for fault in each.faults(config)]
    if faults:
        return Verdict(False, faults, figures)
    return Verdict(True, _first_praise(gain, conversions, low_confidence, config), figures)


def _first_faults(gain: Gain, conversions: int, config: PromotionConfig) -> list[str]:
    if gain.value is None:
        return []
    ground = f"on {gain.rows} later rows with {gain.converting_leads} converting leads"
    if gain.value < 0:
        return [f"log loss{_summed(gain)} is worse than that of the base rate by {-gain.value:.5f} {ground}"]
    if conversions >= config.signal_conversions and (gain.low is None or gain.low <= 0):
        span = "unknown" if gain.low is None else f"{gain.low:.5f} to {gain.high:.5f}"
        return [
            f"no signal: the gain over the base rate is {gain.value:.5f} (95 % interval {span}, spans zero) {ground}, "
            f"though {conversions} leads converted ({config.signal_conversions} or more should show one)"
        ]
    return []


def _first_praise(gain: Gain, conversions: int, low_confidence: bool, config: PromotionConfig) -> list[str]:
    if gain.value is None:
        reasons = ["first model; no later row is old enough to judge it"]
    else:
        better = f"log loss{_summed(gain)} is better than that of the base rate by {gain.value:.5f}"
        reasons = [f"first model; {better} on later rows"]
    if low_confidence:
        reasons.append(
            f"low confidence: {conversions} conversions to learn from, {config.low_confidence_conversions} wanted"
        )
    return reasons


def judge_challenger(
    pairs: PairedRows,
    config: PromotionConfig,
    seed: int = 1,
    segments: NDArray[np.str_] | None = None,
    simple: Sequence[OverSimple] = (),
) -> Verdict:
    """Judge a challenger (`pairs.model`) against the champion (`pairs.reference`) on rows later than both.

    All must hold: the gain is above 0 in all but 2.5 % of the resamples of leads; no horizon is worse by more than
    `max_horizon_loss`; predicted over observed conversions lies within the accepted range at every horizon that saw a
    conversion; enough different leads converted; no segment with enough converting leads is surely worse; it is better
    than what is simple: the base rate and the simplest baseline.

    segments   segment of each row, shape (n,).
    """
    gain = compare(pairs, config.draws, seed)
    by_segment = {} if segments is None else _by_segment(pairs, segments, config, seed)
    faults = _enough(gain, config) + _better(gain) + _no_horizon_worse(gain, config) + _calibrated(gain, config)
    faults += _no_segment_worse(by_segment) + [fault for each in simple for fault in each.faults(config)]
    figures = gain.figures() | {"segments": {name: each.figures() for name, each in by_segment.items()}}
    if faults:
        return Verdict(False, faults, figures)
    return Verdict(
        True,
        [
            f"log loss{_summed(gain)} is lower than the champion's by {gain.value:.5f} (95 % interval "
            f"{gain.low:.5f} to {gain.high:.5f}) on {gain.rows} later rows with {gain.converting_leads} converting "
            "leads"
        ],
        figures,
    )


def _summed(gain: Gain) -> str:
    """What to say of a gain over several horizons, which is larger than that at any one of them."""
    return ", summed over the horizons," if len(gain.by_horizon) > 1 else ""


def _by_segment(pairs: PairedRows, segments: NDArray[np.str_], config: PromotionConfig, seed: int) -> dict[str, Gain]:
    """The gain in each segment with enough converting leads; the more of them, the wider each interval."""
    converting = (pairs.rows.labels() & np.isfinite(pairs.reference)).any(axis=1)
    least = config.min_segment_converting_leads
    names, rows = np.unique(segments[converting], return_counts=True)
    large = [
        str(name)
        for name in names[rows >= least]
        if len(np.unique(pairs.rows.cluster[converting & (segments == name)])) >= least
    ]
    # Bonferroni: with many segments one would look worse by luck alone.
    tail = LOW / max(len(large), 1)
    return {name: compare(pairs.take(segments == name), config.draws, seed, tail) for name in large}


def _no_segment_worse(by_segment: dict[str, Gain]) -> list[str]:
    return [
        f"in segment {name} it is surely worse than the champion: log loss gained is {gain.value:.5f} (interval "
        f"{gain.low:.5f} to {gain.high:.5f}) with {gain.converting_leads} converting leads"
        for name, gain in by_segment.items()
        if gain.high is not None and gain.high < 0
    ]


def _enough(gain: Gain, config: PromotionConfig) -> list[str]:
    if gain.converting_leads >= config.min_converting_leads:
        return []
    return [f"only {gain.converting_leads} leads converted on later rows, {config.min_converting_leads} are needed"]


def _better(gain: Gain) -> list[str]:
    if gain.value is None:
        return ["no later row is old enough to compare on"]
    if gain.low is not None and gain.low > 0:
        return []
    bound = "is unknown" if gain.low is None else f"is {gain.low:.5f}"
    return [
        f"not surely better than the champion: log loss gained is {gain.value:.5f}, its 2.5 % bound {bound}, not > 0"
    ]


def _no_horizon_worse(gain: Gain, config: PromotionConfig) -> list[str]:
    faults = []
    for name, figures in gain.by_horizon.items():
        model, champion = figures["log_loss"], figures["reference_log_loss"]
        if model is None or champion is None or model <= champion * (1 + config.max_horizon_loss):
            continue
        faults.append(
            f"at {name} log loss is worse than the champion's by {model / champion - 1:.1%} "
            f"({model:.5f} against {champion:.5f}), {config.max_horizon_loss:.1%} is allowed"
        )
    return faults


def _calibrated(gain: Gain, config: PromotionConfig) -> list[str]:
    """Horizons at which the promises lie outside the accepted range, and are off beyond chance."""
    faults = []
    for name, figures in gain.by_horizon.items():
        ratio, low, high = (figures[f"predicted_to_observed{end}"] for end in ("", "_low", "_high"))
        if ratio is None or low is None or high is None:
            continue
        accepted = config.calibration_low <= ratio <= config.calibration_high
        if not accepted and not low <= 1 <= high:
            faults.append(
                f"at {name} it predicts {ratio:.2f} times the conversions observed (95 % interval {low:.2f} to "
                f"{high:.2f}), {config.calibration_low:.2f} to {config.calibration_high:.2f} is accepted"
            )
    return faults
