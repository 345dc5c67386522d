"""Write a fitted model down: artifact, evaluation fit, figures and pictures into MLflow, challenger for shadowing."""

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leadscore.config.load import Settings
from leadscore.modeling.artifact import ArtifactParts, write_artifact
from leadscore.modeling.comparison import Verdict
from leadscore.modeling.evaluation import Evaluation
from leadscore.modeling.leakage.suspect import LeakSuspect
from leadscore.modeling.plots import calibration_plot, gain_plot, importance_plot
from leadscore.registry.connection import Registry
from leadscore.registry.export import export_version
from leadscore.registry.versions import RunRecord, register_version

_TAG_LENGTH = 1_000
EVALUATION_FILE, EVALUATION_FIT = "evaluation.json", "evaluation_fit"
PICTURES = ("calibration.svg", "gain.svg", "importance.svg")


@dataclass(frozen=True)
class FittedModel:
    """A model ready to be registered, with all that was found out about it.

    final         parts of the version: the recipe fitted on everything known.
    judged        parts of the evaluation fit: the same recipe fitted at the earlier cut.
    evaluation    figures of the evaluation fit on later rows; baselines the same for the simple ones.
    verdict       of the gate; `against` is the champion version it was compared with, if any.
    importances   groups of features by mean absolute effect.
    data          digest and counts of the data it was made from.
    assessment    backtest, stability, calibration card, capacity, learning curve; see `assess_model`.
    leak_suspects fields left out; kept_suspects fields used on request although they are suspected.
    leak_pictures SVG of what gives a field away, by field.
    choice        which learner won against which others, on older rows; None if there was no choice.
    """

    final: ArtifactParts
    judged: ArtifactParts
    evaluation: Evaluation
    baselines: dict[str, Evaluation]
    verdict: Verdict
    against: str | None
    importances: list[tuple[str, float]]
    data: dict[str, Any]
    assessment: dict[str, Any]
    leak_suspects: list[LeakSuspect] = field(default_factory=list)
    kept_suspects: list[LeakSuspect] = field(default_factory=list)
    leak_pictures: dict[str, str] = field(default_factory=dict)
    choice: dict[str, Any] | None = None

    @property
    def main_horizon(self) -> str:
        """Key of the horizon that the headline figures speak about."""
        manifest = self.final.manifest
        return "table" if manifest["kind"] == "table" else f"{manifest['main_horizon_days']}d"


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

    def to_dict(self) -> dict[str, Any]:
        """The JSON answer of the command line, without the full evaluation (it is in the registry)."""
        return {key: value for key, value in vars(self).items() if key != "evaluation"}


def register_model(registry: Registry, fitted: FittedModel, settings: Settings) -> TrainReport:
    """Register a fitted model as challenger and export it beside the champion.

    Raises   OutsideError [LS-REGISTRY-01].
    """
    manifest = fitted.final.manifest
    name = str(manifest["name"])
    record = evaluation_record(fitted)
    settings.service.models_folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".training-", dir=settings.service.models_folder) as scratch:
        folder = Path(scratch)
        write_artifact(folder / "artifact", fitted.final)
        write_artifact(folder / EVALUATION_FIT, fitted.judged)
        (folder / EVALUATION_FILE).write_text(json.dumps(record, indent=1, allow_nan=False), encoding="utf-8")
        pictures = _draw(folder, fitted)
        version = register_version(
            registry,
            RunRecord(
                name=name,
                artifact=folder / "artifact",
                params=_params(manifest, settings) | _chosen(fitted),
                metrics=_metrics(fitted),
                tags={
                    "kind": manifest["kind"],
                    "learner": manifest["learner"],
                    "as_of": manifest["as_of"] or "",
                    "gate": "passed" if fitted.verdict.passed else "refused",
                    "gate_reasons": json.dumps(fitted.verdict.reasons),
                    "compared_with": fitted.against or "",
                    "data_digest": fitted.data["digest"],
                    "low_confidence": str(manifest["low_confidence"]).lower(),
                    "leak_suspects": ", ".join(suspect.field for suspect in fitted.leak_suspects)[:_TAG_LENGTH],
                    "kept": ", ".join(manifest["training_window"].get("kept", ()))[:_TAG_LENGTH],
                },
                files=(folder / EVALUATION_FILE, folder / EVALUATION_FIT, *pictures),
            ),
        )
    export_version(registry, name, version, settings.service.models_folder / name / "challenger")
    return TrainReport(
        name=name,
        version=version,
        kind=manifest["kind"],
        learner=manifest["learner"],
        as_of=manifest["as_of"],
        metrics=manifest["metrics"],
        leak_suspects=[suspect.to_dict() for suspect in fitted.leak_suspects],
        gate={"passed": fitted.verdict.passed, "reasons": fitted.verdict.reasons},
        evaluation=record,
    )


