"""One figure over all horizons: the integrated Brier score, and the mean of the time-dependent AUC.

Both are made for censored times. Here a row is judged at a horizon only if the whole horizon lay before the last day to
which outcomes are complete; what is censored depends on the calendar alone, never on the lead. So each horizon is a
plain binary question on its ripe rows, and the weights that make up for censoring (Graf et al. 1999; Uno et al. 2007)
are all equal to 1. The cumulative/dynamic AUC at t (Heagerty & Zheng 2005), customers by t against the others, is then
the ROC-AUC of that horizon.
"""

from collections.abc import Mapping

import numpy as np

from leadscore.modeling.rows import Floats

INTEGRATED = ("integrated_brier", "integrated_auc")


def horizon_days(name: str) -> int | None:
    """Days of a horizon's name; None for the one horizon of a table, which has no time.

    >>> horizon_days("14d"), horizon_days("table")
    (14, None)
    """
    return int(name[:-1]) if name.endswith("d") and name[:-1].isdigit() else None


def integrated_brier(brier: Mapping[int, Floats]) -> Floats | None:
    """Area under the Brier score over time, divided by the last judged horizon: lower is better.

    brier     days -> Brier score, a number or resamples of it, shape (draws,); the horizons that could be judged.
    Returns   the trapezoid rule from 0 days, where every prediction is right; None without a horizon.

    >>> from numpy import array
    >>> float(integrated_brier({10: array(0.1), 20: array(0.3)}))
    0.125
    """
    if not brier:
        return None
    days = sorted(brier)
    levels = np.stack([np.zeros_like(brier[days[0]]), *(brier[day] for day in days)])
    return np.asarray(np.trapezoid(levels, x=np.array([0, *days], dtype=np.float64), axis=0) / days[-1])


def integrated_auc(auc: Mapping[int, Floats], rates: Mapping[int, float]) -> Floats | None:
    """Mean of the AUC over the judged horizons, weighted by how many conversions each adds to the nearer one.

    auc       days -> ROC-AUC, a number or resamples of it, shape (draws,).
    rates     days -> share of rows that converted; where it does not rise the horizon adds nothing.
    Returns   the Riemann-Stieltjes mean over the distribution of conversion times, as scikit-survival's
              `cumulative_dynamic_auc` takes it; None without a conversion.
    """
    days = sorted(auc)
    added = np.maximum(np.diff([0.0, *(rates[day] for day in days)]), 0.0)
    if not added.sum() > 0:
        return None
    return np.asarray(np.tensordot(added / added.sum(), np.stack([auc[day] for day in days]), axes=1))
