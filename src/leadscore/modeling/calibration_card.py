"""Whether 30 % means 30 %: predicted against observed conversions overall and in every group that can be looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import gamma

from leadscore.modeling.metrics import compute_metrics, rank_rows
from leadscore.modeling.rows import Flags, Floats, LabelledRows, Whole

LEVEL = 0.95
OVERALL = "overall"
MOST_VALUES = 20


@dataclass(frozen=True)
class Cell:
    """The rows of one group at one horizon whose label is known.

    predicted_rate, observed_rate   weighted.
    ratio       predicted over observed conversions; None if nobody converted.
    low, high   95 % interval of the ratio from the number of conversions alone; high is None if nobody converted.
    roc_auc     None if all rows have the same label.
    outside     whether the whole interval lies outside the accepted range: too far off to be chance.
    """

    grouping: str
    value: str
    horizon: str
    rows: int
    leads: int
    converting_leads: int
    predicted_rate: float
    observed_rate: float
    ratio: float | None
    low: float
    high: float | None
    roc_auc: float | None
    outside: bool


def calibration_card(
    p: Floats,
    rows: LabelledRows,
    horizons: Sequence[str],
    groups: Mapping[str, NDArray[np.str_]],
    accepted: tuple[float, float],
) -> dict[str, Any]:
    """Predicted against observed conversions overall and by group, on rows that the model was not trained on.

    p         shape (n, h), probability by horizon; NaN where a row could not be scored.
    groups    name of a grouping -> value of each row, shape (n,); the values with the most rows are looked at.
    accepted  range of predicted over observed conversions that is called right.
    Returns   level, accepted, cells, and `said`: in words, which cells are off beyond chance.
    """
    everything = {OVERALL: np.full(len(rows), "all leads"), **groups}
    judged = [_Horizon.of(name, p[:, h], rows, h) for h, name in enumerate(horizons)]
    cells = [
        cell
        for grouping, values in everything.items()
        for value in _most_frequent(values)
        for horizon in judged
        if (cell := horizon.cell(grouping, value, values == value, accepted)) is not None
    ]
    return {
        "level": LEVEL,
        "accepted": list(accepted),
        "cells": [asdict(cell) for cell in cells],
        "said": _said(cells, accepted),
    }


def ratio_interval(predicted: float, cases: float, per_case: float, typical: float) -> tuple[float, float | None]:
    """95 % interval of predicted over expected conversions: exact Poisson bounds (Garwood 1936) on the observed count.

    predicted   weighted sum of the probabilities.
    cases       independent conversions observed, 0 or more; per_case the weight of the converting rows of one of them.
    typical     weight of a case elsewhere: one that luck kept away would have weighed at least as much.

    >>> low, high = ratio_interval(10.0, 10.0, 1.0, 1.0)
    >>> round(low, 3), round(high, 3)
    (0.544, 2.085)
    """
    tail = (1 - LEVEL) / 2
    most = cases * per_case + (float(gamma.ppf(1 - tail, cases + 1)) - cases) * max(per_case, typical)
    least = per_case * float(gamma.ppf(tail, cases)) if cases > 0 else 0.0
    return predicted / most, predicted / least if least > 0 else None


def independent_cases(converted: Flags, weight: Floats, cluster: Whole) -> float:
    """As many independent conversions as have the relative variance over leads of the weighted count; 0 without any.

    >>> from numpy import arange, array, ones
    >>> two_leads_and_many = array([0, 0, 0, 1, 1, 1, *range(2, 596)])
    >>> round(independent_cases(arange(600) < 6, ones(600), two_leads_and_many), 1)
    2.0
    """
    observed = float(weight @ converted)
    if observed <= 0:
        return 0.0
    _, lead = np.unique(cluster, return_inverse=True)
    by_lead = np.bincount(lead, weights=weight * (converted - observed / float(weight.sum())))
    variance = float(by_lead @ by_lead)
    return observed**2 / variance if variance > 0 else float(len(np.unique(cluster[converted])))


def _most_frequent(values: NDArray[np.str_]) -> list[str]:
    found, counts = np.unique(values, return_counts=True)
    return [str(value) for value in found[np.argsort(-counts, kind="stable")][:MOST_VALUES]]


@dataclass(frozen=True)
class _Horizon:
    """The rows that can be judged at one horizon; per_case is the weight of converting rows of an independent case."""

    name: str
    used: Flags
    p: Floats
    converted: Flags
    weight: Floats
    cluster: Whole
    per_case: float

    @classmethod
    def of(cls, name: str, p: Floats, rows: LabelledRows, horizon: int) -> "_Horizon":
        used = rows.known[:, horizon] & np.isfinite(p)
        converted = rows.converted[:, horizon]
        observed = float(rows.weight[used] @ converted[used])
        cases = independent_cases(converted[used], rows.weight[used], rows.cluster[used])
        per_case = observed / cases if cases > 0 else 1.0
        return cls(name, used, p, converted, rows.weight, rows.cluster, per_case)

    def cell(self, grouping: str, value: str, members: Flags, accepted: tuple[float, float]) -> Cell | None:
        used = members & self.used
        if not used.any():
            return None
        p, converted, weight, cluster = self.p[used], self.converted[used], self.weight[used], self.cluster[used]
        predicted, observed, total = float(weight @ p), float(weight @ converted), float(weight.sum())
        cases = independent_cases(converted, weight, cluster)
        per_case = observed / cases if cases > 0 else self.per_case
        low, high = ratio_interval(predicted, cases, per_case, self.per_case)
        ranked = rank_rows(p, converted, weight, cluster)
        auc = compute_metrics(ranked.probability, *ranked.masses())["roc_auc"]
        return Cell(
            grouping,
            value,
            self.name,
            rows=int(used.sum()),
            leads=len(np.unique(cluster)),
            converting_leads=len(np.unique(cluster[converted])),
            predicted_rate=predicted / total,
            observed_rate=observed / total,
            ratio=predicted / observed if observed > 0 else None,
            low=low,
            high=high,
            roc_auc=float(auc) if np.isfinite(auc) else None,
            outside=low > accepted[1] or (high is not None and high < accepted[0]),
        )


def _said(cells: Sequence[Cell], accepted: tuple[float, float]) -> list[str]:
    """One sentence on the whole, and one for each cell that is off."""
    off = [cell for cell in cells if cell.outside]
    span = f"{accepted[0]:g} to {accepted[1]:g}"
    if not cells:
        return ["no later row is old enough to tell whether the probabilities are right"]
    if not off:
        return [f"in none of {len(cells)} cells do predicted over observed conversions leave {span} beyond chance"]
    told = [f"in {len(off)} of {len(cells)} cells predicted over observed conversions leave {span} beyond chance:"]
    return told + [_told(cell) for cell in off]


def _told(cell: Cell) -> str:
    times = "nobody converted" if cell.ratio is None else f"{cell.ratio:.2f} times the conversions observed"
    ends = f"{cell.low:.2f} to {cell.high:.2f}" if cell.high is not None else f"{cell.low:.2f} or more"
    where = "overall" if cell.grouping == OVERALL else f"{cell.grouping} {cell.value}"
    leads = f"{cell.converting_leads} converting lead{'' if cell.converting_leads == 1 else 's'}"
    return f"{where}, {cell.horizon}: {times} (95 % interval {ends}, {leads})"
