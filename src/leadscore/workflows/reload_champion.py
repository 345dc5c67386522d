"""Read an exported model for serving, after another process has survived trying it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from leadscore.config.service import ServiceConfig
from leadscore.domain.errors import DataError
from leadscore.features.aggregations import plugin_hashes
from leadscore.modeling.artifact import DIGEST, MANIFEST, ModelArtifact, load_artifact
from leadscore.workflows.try_model import PATIENCE_SECONDS

_AGAIN = "export the version again: leadscore promote or rollback"


def champion_folder(models: Path, name: str) -> Path:
    """Where the champion of a model is exported to."""
    return models / name / "champion"


def read_champion(folder: Path, home: Path | None = None) -> ModelArtifact | None:
    """The exported champion or challenger, verified and tried; None if none is exported.

    home      folder of the installation, whose configuration names the plug-ins of features; the one of the environment
              by default.

    LightGBM's reader crashes its process on some texts and never ends on others, so a child process tries the model
    first, with a time-out. Only the very files that it has tried are read here.

    Raises    DataError [LS-MODEL-02] if the folder is damaged, exchanged while it is read, or does not fit this
              installation.
    """
    if not (folder / MANIFEST).exists() and not (folder.is_dir() and any(folder.iterdir())):
        return None
    try:
        return load_artifact(folder, _verified(folder, home))
    except OSError as error:
        found = f"it changed while it was read: {error}"
        raise DataError("LS-MODEL-02", where=str(folder), found=found, fix="read it again") from error


def _verified(folder: Path, home: Path | None) -> str:
    """Digest of the manifest whose files a child process has tried."""
    # Without -P the child would import from the folder that the service was started in.
    words = [sys.executable, "-P", "-m", "leadscore.workflows.try_model", str(folder)]
    words += [str(home or ServiceConfig().home)] if plugin_hashes() else []
    try:
        tried = subprocess.run(  # noqa: S603 - our own program on a folder that the installation names
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        found = f"trying it takes more than {PATIENCE_SECONDS} seconds"
        raise DataError("LS-MODEL-02", where=str(folder), found=found, fix=_AGAIN) from error
    if tried.returncode != 0:
        found = f"trying it ends a process with status {tried.returncode}"
        raise DataError("LS-MODEL-02", where=str(folder), found=found, fix=_AGAIN)
    answer: dict[str, Any] = json.loads(tried.stdout)
    if DIGEST not in answer:
        raise DataError("LS-MODEL-02", **{"where": str(folder), **{key: text for key, text in answer.items() if text}})
    return str(answer[DIGEST])
