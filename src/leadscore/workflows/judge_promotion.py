"""What the gate says of an evaluation fit: against the champion, or against the base rate where there is none."""

from dataclasses import dataclass

import numpy as np

from leadscore.config.load import Settings
from leadscore.modeling.baselines import NAIVE_BAYES, POINTS
from leadscore.modeling.comparison import PairedRows, compare, gain_over_base_rate
from leadscore.modeling.promotion import OverSimple, Verdict, judge_challenger, judge_first
from leadscore.modeling.rows import LabelledRows
from leadscore.workflows.fit_recipe import Judged, Learnable, horizon_names

SIMPLEST = (POINTS, NAIVE_BAYES)
"""The simplest baseline is the first of these that the features allow: what companies use without a model."""


@dataclass(frozen=True)
class Contest:
    """The later rows on which a model has to prove itself.

    segments     segment of each row, shape (n,); None if the leads have none.
    champion_p   the champion's probabilities, shape (n, h), NaN where it must not be compared; None without champion.
    """

    later: LabelledRows
    segments: np.ndarray | None
    champion_p: np.ndarray | None


def verdict(judged: Judged, contest: Contest, whole: Learnable, settings: Settings, kind: str) -> Verdict:
    """Whether the model may become champion.

    whole   everything known, whose conversions say how much history there is.
    """
    names, promotion = horizon_names(settings, kind), settings.promotion
    seed, conversions, later = settings.training.seed, whole.bands.converting_leads(), contest.later
    base = gain_over_base_rate(judged.p, judged.base_rates, later, names, promotion.draws, seed)
    simplest = _over_simplest(judged, later, names, conversions, settings)
    if contest.champion_p is None:
        return judge_first(base, conversions, promotion, simplest)
    pairs = PairedRows(model=judged.p, reference=contest.champion_p, rows=later, horizons=names)
    simple = (OverSimple("the base rate", base, conversions), *simplest)
    return judge_challenger(pairs, promotion, seed, contest.segments, simple)


def _over_simplest(
    judged: Judged, later: LabelledRows, names: tuple[str, ...], conversions: int, settings: Settings
) -> tuple[OverSimple, ...]:
    name = next((each for each in SIMPLEST if each in judged.baseline_p), None)
    if name is None:
        return ()
    pairs = PairedRows(model=judged.p, reference=judged.baseline_p[name], rows=later, horizons=names)
    gain = compare(pairs, settings.promotion.draws, settings.training.seed)
    return (OverSimple(f"{name}, the simplest baseline", gain, conversions),)
