"""How long leads stay away that were set aside: until they come back, or until nothing more is known of them."""

from collections import defaultdict
from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.domain.time import DAY_US
from leadscore.features.facts import Facts


def days_away(
    facts: Facts, outcome: str, reopening: Collection[str], until: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Days from each time a lead was set aside by an outcome, and whether they ended with its return.

    outcome     "lost" or "competitor".
    reopening   event types by which a lead shows that it is back; a later purchase shows it too.
    until       the instant to which facts are known; who is not back by then, or was set aside again, is unknown.
    """
    kind = pc.equal(facts.outcomes["outcome"], outcome)
    concerned = pc.unique(facts.outcomes.filter(kind)["lead_id"])
    ends = defaultdict(list)
    for row in facts.outcomes.filter(pc.is_in(facts.outcomes["lead_id"], value_set=concerned)).to_pylist():
        ends[row["lead_id"]].append((row["occurred_at"], row["outcome"]))
    back = pc.and_(
        pc.is_in(facts.events["type"], pa.array(list(reopening), pa.string())),
        pc.is_in(facts.events["lead_id"], value_set=concerned),
    )
    came = defaultdict(list)
    for row in facts.events.filter(back).select(["lead_id", "occurred_at"]).to_pylist():
        came[row["lead_id"]].append((row["occurred_at"], ""))
    found = []
    for lead, ended in ends.items():
        told = sorted([*ended, *came[lead]])
        for number, (at, what) in enumerate(told):
            if what == outcome and not any(earlier == "won" for _, earlier in told[:number]):
                next_at, next_what = told[number + 1] if number + 1 < len(told) else (until, outcome)
                found.append(((min(next_at, until) - at) / DAY_US, next_what in ("", "won")))
    days, came_back = zip(*found, strict=True) if found else ((), ())
    return np.array(days, np.float64), np.array(came_back, np.bool_)
