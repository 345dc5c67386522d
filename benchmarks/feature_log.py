"""A long random history on disk, as `features build` cuts it: parts by lead, and the snapshots to compute."""

import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leadscore.domain.time import DAY_US
from leadscore.features.definitions import Feature, named
from leadscore.features.facts import SCHEMAS
from leadscore.features.feature_set import FeatureSet
from leadscore.store.fact_partitions import FactPartitions

TYPES = [f"event_type_{number}" for number in range(12)]
SHARES = [0.4, 0.2, 0.1, 0.08, 0.06, 0.05, 0.03, 0.03, 0.02, 0.01, 0.01, 0.01]
WINDOWS = (7, 30, 90)
HALF_LIFE = 30
EVENTS_A_PART = 1_250_000


def feature_set() -> FeatureSet:
    """72 columns: for each of 12 types three counts, days since the last, a decayed count, the value of 90 days."""
    features = []
    for name in TYPES:
        features += [Feature("", "count", name, days) for days in WINDOWS]
        features += [Feature("", "days_since_last", name), Feature("", "decayed", name, half_life_days=HALF_LIFE)]
        features.append(Feature("", "value", name, 90))
    return FeatureSet(named(features), {}, {})


def parts_of(folder: Path, events: int) -> FactPartitions:
    """The parts that `write_log` wrote."""
    return FactPartitions(folder, max(1, events // EVENTS_A_PART), {})


def write_log(folder: Path, events: int, seed: int = 1) -> None:
    """Events, 3 % as many leads, two snapshots each; a tenth of the events is known up to five days late."""
    rng = np.random.default_rng(seed)
    leads = max(10, events * 3 // 100)
    parts = parts_of(folder, events)
    lead_ids = pa.array([f"lead-{number:08d}" for number in range(leads)])
    part_of_lead = np.array([zlib.crc32(lead.encode()) % parts.count for lead in lead_ids.to_pylist()])
    began = (rng.random(leads) * 600 * DAY_US).astype(np.int64)
    lead = rng.integers(0, leads, events)
    part = part_of_lead[lead]
    for number in range(parts.count):
        _write_part(folder, number, lead_ids, lead[part == number], began, rng)
        mine = np.flatnonzero(part_of_lead == number)
        table = pa.table([lead_ids.take(mine), pa.array(began[mine])], schema=SCHEMAS["leads"])
        pq.write_table(table, folder / f"leads-{number}.parquet")
    asked = np.repeat(np.arange(leads), 2)
    as_of = began[asked] + (rng.random(len(asked)) * 150 * DAY_US).astype(np.int64)
    pq.write_table(pa.table({"lead_id": lead_ids.take(asked), "as_of": as_of}), folder / "snapshots.parquet")


def _write_part(
    folder: Path, number: int, lead_ids: pa.Array, lead: np.ndarray, began: np.ndarray, rng: np.random.Generator
) -> None:
    count = len(lead)
    occurred = began[lead] + (rng.exponential(60, count) * DAY_US).astype(np.int64)
    late = np.where(rng.random(count) < 0.1, (rng.random(count) * 5 * DAY_US).astype(np.int64), 0)
    kind = rng.choice(len(TYPES), count, p=SHARES)
    columns = {
        "event_id": pa.nulls(count, pa.string()),
        "lead_id": lead_ids.take(lead),
        "type": pa.array(TYPES).take(kind),
        "occurred_at": pa.array(occurred),
        "known_at": pa.array(occurred + late),
        "value": pa.array(rng.integers(0, 20_000, count), mask=kind > 4),
    }
    columns |= {name: pa.nulls(count, pa.string()) for name in ("channel", "campaign", "properties")}
    pq.write_table(pa.table(columns, schema=SCHEMAS["events"]), folder / f"events-{number}.parquet")
    for name in ("attributes", "outcomes"):
        pq.write_table(SCHEMAS[name].empty_table(), folder / f"{name}-{number}.parquet")
