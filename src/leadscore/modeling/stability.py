"""Whether a retrained model ranks leads as the one before it did."""

from typing import Any

import numpy as np
from scipy.stats import spearmanr

from leadscore.modeling.rows import Floats

TOP_SHARE = 0.1


def rank_agreement(before: Floats, after: Floats) -> dict[str, Any]:
    """How two models rank the same rows; shape (n,) each, rows without both probabilities are left out.

    Returns   rows; spearman, the correlation of the ranks (None if either model says the same of all); top_overlap, the
              share of the tenth that the earlier model put first which the later one puts first too, where 0.1 is
              chance.

    >>> from numpy import arange
    >>> rank_agreement(arange(20.0), arange(20.0))
    {'rows': 20, 'spearman': 1.0, 'top_overlap': 1.0}
    """
    both = np.isfinite(before) & np.isfinite(after)
    old, new = before[both], after[both]
    if len(old) < 2 or np.ptp(old) == 0 or np.ptp(new) == 0:
        return {"rows": len(old), "spearman": None, "top_overlap": None}
    top = max(1, round(TOP_SHARE * len(old)))
    # Ties at the border are broken by place, for both models alike.
    first, second = (set(np.argsort(-p, kind="stable")[:top].tolist()) for p in (old, new))
    return {
        "rows": len(old),
        "spearman": round(float(spearmanr(old, new).statistic), 6),
        "top_overlap": len(first & second) / top,
    }
