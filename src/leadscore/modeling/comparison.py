"""Two predictions of the same later rows, in pairs: by how much one is better, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadscore.modeling.calibration_card import independent_cases, ratio_interval
from leadscore.modeling.metrics import SMALLEST_CHANCE
from leadscore.modeling.resampling import LeadDraws, draw_leads, percentile_interval
from leadscore.modeling.rows import Flags, Floats, LabelledRows

LOW = 2.5
"""Percent of the resamples of a difference in log loss beyond either end of its interval."""


@dataclass(frozen=True, slots=True)
class Gain:
    """How much lower the log loss of one prediction is than that of another, on the same rows; above 0 is better.

    value        mean log loss gained per row, summed over the horizons; None if no horizon has a known label.
    low, high    95 % interval over leads, unless said otherwise.
    by_horizon   figures by horizon name: log_loss, reference_log_loss, predicted_to_observed with the ends of its 95 %
                 interval, predicted_to_observed_low and _high (all None without conversion).
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

    def take(self, rows: Flags) -> "PairedRows":
        """The rows of a mask."""
        model, reference = self.model[rows], self.reference[rows]
        return PairedRows(model=model, reference=reference, rows=self.rows.take(rows), horizons=self.horizons)


def gain_over_base_rate(
    p: Floats, base_rate: Floats, rows: LabelledRows, horizons: Sequence[str], draws: int, seed: int
) -> Gain:
    """The gain of predictions, shape (n, h), over the constant base rate of each horizon, shape (h,).

    The base rate is that of the training rows: the rate of the later rows was not known when the model was made.
    """
    constant = np.broadcast_to(base_rate, p.shape)
    return compare(PairedRows(model=p, reference=constant, rows=rows, horizons=horizons), draws, seed)


def compare(pairs: PairedRows, draws: int, seed: int, tail: float = LOW) -> Gain:
    """The gain of the model over the reference, with its interval from resampled leads (the same for both).

    tail   percent of the resamples below the interval, and above it.
    """
    used: Flags = pairs.rows.known & np.isfinite(pairs.model) & np.isfinite(pairs.reference)
    ripe: Flags = np.asarray(used.any(axis=0))
    rows, label = pairs.rows, pairs.rows.converted
    counted = used.any(axis=1)
    value = low = high = None
    if ripe.any():
        weight = (rows.weight[:, None] * used)[:, ripe]
        better = (row_losses(pairs.reference, label, used) - row_losses(pairs.model, label, used))[:, ripe] * weight
        value, low, high = sum_of_ratios(better, weight, draw_leads(rows.cluster, draws, seed), tail)
    return Gain(
        value,
        low,
        high,
        {name: _horizon_figures(pairs, used[:, h], h) for h, name in enumerate(pairs.horizons) if ripe[h]},
        rows=int(counted.sum()),
        leads=len(np.unique(rows.cluster[counted])),
        converting_leads=len(np.unique(rows.cluster[(used & label).any(axis=1)])),
    )


def sum_of_ratios(
    part: Floats, whole: Floats, resamples: LeadDraws, tail: float = LOW
) -> tuple[float, float | None, float | None]:
    """The ratio of the totals of two figures of each row, summed over the horizons, with its interval over leads.

    part, whole   shape (n, h), in the order of the rows that the leads are drawn for.
    tail          percent of the resamples below the interval, and above it.
    Returns       value, low, high; no interval if most resamples leave the ratio undefined.
    """
    per_lead = np.hstack([_sum_by_lead(each, resamples.position, resamples.leads) for each in (part, whole)])
    parts, wholes = np.hsplit(resamples.totals(per_lead), 2)
    with np.errstate(invalid="ignore"):
        drawn = np.divide(parts, wholes).sum(axis=1)
    low, high = percentile_interval(drawn, tail, 100 - tail)
    return float((part.sum(axis=0) / whole.sum(axis=0)).sum()), low, high


def row_losses(p: Floats, converted: Flags, used: Flags) -> Floats:
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
        float(np.average(row_losses(p[used, horizon], label, everything), weights=weight))
        for p in (pairs.model, pairs.reference)
    )
    observed, predicted = float(weight @ label), float(weight @ pairs.model[used, horizon])
    ratio = low = high = None
    if observed > 0:
        cases = independent_cases(label, weight, pairs.rows.cluster[used])
        ratio = predicted / observed
        low, high = ratio_interval(predicted, cases, observed / cases, observed / cases)
    return {
        "log_loss": model,
        "reference_log_loss": reference,
        "predicted_to_observed": ratio,
        "predicted_to_observed_low": low,
        "predicted_to_observed_high": high,
    }
