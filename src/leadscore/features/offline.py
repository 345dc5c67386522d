"""Features of many snapshots at once: integer SQL over Arrow tables, then a dense matrix."""

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadscore.domain.progress import Progress, silent
from leadscore.features.aggregations import days, empty_row
from leadscore.features.columns import asked_snapshots, code_attributes, code_events, weight_table
from leadscore.features.facts import Facts
from leadscore.features.feature_set import FeatureSet
from leadscore.features.scatter import scatter_attributes, scatter_events
from leadscore.features.sql import LATEST_ATTRIBUTES, event_sql, spans_of

_PAIRS_AT_ONCE = 4_000_000


def compute_matrix(
    facts: Facts, snapshots: pa.Table, feature_set: FeatureSet, progress: Progress = silent
) -> npt.NDArray[np.float64]:
    """Feature values of many leads, each as of its own instant; `OnlineFeatures.row` gives the same bits.

    facts      everything known; what is not visible as of a snapshot's instant does not count for it.
    snapshots  columns lead_id (string) and as_of (int64, epoch microseconds); any order, repeats allowed.
    progress   told after each part of the leads.
    Returns    float64 of shape (snapshots, features), rows as given; a lead unknown or not yet created is all NaN.
    """
    asked = asked_snapshots(facts, snapshots)
    matrix = np.full((snapshots.num_rows, len(feature_set.features)), np.nan)
    spans = spans_of(feature_set.features)
    text = event_sql(spans)
    events = code_events(facts.events, asked, feature_set)
    attributes = code_attributes(facts.attributes, asked, feature_set)
    ages = [position for position, feature in enumerate(feature_set.features) if feature.kind == "lead_age"]
    parts = list(asked.parts(np.diff(events.rows.offsets), _PAIRS_AT_ONCE))
    with duckdb.connect() as connection:
        connection.register("weights", weight_table(spans))
        for done, part in enumerate(parts, start=1):
            lead, as_of = asked.lead[part], asked.as_of[part]
            block = np.tile(np.array(empty_row(feature_set.features)), (len(lead), 1))
            block[:, ages] = days((as_of - asked.created_at[lead]).astype(np.float64))[:, None]
            connection.register("snapshots", asked.table(part))
            connection.register("events", events.rows.of_leads(lead[0], lead[-1]))
            connection.register("attributes", attributes.rows.of_leads(lead[0], lead[-1]))
            scatter_events(block, feature_set, connection.sql(text).to_arrow_table(), events.types, as_of)
            scatter_attributes(block, connection.sql(LATEST_ATTRIBUTES).to_arrow_table(), attributes.values)
            matrix[asked.row[part]] = block
            progress("features", done, len(parts))
    return matrix
