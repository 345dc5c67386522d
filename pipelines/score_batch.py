"""Score leads in bulk: the open ones into the store every night, or a file of snapshots into a file."""

from pathlib import Path

from leadscore.domain.progress import Progress, silent
from leadscore.workflows.load_plugins import open_settings
from leadscore.workflows.score_batch import BatchReport, score_snapshot_file
from leadscore.workflows.score_open_leads import score_open_leads


def score_open(home: Path, name: str = "leadscore", progress: Progress = silent) -> int:
    """Score every open lead as of now and store the answers, which the page of the hottest leads shows.

    home     folder with `configs/`, `models/` and `data/`.
    Returns  how many leads were scored.
    """
    return len(score_open_leads(open_settings(home), name, None, progress))


def score_file(
    home: Path, snapshots: Path, out: Path, name: str = "leadscore", progress: Progress = silent
) -> BatchReport:
    """Score the rows (lead_id, as_of) of a file with the champion; one answer per row, in order."""
    return score_snapshot_file(open_settings(home), snapshots, out, name, None, progress)
