"""How much more data would help: the same recipe on part of the leads, judged on the same later rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from leadscore.modeling.backtest import bare_figures
from leadscore.modeling.comparison import PairedRows, compare
from leadscore.modeling.evaluation import evaluate
from leadscore.modeling.rows import Flags, Floats, LabelledRows, Whole

SHARES = (0.25, 0.5)
"""Shares of the training leads that the recipe is fitted on besides all of them."""


@dataclass(frozen=True)
class PartFit:
    """The recipe on a share of the training leads; p are its probabilities of the later rows, shape (n, h)."""

    share: float
    leads: int
    converting_leads: int
    p: Floats


def leads_drawn(cluster: Whole, share: float, seed: int) -> Flags:
    """Rows of a share of the leads, shape (n,); a smaller share is part of a larger one."""
    leads, position = np.unique(cluster, return_inverse=True)
    place = np.random.default_rng(seed).permutation(len(leads))
    return np.asarray(place[position] < share * len(leads))


def report_learning_curve(
    fits: Sequence[PartFit], rows: LabelledRows, horizons: Sequence[str], draws: int, seed: int
) -> dict[str, Any]:
    """Figures of each fit, of few leads to all, and what the last doubling of the leads brought.

    Returns   points (share, leads, converting_leads, figures); gains, one for each step to more leads: by how much the
              log loss fell, summed over the horizons, with its 95 % interval over leads; `said` in words.
    """
    points = [
        {
            "share": fit.share,
            "leads": fit.leads,
            "converting_leads": fit.converting_leads,
            "figures": bare_figures(evaluate(fit.p, rows, horizons, 0, seed)),
        }
        for fit in fits
    ]
    gains = [
        compare(PairedRows(model=more.p, reference=less.p, rows=rows, horizons=horizons), 5 * draws, seed).figures()
        for less, more in pairwise(fits)
    ]
    return {"points": points, "gains": gains, "said": _said(fits, gains)}


def _said(fits: Sequence[PartFit], gains: Sequence[Mapping[str, Any]]) -> str:
    if not gains or gains[-1]["log_loss_gain_low"] is None:
        return "too few later rows are ripe to tell whether more data would help"
    last, before = gains[-1], sum(figures["reference_log_loss"] for figures in gains[-1]["horizons"].values())
    step = f"from {fits[-2].converting_leads} to {fits[-1].converting_leads} converting leads"
    span = f"{last['log_loss_gain_low'] / before:+.1%} to {last['log_loss_gain_high'] / before:+.1%}"
    moved = "fell" if last["log_loss_gain"] >= 0 else "rose"
    share = f"{abs(last['log_loss_gain']) / before:.1%}"
    told = f"{step} the log loss {moved} by {share} (95 % interval of its fall {span})"
    if last["log_loss_gain_low"] > 0:
        doubled = [fit.share for fit in fits[-2:]] == [0.5, 1]
        ahead = "; the next doubling may be expected to bring somewhat less than this one" if doubled else ""
        return f"{told}: more data still help{ahead}"
    if last["log_loss_gain_high"] < 0:
        return f"{told}: more data made it worse; old habits may mislead, see history_days in configs/training.yaml"
    return f"{told}: within chance, so more of the same data may help little"
