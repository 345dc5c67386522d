"""Promotion by evidence: whether later leads show that a model deserves to be the champion."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadscore.config.promotion import PromotionConfig
from leadscore.modeling.metrics import SMALLEST_CHANCE
from leadscore.modeling.resampling import draw_leads, percentile_interval
from leadscore.modeling.rows import Flags, Floats, LabelledRows

LOW, HIGH = 2.5, 97.5
"""Percentiles of the difference in log loss: a model must be better in all but 2.5 % of the resamples."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a model may become champion, why (or why not) in sentences, and the figures behind it."""

    passed: bool
    reasons: list[str]
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Gain:
    """How much lower the log loss of one prediction is than that of another, on the same rows; above 0 is better.

    value        mean log loss gained per row, summed over the horizons; None if no horizon has a known label.
    low, high    95 % interval over leads.
    by_horizon   figures by horizon name: log_loss, reference_log_loss, predicted_to_observed (None without conversion).
    rows, leads, converting_leads   what the figures rest on.
    """

    value: float | None
    low: float | None
    high: float | None
    by_horizon: dict[str, dict[str, float | None]]
    rows: int
    leads: int
    converting_leads: int

    def figures(self) -> dict[str, Any]:
        """Plain values for a report."""
        return {
            "log_loss_gain": self.value,
            "log_loss_gain_low": self.low,
            "log_loss_gain_high": self.high,
            "horizons": self.by_horizon,
            "rows": self.rows,
            "leads": self.leads,
            "converting_leads": self.converting_leads,
        }


@dataclass(frozen=True, kw_only=True)
class PairedRows:
    """Later rows with two predictions each, shape (n, h): the model's and those of what it is held against."""

    model: Floats
    reference: Floats
    rows: LabelledRows
    horizons: Sequence[str]

    def __post_init__(self) -> None:
        shapes = {self.model.shape, self.reference.shape, self.rows.known.shape, (len(self.rows), len(self.horizons))}
        if len(shapes) != 1:
            raise ValueError(f"predictions, labels and horizons do not fit together: {sorted(shapes)}")


def gain_over_base_rate(
    p: Floats, base_rate: Floats, rows: LabelledRows, horizons: Sequence[str], draws: int, seed: int
) -> Gain:
    """The gain of predictions, shape (n, h), over the constant base rate of each horizon, shape (h,).

    The base rate is that of the training rows: the rate of the later rows was not known when the model was made.
    """
    constant = np.broadcast_to(base_rate, p.shape)
    return compare(PairedRows(model=p, reference=constant, rows=rows, horizons=horizons), draws, seed)


def compare(pairs: PairedRows, draws: int, seed: int) -> Gain:
    """The gain of the model over the reference, with its interval from resampled leads (the same for both)."""
    used: Flags = pairs.rows.known & np.isfinite(pairs.model) & np.isfinite(pairs.reference)
    ripe: Flags = np.asarray(used.any(axis=0))
    rows, label = pairs.rows, pairs.rows.converted
    counted = used.any(axis=1)
    value = low = high = None
    if ripe.any():
        weight = (rows.weight[:, None] * used)[:, ripe]
        better = (_loss(pairs.reference, label, used) - _loss(pairs.model, label, used))[:, ripe] * weight
        value = float((better.sum(axis=0) / weight.sum(axis=0)).sum())
        resamples = draw_leads(rows.cluster, draws, seed)
        per_lead = np.hstack([_sum_by_lead(each, resamples.position, resamples.leads) for each in (better, weight)])
        gained, weights = np.hsplit(resamples.totals(per_lead), 2)
        with np.errstate(invalid="ignore"):
            drawn = np.divide(gained, weights).sum(axis=1)
        low, high = percentile_interval(drawn, LOW, HIGH)
    return Gain(
        value,
        low,
        high,
        {name: _horizon_figures(pairs, used[:, h], h) for h, name in enumerate(pairs.horizons) if ripe[h]},
        rows=int(counted.sum()),
        leads=len(np.unique(rows.cluster[counted])),
        converting_leads=len(np.unique(rows.cluster[(used & label).any(axis=1)])),
    )


