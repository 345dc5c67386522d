"""Show how good a registered version was on data later than its evaluation cut, and since: as figures and as a page."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadscore.config.load import Settings
from leadscore.domain.errors import DataError
from leadscore.domain.progress import Progress, silent
from leadscore.modeling.pictures import draw_pictures
from leadscore.modeling.report import report_page
from leadscore.registry.connection import Registry, open_registry
from leadscore.registry.export import fetch_run_file
from leadscore.registry.versions import CHALLENGER, version_of, version_tags
from leadscore.workflows.evaluate_since import evaluate_since
from leadscore.workflows.learn_events import KIND
from leadscore.workflows.register_model import EVALUATION_FILE
from leadscore.workflows.score_batch import load_model


@dataclass(frozen=True)
class VersionReport:
    """The figures of a version and where its page was written."""

    version: str
    record: dict[str, Any]
    html: Path


def evaluate_version(settings: Settings, name: str, version: str | None, progress: Progress = silent) -> VersionReport:
    """Write `reports/<name>-<version>.html` and `.json` from what training found out, and from what ripened since.

    version  the challenger by default.
    Raises   DataError [LS-MODEL-03] if there is no such version; OutsideError [LS-REGISTRY-01].
    """
    registry = open_registry(settings.service.tracking_uri, settings.service.models_folder)
    wanted = version or version_of(registry, name, CHALLENGER)
    if wanted is None:
        raise DataError("LS-MODEL-03", found=f"model {name!r} has no version yet", fix="leadscore train")
    tags = version_tags(registry, name, wanted)
    record, leaks = _fetch(registry, name, wanted)
    if tags["kind"] == KIND:
        record["since"] = evaluate_since(settings, load_model(settings, name, wanted, KIND), progress)
    about = {"name": name, "version": wanted, **{key: tags[key] for key in ("kind", "learner", "as_of")}}
    folder = settings.service.home / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    html = folder / f"{name}-{wanted}.html"
    html.write_text(report_page(record, about, draw_pictures(record), leaks), encoding="utf-8")
    html.with_suffix(".json").write_text(json.dumps(record, indent=1), encoding="utf-8")
    return VersionReport(wanted, record, html)


def recorded_evaluation(settings: Settings, name: str, version: str) -> dict[str, Any]:
    """What training found out about a registered version; nothing is written.

    Raises   as `evaluate_version`.
    """
    registry = open_registry(settings.service.tracking_uri, settings.service.models_folder)
    version_tags(registry, name, version)
    return _fetch(registry, name, version)[0]


def _fetch(registry: Registry, name: str, version: str) -> tuple[dict[str, Any], list[str]]:
    with tempfile.TemporaryDirectory(prefix="leadscore-") as scratch:

        def text(file: str) -> str:
            path = fetch_run_file(registry, name, version, file, Path(scratch))
            if path is None:
                found = f"version {version} of {name} was registered without its {file}"
                raise DataError("LS-MODEL-02", found=found)
            return path.read_text(encoding="utf-8")

        record = json.loads(text(EVALUATION_FILE))
        return record, [text(file) for file in record.get("leak_pictures", ())]
