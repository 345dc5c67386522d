"""Who is behind a row: the unit that resampling draws and that conversions are counted by."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.features.facts import Facts


def person_numbers(lead_id: pa.Array, facts: Facts) -> npt.NDArray[np.int64]:
    """A number for each row, the same for all ids of one person and in all snapshots of the same facts, shape (n,).

    A buyer who was known under six ids bought once: six rows of leads are one case.

    lead_id   text, shape (n,).
    """
    people = facts.people
    place = pc.index_in(lead_id, value_set=people["lead_id"].combine_chunks())
    person = pc.coalesce(people["person"].combine_chunks().take(place), lead_id)
    everybody = pc.unique(pa.chunked_array([*facts.leads["lead_id"].chunks, *people["person"].chunks], pa.string()))
    return np.asarray(pc.index_in(person, value_set=everybody).to_numpy(zero_copy_only=False), np.int64)
