"""Move the champion: forward by evidence, back by one step."""

import json
from dataclasses import dataclass, replace
from typing import Any

from leadscore.config.load import Settings
from leadscore.domain.errors import DataError
from leadscore.domain.progress import Progress, silent
from leadscore.registry.connection import Registry, open_registry
from leadscore.registry.export import export_version
from leadscore.registry.versions import (
    CHALLENGER,
    CHAMPION,
    champion_history,
    set_champion,
    version_of,
    version_tags,
)
from leadscore.workflows.compare_grades import GradeChanges, compare_grades


@dataclass(frozen=True)
class Promotion:
    """What became of the challenger, or would become of it.

    allowed        whether the evidence allows it; `promoted` is whether it was done.
    grade_changes  open leads that change grade; None without a champion before, or for models of a table.
    """

    promoted: bool
    version: str
    previous: str | None
    reasons: list[str]
    allowed: bool = True
    grade_changes: GradeChanges | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON answer of the command line."""
        told = {key: getattr(self, key) for key in ("promoted", "version", "previous", "reasons")}
        if self.allowed and not self.promoted:
            told["would_promote"] = True
        return told | ({"grade_changes": self.grade_changes.to_dict()} if self.grade_changes else {})


def promote_challenger(
    settings: Settings, name: str, progress: Progress = silent, *, dry_run: bool = False, compare: bool = True
) -> Promotion:
    """Make the challenger the champion if its gate was passed against the champion of today.

    dry_run   only tell what would happen, with the leads that would change grade.
    compare   score the open leads with both versions; not needed again after a dry run.
    Raises    DataError [LS-MODEL-03] if there is no challenger; OutsideError [LS-REGISTRY-01].
    """
    found = _judge(settings, name)
    changes = None
    if compare and found.previous is not None and (found.allowed or dry_run):
        changes = compare_grades(settings, name, found.previous, found.version, progress)
    if found.allowed and not found.promoted and not dry_run:
        registry = open_registry(settings.service.tracking_uri, settings.service.models_folder)
        before = champion_history(registry, name)
        _install(registry, settings, name, found.version, [*before, found.previous] if found.previous else before)
        found = replace(found, promoted=True)
    return replace(found, grade_changes=changes)


def _judge(settings: Settings, name: str) -> Promotion:
    """What the evidence says; `promoted` if the challenger is champion already."""
    registry = open_registry(settings.service.tracking_uri, settings.service.models_folder)
    version = version_of(registry, name, CHALLENGER)
    if version is None:
        raise DataError("LS-MODEL-03", found=f"model {name!r} has no challenger", fix="leadscore train")
    champion = version_of(registry, name, CHAMPION)
    tags = version_tags(registry, name, version)
    reasons = list(json.loads(tags["gate_reasons"]))
    if champion == version:
        return Promotion(True, version, None, ["it is champion already"])
    if tags["gate"] != "passed":
        return Promotion(False, version, champion, reasons, allowed=False)
    if (tags["compared_with"] or None) != champion:
        compared = f"version {tags['compared_with']}" if tags["compared_with"] else "no champion"
        why = f"it was compared with {compared}, but the champion is version {champion}: train again"
        return Promotion(False, version, champion, [why], allowed=False)
    return Promotion(False, version, champion, reasons)


def roll_back(settings: Settings, name: str) -> Promotion:
    """Make the previous champion champion again.

    Raises   DataError [LS-MODEL-03] if there was none; OutsideError [LS-REGISTRY-01].
    """
    registry = open_registry(settings.service.tracking_uri, settings.service.models_folder)
    champion, before = version_of(registry, name, CHAMPION), champion_history(registry, name)
    if champion is None or not before:
        raise DataError("LS-MODEL-03", found=f"model {name!r} has no earlier champion to go back to")
    _install(registry, settings, name, before[-1], before[:-1])
    return Promotion(True, before[-1], champion, [f"rolled back from version {champion}"])


def _install(registry: Registry, settings: Settings, name: str, version: str, history: list[str]) -> None:
    # Export first: if it fails, the registry still names the version that is being served.
    export_version(registry, name, version, settings.service.models_folder / name / CHAMPION)
    set_champion(registry, name, version, history)
