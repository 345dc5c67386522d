"""Features of many snapshots at once: integer SQL over Arrow tables, then a dense matrix."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadscore.domain.progress import Progress, silent
from leadscore.features.account_columns import code_accounts
from leadscore.features.arithmetic import days
from leadscore.features.columns import Asked, Ints, asked_snapshots, code_attributes
from leadscore.features.consented_facts import counting_facts
from leadscore.features.duckdb_engine import duckdb_engine
from leadscore.features.event_columns import code_events, weight_table
from leadscore.features.facts import Facts
from leadscore.features.feature_set import FeatureSet
from leadscore.features.scatter import scatter_attributes, scatter_events
from leadscore.features.series import Series
from leadscore.features.sql import ACCOUNTS_KNOWN, LATEST_ATTRIBUTES, event_sql, half_lives

_PAIRS_AT_ONCE = 4_000_000

Engine = Callable[[str, Mapping[str, pa.Table]], pa.Table]
"""Runs one SQL text over tables given by name, all columns 64-bit integers, null where a value is missing."""


def compute_matrix(
    facts: Facts,
    snapshots: pa.Table,
    feature_set: FeatureSet,
    progress: Progress = silent,
    engine: Engine | None = None,
) -> npt.NDArray[np.float64]:
    """Feature values of many leads, each as of its own instant; `OnlineFeatures.row` gives the same bits.

    facts      everything known; what is not visible as of a snapshot's instant does not count for it.
    snapshots  columns lead_id (string) and as_of (int64, epoch microseconds); any order, repeats allowed.
    progress   told after each part of the leads.
    engine     what runs the SQL; None means DuckDB within the process.
    Returns    float64 of shape (snapshots, features), rows as given; a lead unknown or not yet created is all NaN.
    """
    if engine is None:
        with duckdb_engine() as embedded:
            return compute_matrix(facts, snapshots, feature_set, progress, embedded)
    facts = counting_facts(facts, feature_set.respect_consent)
    asked = asked_snapshots(facts, snapshots)
    # By column in memory, as it is filled and written.
    matrix = np.full((snapshots.num_rows, len(feature_set.features)), np.nan, order="F")
    text = event_sql(feature_set.features)
    events = code_events(facts.events, asked, feature_set)
    attributes = code_attributes(facts.attributes, asked, feature_set)
    tables = {"weights": weight_table(half_lives(feature_set.features))}
    if Series(feature_set.features).with_accounts:
        accounts = code_accounts(facts, asked, feature_set)
        tables |= {"account_members": accounts.members, "account_events": accounts.events}
    parts = list(asked.parts(events.rows.per_lead, _PAIRS_AT_ONCE))
    for done, part in enumerate(parts, start=1):
        lead, as_of = asked.lead[part], asked.as_of[part]
        tables["snapshots"] = asked.table(part)
        tables["events"] = events.rows.of_leads(lead[0], lead[-1])
        block = _empty_block(asked, lead, as_of, feature_set, lambda sql: engine(sql, tables))
        scatter_events(block, feature_set, engine(text, tables), events.types, as_of)
        if attributes.rows.table.num_rows:
            mine = {"snapshots": tables["snapshots"], "attributes": attributes.rows.of_leads(lead[0], lead[-1])}
            scatter_attributes(block, engine(LATEST_ATTRIBUTES, mine), attributes.values)
        _count_filled(block, feature_set)
        matrix[asked.row[part]] = block
        progress("features", done, len(parts))
    return matrix


def _empty_block(
    asked: Asked, lead: Ints, as_of: Ints, feature_set: FeatureSet, run: Callable[[str], pa.Table]
) -> npt.NDArray[np.float64]:
    """The rows of snapshots without any event: shape (snapshots, features), by column in memory."""
    block = np.empty((len(lead), len(feature_set.features)), order="F")
    block[:] = feature_set.empty
    known = None
    for position, feature in enumerate(feature_set.features):
        if feature.kind == "lead_age":
            block[:, position] = days((as_of - asked.created_at[lead]).astype(np.float64))
        elif feature.account:
            if known is None:
                known = np.asarray(run(ACCOUNTS_KNOWN)["snapshot_row"].to_numpy(), np.int64)
            block[:, position] = np.nan
            block[known, position] = feature_set.empty[position]
    return block


def _count_filled(block: npt.NDArray[np.float64], feature_set: FeatureSet) -> None:
    columns = [position for position, feature in enumerate(feature_set.features) if feature.attribute is not None]
    for position, feature in enumerate(feature_set.features):
        if feature.kind == "attributes_filled":
            block[:, position] = np.count_nonzero(~np.isnan(block[:, columns]), axis=1)