def _loss(p: Floats, converted: Flags, used: Flags) -> Floats:
    """Log loss of each row and horizon; 0 where it is not used."""
    chance = np.clip(np.where(used, p, 0.5), SMALLEST_CHANCE, 1 - SMALLEST_CHANCE)
    return np.where(used, -np.where(converted, np.log(chance), np.log1p(-chance)), 0.0)


def _sum_by_lead(values: Floats, position: Any, leads: int) -> Floats:
    """Sums over the rows of each lead, shape (leads, h)."""
    return np.stack([np.bincount(position, weights=column, minlength=leads) for column in values.T], axis=1)


def _horizon_figures(pairs: PairedRows, used: Flags, horizon: int) -> dict[str, float | None]:
    """Log losses and calibration of one horizon on the rows used."""
    weight, label = pairs.rows.weight[used], pairs.rows.converted[used, horizon]
    everything = np.ones(len(label), dtype=np.bool_)
    model, reference = (
        float(np.average(_loss(p[used, horizon], label, everything), weights=weight))
        for p in (pairs.model, pairs.reference)
    )
    observed = float(weight @ label)
    ratio = float(weight @ pairs.model[used, horizon]) / observed if observed > 0 else None
    return {"log_loss": model, "reference_log_loss": reference, "predicted_to_observed": ratio}


def judge_first(gain: Gain, conversions: int, config: PromotionConfig) -> Verdict:
    """Judge a model where there is no champion: it only has to be no worse than the base rate, and to show a signal.

    gain         over the base rate, on later rows.
    conversions  leads of the whole history that converted; below `config.signal_conversions` a gain that spans zero
                 is put down to few data, below `config.low_confidence_conversions` the model is marked.
    """
    low_confidence = conversions < config.low_confidence_conversions or gain.value is None
    figures = gain.figures() | {"conversions": conversions, "low_confidence": low_confidence}
    faults = _first_faults(gain, conversions, config)
    if faults:
        return Verdict(False, faults, figures)
    return Verdict(True, _first_praise(gain, conversions, low_confidence, config), figures)


def _first_faults(gain: Gain, conversions: int, config: PromotionConfig) -> list[str]:
    if gain.value is None:
        return []
    ground = f"on {gain.rows} later rows with {gain.converting_leads} converting leads"
    if gain.value < 0:
        return [f"log loss is worse than that of the base rate by {-gain.value:.5f} {ground}"]
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
        reasons = [f"first model; log loss is better than that of the base rate by {gain.value:.5f} on later rows"]
    if low_confidence:
        reasons.append(
            f"low confidence: {conversions} conversions in the history, {config.low_confidence_conversions} wanted"
        )
    return reasons


def judge_challenger(pairs: PairedRows, config: PromotionConfig, seed: int = 1) -> Verdict:
    """Judge a challenger (`pairs.model`) against the champion (`pairs.reference`) on rows later than both.

    All must hold: the gain is above 0 in all but 2.5 % of the resamples of leads; no horizon is worse by more than
    `max_horizon_loss`; predicted over observed conversions lies within the accepted range at every horizon that saw a
    conversion; enough different leads converted.
    """
    gain = compare(pairs, config.draws, seed)
    faults = _enough(gain, config) + _better(gain) + _no_horizon_worse(gain, config) + _calibrated(gain, config)
    if faults:
        return Verdict(False, faults, gain.figures())
    return Verdict(
        True,
        [
            f"log loss is lower than the champion's by {gain.value:.5f} (95 % interval {gain.low:.5f} to "
            f"{gain.high:.5f}) on {gain.rows} later rows with {gain.converting_leads} converting leads"
        ],
        gain.figures(),
    )


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
    return [
        f"at {name} it predicts {ratio:.2f} times the conversions observed, "
        f"{config.calibration_low:.2f} to {config.calibration_high:.2f} is accepted"
        for name, figures in gain.by_horizon.items()
        if (ratio := figures["predicted_to_observed"]) is not None
        and not config.calibration_low <= ratio <= config.calibration_high
    ]
