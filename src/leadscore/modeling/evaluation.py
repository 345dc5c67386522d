"""How good predictions are on later rows: figures with intervals, calibration and gain, overall and by group."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from leadscore.modeling.integrated import INTEGRATED, horizon_days, integrated_auc, integrated_brier
from leadscore.modeling.intervals import equal_event_bins, estimate_rate
from leadscore.modeling.metrics import METRICS, RankedRows, compute_metrics, gain_at, rank_rows
from leadscore.modeling.resampling import LeadDraws, draw_leads, percentile_interval
from leadscore.modeling.rows import Flags, Floats, LabelledRows

GAIN_SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
PLOT_BINS = 10


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure and its 90 % interval over leads; None where the rows do not define it."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Rows of like probability: what was predicted, and what share converted with its 90 % interval."""

    predicted: float
    observed: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True, slots=True)
class HorizonEvaluation:
    """Figures of one horizon, on the rows whose label is known.

    rows, leads, converting_leads   what the figures rest on.
    ripe_share     weighted share of all rows that are old enough to know the label.
    unscored       rows with a known label but no prediction; they are left out.
    observed_rate  weighted share of rows that converted; None without rows.
    metrics        by name, see metrics.compute_metrics.
    missing        why a figure is None, in words; empty if all could be computed.
    calibration    bins that predict equally many conversions, lowest first.
    gain           (share of rows, best first; share of the conversions among them).
    """

    rows: int
    leads: int
    converting_leads: int
    ripe_share: float
    unscored: int
    observed_rate: float | None
    metrics: dict[str, Metric]
    missing: str
    calibration: tuple[CalibrationBin, ...] = ()
    gain: tuple[tuple[float, float], ...] = ()

    def values(self) -> dict[str, float | None]:
        """The bare figures by name."""
        return {name: metric.value for name, metric in self.metrics.items()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """What `Evaluation.to_dict` wrote of one horizon, read back from JSON or not."""
        read = {
            "metrics": {name: Metric(**metric) for name, metric in stored["metrics"].items()},
            "calibration": tuple(CalibrationBin(**bin_) for bin_ in stored["calibration"]),
            "gain": tuple((share, found) for share, found in stored["gain"]),
        }
        return cls(**{**stored, **read})


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures by horizon.

    integrated   figures over all judged horizons, see `integrated`; empty for the one horizon of a table.
    """

    horizons: dict[str, HorizonEvaluation]
    integrated: dict[str, Metric] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        return asdict(self)


def evaluate(p: Floats, rows: LabelledRows, horizons: Sequence[str], draws: int, seed: int) -> Evaluation:
    """Judge predictions on rows that the model was not trained on.

    p         shape (n, h), probability by horizon; NaN where a row could not be scored.
    rows      labels by horizon, shape (n, h).
    horizons  h names, e.g. "14d"; a flat table has the one horizon "table".
    draws     resamples of whole leads behind each interval; 0 leaves the intervals of the figures out.
    """
    if p.shape != rows.known.shape or len(horizons) != rows.columns:
        raise ValueError(f"p {p.shape}, labels {rows.known.shape} and {len(horizons)} horizons do not fit together")
    resamples = draw_leads(rows.cluster, draws, seed)
    judged = {name: _judge(p[:, h], rows, h, resamples) for h, name in enumerate(horizons)}
    return Evaluation({name: found for name, (found, _) in judged.items()}, _integrated(judged))


def _integrated(judged: Mapping[str, tuple[HorizonEvaluation, dict[str, Floats]]]) -> dict[str, Metric]:
    """Figures over the horizons that could be judged, with intervals from the same resamples of leads."""
    timed = {days: found for name, found in judged.items() if (days := horizon_days(name)) is not None}
    if not timed:
        return {}

    def both(metric: str, combine: Callable[[dict[int, Floats]], Floats | None]) -> Metric:
        used = {days: found for days, found in timed.items() if found[0].metrics[metric].value is not None}
        value = combine({days: np.asarray(found.metrics[metric].value) for days, (found, _) in used.items()})
        drawn = combine({days: draws[metric] for days, (_, draws) in used.items()})
        return Metric(None, None, None) if value is None or drawn is None else _metric(float(value), drawn)

    rates = {days: found.observed_rate or 0.0 for days, (found, _) in timed.items()}
    brier, auc = both("brier", integrated_brier), both("roc_auc", lambda curve: integrated_auc(curve, rates))
    return dict(zip(INTEGRATED, (brier, auc), strict=True))


def _judge(
    p: Floats, rows: LabelledRows, horizon: int, resamples: LeadDraws
) -> tuple[HorizonEvaluation, dict[str, Floats]]:
    """Figures of one horizon, and their resamples."""
    known = rows.known[:, horizon]
    used = known & np.isfinite(p)
    chance, converted, weight = p[used], rows.converted[used, horizon], rows.weight[used]
    ranked = rank_rows(chance, converted, weight, resamples.position[used])
    all_weight = float(rows.weight.sum())
    metrics, drawn = _metrics(ranked, resamples)
    found = HorizonEvaluation(
        rows=int(used.sum()),
        leads=len(np.unique(rows.cluster[used])),
        converting_leads=len(np.unique(rows.cluster[used][converted])),
        ripe_share=float(rows.weight[known].sum()) / all_weight if all_weight > 0 else 0.0,
        unscored=int((known & ~used).sum()),
        observed_rate=float(np.average(converted, weights=weight)) if used.any() else None,
        metrics=metrics,
        missing=_missing(converted),
        calibration=_calibration(chance, converted, weight, rows.cluster[used]),
        gain=_gain(ranked),
    )
    return found, drawn


def _missing(converted: Flags) -> str:
    """Why figures are missing, if they are."""
    if not len(converted):
        return "no row is old enough to know whether it converted"
    if not converted.any():
        return f"none of {len(converted)} rows converted"
    return f"all {len(converted)} rows converted" if converted.all() else ""


def _metrics(ranked: RankedRows, resamples: LeadDraws) -> tuple[dict[str, Metric], dict[str, Floats]]:
    """All figures with their intervals, and the resampled figures, shape (draws,) each."""
    figures = compute_metrics(ranked.probability, *ranked.masses())
    drawn = [
        compute_metrics(ranked.probability, *ranked.masses(times)) for block in resamples.blocks() for times in block
    ]
    by_name = {name: np.array([draw[name] for draw in drawn]) for name in METRICS}
    return {name: _metric(figures[name], by_name[name]) for name in METRICS}, by_name


def _metric(value: float, drawn: Floats) -> Metric:
    return Metric(value, *percentile_interval(drawn)) if np.isfinite(value) else Metric(None, None, None)


def _calibration(p: Floats, converted: Flags, weight: Floats, cluster: NDArray[np.int64]) -> tuple[CalibrationBin, ...]:
    """Predicted against observed rate in bins that predict equally many conversions."""
    number = equal_event_bins(p, weight, PLOT_BINS)
    bins = []
    for members in (number == bin_number for bin_number in np.unique(number)):
        low, high = estimate_rate(converted[members], weight[members], cluster[members]).bounds()
        predicted, observed = (float(np.average(of[members], weights=weight[members])) for of in (p, converted))
        bins.append(CalibrationBin(predicted, observed, low, high, int(members.sum())))
    return tuple(bins)


def _gain(ranked: RankedRows) -> tuple[tuple[float, float], ...]:
    """The gain curve at fixed shares of rows; empty without a conversion."""
    positive, negative = ranked.masses()
    if not positive.sum() > 0:
        return ()
    found = gain_at(np.array(GAIN_SHARES), positive, positive + negative)
    return tuple(zip(GAIN_SHARES, found.tolist(), strict=True))
