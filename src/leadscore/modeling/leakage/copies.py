"""Fields that are the label in other words."""

import numpy as np

from leadscore.modeling.leakage.alone import auc_alone
from leadscore.modeling.leakage.suspect import Field, LeakSuspect, group_values
from leadscore.modeling.rows import Flags

RULE = "repeats_label"
COPY_AUC = 0.985
_FEWEST_PER_CLASS = 20


def repeats_label(field: Field, label: Flags) -> LeakSuspect | None:
    """Suspect if no value is shared by both outcomes, or nearly none and there are rows enough to say so."""
    sides = [np.unique(field.values[side]) for side in (label, ~label)]
    if len(sides[0]) == len(sides[1]) == 1 and not np.array_equal(sides[0], sides[1], equal_nan=True):
        return LeakSuspect(
            field.name, RULE, f"{field.name} repeats the label: one value where it converted, another elsewhere"
        )
    if min(label.sum(), (~label).sum()) < _FEWEST_PER_CLASS:
        return None
    auc = auc_alone(group_values(field), label)
    if auc < COPY_AUC:
        return None
    return LeakSuspect(field.name, RULE, f"{field.name} says the same as the label: alone it has ROC-AUC {auc:.3f}")
