"""What kind of lead each snapshot is of: the groups in which a model is judged."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.dataset.snapshots import SnapshotTable
from leadscore.domain.time import DAY_US
from leadscore.features.facts import Facts

ATTRIBUTES = ("segment", "source")
UNKNOWN = "(unknown)"
YOUNG_DAYS = 90

Words = npt.NDArray[np.str_]


def snapshot_groups(facts: Facts, table: SnapshotTable, cut: int) -> dict[str, Words]:
    """Grouping -> value of each snapshot, shape (n,).

    cut       instant of the fit that is judged, epoch microseconds.
    Returns   `segment` and `source` as known at each snapshot, if the leads have them; `age`, whether the lead is
              younger than 90 days; `lead`, whether it was created after the cut, so that no training row was of it.
    """
    place = pc.index_in(table.lead_id, value_set=facts.leads["lead_id"])
    created = facts.leads["created_at"].take(place).to_numpy()
    young = f"younger than {YOUNG_DAYS} days", f"{YOUNG_DAYS} days or older"
    groups = {name: values for name in ATTRIBUTES if (values := attribute_at(facts, table, name)) is not None}
    return groups | {
        "age": np.where(table.as_of - created < YOUNG_DAYS * DAY_US, *young),
        "lead": np.where(created > cut, "created after the cut", "known at the cut"),
    }


def attribute_at(facts: Facts, table: SnapshotTable, name: str) -> Words | None:
    """The value of an attribute that was visible at each snapshot, shape (n,); None if no lead has the attribute."""
    values = facts.attributes.filter(pc.equal(facts.attributes["name"], name))
    if not values.num_rows:
        return None
    # What arrives with a lead counts from the lead's own first instant, everything else strictly after it is known.
    place = pc.index_in(values["lead_id"], value_set=facts.leads["lead_id"])
    born = pc.equal(values["known_at"], facts.leads["created_at"].take(place))
    visible_from = pc.add(values["known_at"], pc.if_else(pc.fill_null(born, False), 0, 1))
    told = {"at": visible_from.to_numpy(), "known_at": values["known_at"].to_numpy(), "value": _texts(values["value"])}
    history = pd.DataFrame({"lead": _texts(values["lead_id"]), **told})
    # The last of equal instants is taken: the larger text, as scores of single leads are told.
    history = history.sort_values(list(told), na_position="first")
    asked = pd.DataFrame({"lead": _texts(table.lead_id), "at": table.as_of, "row": np.arange(len(table))})
    found = pd.merge_asof(asked.sort_values("at"), history, on="at", by="lead")
    named = found.sort_values("row")["value"].fillna(UNKNOWN).replace("", UNKNOWN)
    return np.asarray(named.to_numpy(dtype=str))


def _texts(column: pa.Array | pa.ChunkedArray) -> list[str | None]:
    found: list[str | None] = column.to_pylist()
    return found