def evaluation_record(fitted: FittedModel) -> dict[str, Any]:
    """Everything known about a model's quality, as JSON."""
    return {
        "model": fitted.evaluation.to_dict(),
        "baselines": {name: evaluation.to_dict() for name, evaluation in fitted.baselines.items()},
        "main_horizon": fitted.main_horizon,
        "gate": {"passed": fitted.verdict.passed, "reasons": fitted.verdict.reasons, **fitted.verdict.figures},
        "importances": fitted.importances,
        "leak_suspects": [suspect.to_dict() for suspect in fitted.leak_suspects],
        "kept_suspects": [suspect.to_dict() for suspect in fitted.kept_suspects],
        "leak_pictures": list(_leak_files(fitted)),
        "choice": fitted.choice,
        "data": fitted.data,
        "assessment": fitted.assessment,
    }


def headline(evaluation: Evaluation, horizon: str) -> dict[str, float | None]:
    """The five figures every answer carries, at one horizon."""
    values = evaluation.horizons[horizon].values()
    return {name: values[name] for name in ("roc_auc", "pr_auc", "log_loss", "brier", "ece")}


def _draw(folder: Path, fitted: FittedModel) -> list[Path]:
    main = fitted.main_horizon
    curves = {"leadscore": fitted.evaluation.horizons[main]}
    curves |= {name: evaluation.horizons[main] for name, evaluation in fitted.baselines.items()}
    drawn = (
        calibration_plot(fitted.evaluation.horizons[main], f"Calibration on later leads ({main})"),
        gain_plot(curves, f"Conversions found ({main})"),
        importance_plot(fitted.importances, "What matters"),
    )
    for name, svg in zip(PICTURES, drawn, strict=True):
        (folder / name).write_text(svg, encoding="utf-8")
    leaks = _leak_files(fitted)
    for name, svg in leaks.items():
        (folder / name).write_text(svg, encoding="utf-8")
    return [folder / name for name in (*PICTURES, *leaks)]


def _leak_files(fitted: FittedModel) -> dict[str, str]:
    """File name -> SVG; the fields are not in the names, for a field may be called anything."""
    return {f"leak_{number}.svg": svg for number, svg in enumerate(fitted.leak_pictures.values())}


def _params(manifest: dict[str, Any], settings: Settings) -> dict[str, Any]:
    shown = {f"lightgbm.{key}": value for key, value in settings.training.lightgbm.model_dump().items()}
    return {
        **shown,
        "kind": manifest["kind"],
        "learner": manifest["learner"],
        "as_of": manifest["as_of"],
        "horizons_days": manifest["horizons_days"],
        "seed": settings.training.seed,
        **{f"window.{key}": value for key, value in manifest["training_window"].items()},
    }


def _chosen(fitted: FittedModel) -> dict[str, Any]:
    """What was chosen besides the learner, if there was a choice."""
    return {f"choice.{key}": value for key, value in (fitted.choice or {}).get("chosen", {}).items()}


def _metrics(fitted: FittedModel) -> dict[str, float]:
    found = {}
    for who, evaluation in {
        "": fitted.evaluation,
        **{f"{name}.": each for name, each in fitted.baselines.items()},
    }.items():
        for horizon, judged in evaluation.horizons.items():
            for metric, value in judged.values().items():
                if value is not None:
                    found[f"{who}{metric}.{horizon}"] = value
    for each in (fitted.choice or {}).get("candidates", ()):
        age = "all" if each["half_life"] is None else f"half_life_{each['half_life']}"
        for metric in ("log_loss", "roc_auc"):
            found[f"rehearsed.{each['learner']}.{age}.{each['recalibration']}.{metric}"] = each[metric]
    return found
