"""What sales would have caught by working the hottest leads of each week, as many as it can."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from leadscore.modeling.resampling import draw_leads, percentile_interval
from leadscore.modeling.rows import Floats, LabelledRows, Whole

DEFAULT_SHARE = 0.05


@dataclass(frozen=True)
class Caught:
    """Conversions among the leads worked, over all weeks whose labels are known.

    worked_share   lead-weeks worked of all lead-weeks.
    caught_share   of the lead-weeks that convert within the horizon, those worked; low, high its 90 % interval over
                   leads.
    precision      share of the worked lead-weeks that convert within the horizon.
    lift           caught_share / worked_share: how much better than picking leads at random.
    """

    weeks: int
    leads_a_week: float
    worked_share: float
    caught_share: float | None
    low: float | None
    high: float | None
    precision: float | None
    lift: float | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def catch(p: Floats, rows: LabelledRows, horizon: int, as_of: Whole, per_week: int, draws: int = 200) -> Caught | None:
    """Work the `per_week` leads with the highest probability of each week and count what converts.

    p         shape (n,), probability at the horizon; rows without one, or without a known label, are left out.
    as_of     shape (n,), the instant of each snapshot; a week is what shares one. A thinned snapshot counts its weight.
    per_week  leads a week; 0 means DEFAULT_SHARE of the week's open leads.
    Returns   None if no row can be judged. Rows of equal probability at the border are worked in part, all alike.
    """
    used = rows.known[:, horizon] & np.isfinite(p)
    if not used.any():
        return None
    chance, converted, weight = p[used], rows.converted[used, horizon], rows.weight[used]
    weeks, week = np.unique(as_of[used], return_inverse=True)
    worked = np.zeros(len(chance))
    for number in range(len(weeks)):
        members = np.flatnonzero(week == number)
        open_leads = float(weight[members].sum())
        share = min(1.0, per_week / open_leads) if per_week else DEFAULT_SHARE
        worked[members] = _worked_part(chance[members], weight[members], share)
    caught, positive = worked * weight * converted, weight * converted
    resamples = draw_leads(rows.cluster[used], draws, 1)
    sums = [np.bincount(resamples.position, weights=each, minlength=resamples.leads) for each in (caught, positive)]
    drawn = resamples.totals(np.stack(sums, axis=1))
    with np.errstate(invalid="ignore"):
        low, high = percentile_interval(drawn[:, 0] / drawn[:, 1])
    all_weight, worked_weight = float(weight.sum()), float(worked @ weight)
    found = float(caught.sum() / positive.sum()) if positive.sum() > 0 else None
    share = worked_weight / all_weight
    return Caught(
        weeks=len(weeks),
        leads_a_week=worked_weight / len(weeks),
        worked_share=share,
        caught_share=found,
        low=low,
        high=high,
        precision=float(caught.sum()) / worked_weight if worked_weight > 0 else None,
        lift=None if found is None else found / share,
    )


def _worked_part(p: Floats, weight: Floats, share: float) -> Floats:
    """Which part of each row is worked, shape (n,), if the given share of the weight is, highest probability first."""
    order = np.argsort(-p, kind="stable")
    _, group = np.unique(-p[order], return_inverse=True)
    mass = np.bincount(group, weights=weight[order])
    before = np.cumsum(mass) - mass
    part = np.clip((share * weight.sum() - before) / mass, 0.0, 1.0)
    worked = np.empty(len(p))
    worked[order] = part[group]
    return worked
