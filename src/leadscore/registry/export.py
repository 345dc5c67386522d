"""Copy a registered version into the folder that serving reads; serving itself never meets MLflow."""

import shutil
import tempfile
from pathlib import Path

import mlflow

from leadscore.domain.errors import DataError
from leadscore.modeling.artifact import stamp_version
from leadscore.registry.connection import Registry, registry_errors


def export_version(registry: Registry, name: str, version: str, folder: Path) -> Path:
    """Place a version's artifact in a folder, in one move, so that a reader sees the old or the new one.

    folder    e.g. `models/leadscore/champion`; replaced if it is there.
    Returns   the folder.
    Raises    OutsideError [LS-REGISTRY-01]; DataError [LS-MODEL-02] if the version holds no leadscore artifact.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=folder.parent) as scratch:
        with registry_errors(f"fetch version {version} of {name}", registry.uri):
            got = Path(mlflow.artifacts.download_artifacts(f"models:/{name}/{version}", dst_path=scratch))
        manifests = sorted(got.glob("artifacts/*/manifest.json"))
        if not manifests:
            raise DataError("LS-MODEL-02", found=f"version {version} of {name} holds no leadscore artifact")
        fresh = Path(scratch) / "fresh"
        shutil.copytree(manifests[0].parent, fresh)
        stamp_version(fresh, name, version)
        old = Path(scratch) / "old"
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    return folder


def fetch_run_file(registry: Registry, name: str, version: str, file_name: str, folder: Path) -> Path | None:
    """Fetch a file or folder that the training run of a version logged beside the model; None if there is none."""
    with registry_errors(f"fetch {file_name} of version {version}", registry.uri):
        run_id = registry.client.get_model_version(name, version).run_id
        if file_name not in {item.path for item in registry.client.list_artifacts(run_id)}:
            return None
        return Path(mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path=file_name, dst_path=str(folder)))
