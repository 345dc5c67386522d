"""Check an installation part by part, the way a user would trip over it."""

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from leadscore.config.load import Settings
from leadscore.domain.errors import LeadscoreError
from leadscore.modeling.native import lightgbm_library
from leadscore.registry.connection import open_registry
from leadscore.store.engine import open_store
from leadscore.store.history import counts
from leadscore.workflows.load_plugins import open_settings
from leadscore.workflows.reload_champion import read_champion

_LEAST_FREE_BYTES = 500_000_000


@dataclass(frozen=True)
class Check:
    """One thing that was tried, what was found, and how to mend it if it does not work."""

    name: str
    ok: bool
    found: str
    fix: str = ""


def check_installation(home: Path) -> list[Check]:
    """Every check, in the order in which one depends on another; none of them stops the others."""
    checks = [
        _check("python", lambda: sys.version.split()[0]),
        _check(
            "packages", lambda: ", ".join(f"{p} {version(p)}" for p in ("leadscore", "lightgbm", "mlflow", "duckdb"))
        ),
        _check("lightgbm library", lambda: Path(str(lightgbm_library()._name)).name),
        _check("disk", lambda: _disk(home)),
    ]
    try:
        settings = open_settings(home)
    except LeadscoreError as error:
        return [*checks, Check("configuration", False, error.found, error.fix)]
    return [
        *checks,
        Check("configuration", True, str(settings.service.configs_folder)),
        _check("home can be written", lambda: _writable(home)),
        _check("store", lambda: _store(settings)),
        _check("registry", lambda: open_registry(settings.service.tracking_uri, settings.service.models_folder).uri),
        *_champions(settings),
    ]


def _check(name: str, attempt: Callable[[], str]) -> Check:
    try:
        return Check(name, True, attempt())
    except LeadscoreError as error:
        return Check(name, False, error.found, error.fix)
    except OSError as error:
        return Check(name, False, str(error), "check the folder and its permissions")


def _disk(home: Path) -> str:
    place = next(folder for folder in (home, *home.resolve().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    if free < _LEAST_FREE_BYTES:
        raise OSError(f"only {free // 1_000_000} MB free at {place}")
    return f"{free // 1_000_000_000} GB free"


def _writable(home: Path) -> str:
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=home):
        return str(home.resolve())


def _store(settings: Settings) -> str:
    store = open_store(settings.service.store_url)
    held = ", ".join(f"{count:,} {kind}" for kind, count in counts(store).items())
    return f"{store.dialect}: {held}"


def _champions(settings: Settings) -> list[Check]:
    folders = sorted(settings.service.models_folder.glob("*/champion"))
    if not folders:
        return [Check("champion", True, "none yet: leadscore train, then leadscore promote")]
    return [
        _check(f"champion of {folder.parent.name}", partial(_tried, settings.service.home, folder))
        for folder in folders
    ]


def _tried(home: Path, folder: Path) -> str:
    found = read_champion(folder, home)
    return "none exported" if found is None else f"version {found.version}, verified and tried"
