"""Build the training set of an instant as a Parquet file, for a notebook or another learner."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leadscore.domain.errors import DataError
from leadscore.domain.progress import Progress, silent
from leadscore.domain.time import parse_instant
from leadscore.store.engine import open_store
from leadscore.store.extract_time import latest_known_at
from leadscore.store.facts_arrow import load_facts
from leadscore.workflows.build_training_set import build_training_set
from leadscore.workflows.load_plugins import open_settings


def write_training_set(home: Path, out: Path, as_of: str | None = None, progress: Progress = silent) -> int:
    """Write features and labels of every training snapshot.

    home     folder with `configs/`, `models/` and `data/`.
    out      Parquet file: `weight`, `cluster` (number of the lead), per horizon `known_14d` and `converted_14d` and so
             on, then one column per feature; the feature fingerprint is in the file's metadata.
    as_of    ISO 8601 instant of knowledge; the latest known fact by default.
    Returns  the number of rows.
    """
    settings = open_settings(home)
    store = open_store(settings.service.store_url)
    instant = latest_known_at(store) if as_of is None else parse_instant(as_of).at
    if instant is None:
        raise DataError("LS-DATA-01", found="the store holds no facts", fix="import leads, events and outcomes first")
    facts = load_facts(store, instant, progress, properties=settings.features.reads_properties)
    found = build_training_set(facts, instant, settings, progress)
    columns: dict[str, np.ndarray] = {"weight": found.whole.weight, "cluster": found.whole.cluster}
    for position, days in enumerate(settings.training.horizons_days):
        columns[f"known_{days}d"] = found.whole.known[:, position]
        columns[f"converted_{days}d"] = found.whole.converted[:, position]
    columns |= dict(zip(found.features.names, found.whole.matrix.T, strict=True))
    table = pa.table(columns).replace_schema_metadata({"feature_fingerprint": found.features.fingerprint})
    pq.write_table(table, out)
    return len(found.whole)
