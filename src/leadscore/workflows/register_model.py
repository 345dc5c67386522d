"""Write a fitted model down: artifact, evaluation fit, figures, pictures, report and card into MLflow; export it."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadscore.config.load import Settings
from leadscore.modeling.artifact import write_artifact
from leadscore.modeling.model_card import model_card
from leadscore.modeling.pictures import draw_pictures
from leadscore.modeling.report import report_page
from leadscore.registry.connection import Registry
from leadscore.registry.export import export_version
from leadscore.registry.versions import RunRecord, describe_version, register_version
from leadscore.workflows.describe_run import data_used, nested_runs, run_metrics, run_params, run_tags
from leadscore.workflows.fitted_model import FittedModel, evaluation_record, leak_files

EVALUATION_FILE, EVALUATION_FIT = "evaluation.json", "evaluation_fit"
REPORT_FILE, CARD_FILE = "report.html", "model_card.md"


@dataclass(frozen=True)
class TrainReport:
    """What `train` answers."""

    name: str
    version: str
    kind: str
    learner: str
    as_of: str | None
    metrics: dict[str, float | None]
    leak_suspects: list[dict[str, str]]
    gate: dict[str, Any]
    evaluation: dict[str, Any]
    low_confidence: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON answer of the command line, without the full evaluation (it is in the registry)."""
        return {key: value for key, value in vars(self).items() if key != "evaluation"}


def register_model(registry: Registry, fitted: FittedModel, settings: Settings) -> TrainReport:
    """Register a fitted model as challenger and export it beside the champion; write its card to `cards/`.

    Raises   OutsideError [LS-REGISTRY-01].
    """
    manifest = fitted.final.manifest
    name, models = str(manifest["name"]), settings.service.models_folder
    record = evaluation_record(fitted)
    pictures, leaks = draw_pictures(record), leak_files(fitted)
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".training-", dir=models) as scratch:
        folder = Path(scratch)
        write_artifact(folder / "artifact", fitted.final)
        write_artifact(folder / EVALUATION_FIT, fitted.judged)
        texts = {EVALUATION_FILE: json.dumps(record, indent=1, allow_nan=False), **pictures, **leaks}
        version = register_version(
            registry,
            RunRecord(
                name=name,
                artifact=folder / "artifact",
                params=run_params(fitted, settings),
                metrics=run_metrics(fitted),
                tags=run_tags(fitted),
                files=(folder / EVALUATION_FIT, *_written(folder, texts)),
                nested=nested_runs(fitted),
                data=data_used(fitted, settings),
            ),
        )
        about = {"version": version, **{key: manifest[key] for key in ("name", "kind", "learner", "as_of")}}
        card = model_card(record, {**about, "manifest": manifest, "attributes": sorted(fitted.final.features.encoders)})
        told = {REPORT_FILE: report_page(record, about, pictures, tuple(leaks.values())), CARD_FILE: card}
        describe_version(registry, name, version, card, _written(folder, told))
    export_version(registry, name, version, models / name / "challenger")
    _keep_card(models / name / "cards", version, card)
    return TrainReport(
        name=name,
        version=version,
        kind=manifest["kind"],
        learner=manifest["learner"],
        as_of=manifest["as_of"],
        metrics=manifest["metrics"],
        leak_suspects=[suspect.to_dict() for suspect in fitted.leak_suspects],
        gate={"passed": fitted.verdict.passed, "reasons": fitted.gate_reasons},
        evaluation=record,
        low_confidence=record["low_confidence"],
    )


def _written(folder: Path, texts: dict[str, str]) -> tuple[Path, ...]:
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return tuple(folder / name for name in texts)


def _keep_card(folder: Path, version: str, card: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{version}.md").write_text(card, encoding="utf-8")
