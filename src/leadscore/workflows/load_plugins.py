"""Make the aggregations of plug-ins known: installed packages by entry point, files by configuration."""

import hashlib
import importlib.util
from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from leadscore.config.load import Settings, load_settings
from leadscore.domain.errors import UsageError
from leadscore.features.aggregation import Aggregation
from leadscore.features.aggregations import add_aggregation

GROUP = "leadscore.aggregations"
"""Entry-point group; each entry names an Aggregation, or a list of them, in an installed package."""
FILE_MEMBER = "AGGREGATIONS"
"""What a plug-in file must define: a list of Aggregation."""


def open_settings(home: Path | None = None) -> Settings:
    """`load_settings`, with the aggregations of all plug-ins made known.

    Raises   UsageError as `load_settings`; [LS-FEATURE-02] for a plug-in that cannot be used.
    """
    settings = load_settings(home)
    for entry in entry_points(group=GROUP):
        _add_entry(entry)
    for path in settings.features.plugins:
        _add_file(settings.service.home / path)
    return settings


def _add_entry(entry: EntryPoint) -> None:
    try:
        found = entry.load()
        spec = importlib.util.find_spec(entry.module)
        code = Path((spec.origin if spec else None) or "").read_bytes()
    except Exception as error:
        # Whatever a package of somebody else raises while it is imported, the user has to learn which one it was.
        raise _unusable(f"entry point {entry.name}", f"cannot be loaded: {type(error).__name__}: {error}") from error
    _add([found] if isinstance(found, Aggregation) else found, f"entry point {entry.name}", code)


def _add_file(path: Path) -> None:
    try:
        code = path.read_bytes()
        spec = importlib.util.spec_from_file_location(f"leadscore_plugin_{path.stem}", path)
        if spec is None or spec.loader is None:
            raise ImportError("it is no Python file")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    except Exception as error:
        raise _unusable(str(path), f"cannot be loaded: {type(error).__name__}: {error}") from error
    _add(getattr(module, FILE_MEMBER, None), str(path), code)


def _add(found: object, origin: str, code: bytes) -> None:
    if not isinstance(found, Iterable):
        raise _unusable(origin, f"defines no list {FILE_MEMBER}")
    for each in found:
        if not isinstance(each, Aggregation):
            raise _unusable(origin, f"{each!r:.60} is no leadscore.features.aggregation.Aggregation")
        add_aggregation(each, origin, "sha256:" + hashlib.sha256(code).hexdigest()[:16])


def _unusable(origin: str, found: str) -> UsageError:
    return UsageError(
        "LS-FEATURE-02", where=origin, found=found, allowed="see docs/features.md", fix="mend it, or remove it"
    )
