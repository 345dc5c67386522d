"""Write the feature values of snapshots to a Parquet file, part after part, in bounded memory."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadscore.config.load import Settings
from leadscore.dataset.snapshot_rows import read_snapshots
from leadscore.dataset.table import read_table
from leadscore.domain.errors import OutsideError
from leadscore.domain.notice import Notice, rows_named, unheard
from leadscore.domain.progress import Progress
from leadscore.workflows.check_features import open_engine
from leadscore.workflows.find_feature_set import find_feature_set, partition_facts
from leadscore.workflows.write_matrix import write_matrix


@dataclass(frozen=True)
class BuildReport:
    """How many snapshots were written, by which features, into which file.

    absent   how many of them are of leads that did not exist at their instant.
    """

    rows: int
    absent: int
    features: int
    fingerprint: str
    out: str

    def to_dict(self) -> dict[str, Any]:
        """The JSON answer of the command line."""
        return vars(self).copy()


@dataclass(frozen=True)
class BuildRequest:
    """Snapshots in a file (lead_id, as_of), the file to write, whose features (see find_feature_set), the engine."""

    snapshots: Path
    out: Path
    name: str
    which: str
    engine: str


def build_features(
    settings: Settings, request: BuildRequest, progress: Progress, notice: Notice = unheard
) -> BuildReport:
    """Compute the snapshots of a file as columns lead_id, as_of and one for each feature.

    notice   hears of leads that did not exist at the instant asked for.
    Returns  rows come by parts of the leads, not in the file's order; the file's metadata hold the fingerprint.
    Raises   DataError for a bad snapshot file, see score_snapshot_file; OutsideError [LS-FILE-01] if `out` cannot be
             written.
    """
    frame, out = read_table(request.snapshots), request.out
    lead_ids, instants = read_snapshots(frame, str(request.snapshots), settings.mapping.timezone)
    asked = pa.table({"lead_id": pa.array(lead_ids, pa.string()), "as_of": pa.array(instants, pa.int64())})
    with tempfile.TemporaryDirectory(prefix="leadscore-") as scratch, open_engine(settings, request.engine) as run:
        features = find_feature_set(settings, request.name, request.which, progress)
        parts = partition_facts(settings, Path(scratch), progress, features)
        try:
            absent = write_matrix(parts, asked, features, out, progress, run)
        except OSError as error:
            raise OutsideError("LS-FILE-01", where=str(out), found=f"cannot be written: {error}") from error
    if absent:
        notice(
            f"{request.snapshots}: {rows_named(absent)} of {asked.num_rows:,} are of leads that do not exist or were "
            "not created yet at that instant; their values say nothing, leave them out before you learn from the file"
        )
    return BuildReport(asked.num_rows, absent, len(features.features), features.fingerprint, str(out))
