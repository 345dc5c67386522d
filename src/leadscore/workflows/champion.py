"""The champion of today, as far as training needs it: its score table, and its evaluation fit to compare with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadscore.modeling.artifact import ModelArtifact, load_artifact
from leadscore.registry.connection import Registry
from leadscore.registry.export import export_version, fetch_run_file
from leadscore.registry.versions import CHAMPION, version_of


@dataclass(frozen=True)
class Champion:
    """A champion and the fit of its recipe that can be judged on data later than its cut.

    rival    the evaluation fit; it has seen nothing known after the cut in its manifest.
    """

    version: str
    score_table: dict[str, Any]
    kind: str
    rival: ModelArtifact | None


def load_champion(registry: Registry, name: str, scratch: Path) -> Champion | None:
    """The champion of a model, or None.

    scratch   folder for the files fetched.
    """
    version = version_of(registry, name, CHAMPION)
    if version is None:
        return None
    final = load_artifact(export_version(registry, name, version, scratch / "champion"))
    folder = fetch_run_file(registry, name, version, "evaluation_fit", scratch)
    rival = load_artifact(folder) if folder is not None else None
    return Champion(version, final.score_table, str(final.manifest["kind"]), rival)
