"""Read the exported champion for serving, after another process has survived reading it."""

import json
import subprocess
import sys
from pathlib import Path

from leadscore.domain.errors import DataError
from leadscore.modeling.artifact import MANIFEST, ModelArtifact, load_artifact

_PATIENCE_SECONDS = 60
_REFUSED = 3
_PROGRAM = f"""
import json, sys
from pathlib import Path
from leadscore.domain.errors import LeadscoreError
from leadscore.modeling.artifact import load_artifact
try:
    load_artifact(Path(sys.argv[1]))
except LeadscoreError as error:
    print(json.dumps({{"where": error.where, "found": error.found, "allowed": error.allowed, "fix": error.fix}}))
    sys.exit({_REFUSED})
"""


def champion_folder(models: Path, name: str) -> Path:
    """Where the champion of a model is exported to."""
    return models / name / "champion"


def read_champion(folder: Path) -> ModelArtifact | None:
    """The exported champion, verified; None if none is exported.

    LightGBM's reader crashes its process on some texts, so a child process reads the folder first.

    Raises    DataError [LS-MODEL-02] if the folder is damaged, exchanged while it is read, or does not fit this
              installation.
    """
    try:
        return _read(folder)
    except OSError as error:
        found = f"it changed while it was read: {error}"
        raise DataError("LS-MODEL-02", where=str(folder), found=found, fix="read it again") from error


def _read(folder: Path) -> ModelArtifact | None:
    if not (folder / MANIFEST).exists() and not (folder.is_dir() and any(folder.iterdir())):
        return None
    try:
        tried = subprocess.run(  # noqa: S603 - our own program on a folder that the installation names
            [sys.executable, "-c", _PROGRAM, str(folder)], capture_output=True, timeout=_PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise DataError("LS-MODEL-02", where=str(folder), found="reading it does not come to an end") from error
    if tried.returncode == _REFUSED:
        raise DataError("LS-MODEL-02", **json.loads(tried.stdout))
    if tried.returncode != 0:
        raise DataError(
            "LS-MODEL-02",
            where=str(folder),
            found=f"reading it ends a process with status {tried.returncode}",
            fix="export the version again: leadscore promote or rollback",
        )
    return load_artifact(folder)
