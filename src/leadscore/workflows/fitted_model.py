"""A model ready to be registered, with all that was found out about it."""

from dataclasses import dataclass, field
from typing import Any

from leadscore.modeling.artifact import ArtifactParts
from leadscore.modeling.confidence import LittleHistory
from leadscore.modeling.evaluation import Evaluation
from leadscore.modeling.leakage.suspect import LeakSuspect
from leadscore.modeling.promotion import Verdict

_MOST_NAMED = 12


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
    tuning        how better settings were looked for, and which were taken; None if nobody asked.
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
    tuning: dict[str, Any] | None = None

    @property
    def main_horizon(self) -> str:
        """Key of the horizon that the headline figures speak about."""
        manifest = self.final.manifest
        return "table" if manifest["kind"] == "table" else f"{manifest['main_horizon_days']}d"

    @property
    def gate_reasons(self) -> list[str]:
        """The reasons of the gate, and which suspected fields its figures rest on: who promotes must see them."""
        kept = [f"{suspect.field} ({suspect.rule})" for suspect in self.kept_suspects]
        more = f" and {len(kept) - _MOST_NAMED} more" if len(kept) > _MOST_NAMED else ""
        told = f"kept on request although suspected of knowing the outcome: {', '.join(kept[:_MOST_NAMED])}{more}"
        return [*self.verdict.reasons, *([told] if kept else [])]


def evaluation_record(fitted: FittedModel) -> dict[str, Any]:
    """Everything known about a model's quality, as JSON."""
    return {
        "model": fitted.evaluation.to_dict(),
        "baselines": {name: evaluation.to_dict() for name, evaluation in fitted.baselines.items()},
        "main_horizon": fitted.main_horizon,
        "gate": {"passed": fitted.verdict.passed, "reasons": fitted.gate_reasons, **fitted.verdict.figures},
        "importances": fitted.importances,
        "leak_suspects": [suspect.to_dict() for suspect in fitted.leak_suspects],
        "kept_suspects": [suspect.to_dict() for suspect in fitted.kept_suspects],
        "leak_pictures": list(leak_files(fitted)),
        "choice": fitted.choice,
        "low_confidence": _told(fitted.final.manifest["extra"].get("little_history")),
        "tuning": fitted.tuning,
        "data": fitted.data,
        "assessment": fitted.assessment,
    }


def _told(little_history: dict[str, Any] | None) -> dict[str, Any] | None:
    """Why a version is marked low confidence, in figures and in words."""
    if little_history is None:
        return None
    return {**little_history, "told": LittleHistory.from_dict(little_history).told()}


def leak_files(fitted: FittedModel) -> dict[str, str]:
    """File name -> SVG of a suspected leak; the fields are not in the names, for a field may be called anything."""
    return {f"leak_{number}.svg": svg for number, svg in enumerate(fitted.leak_pictures.values())}
