"""A model in a notebook: figures, charts, scores and reasons, and the way into MLflow."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from leadscore.cli.output import model_name
from leadscore.config.load import Settings
from leadscore.dataset.snapshot_rows import read_snapshots
from leadscore.dataset.table import table_matrix
from leadscore.domain.errors import UsageError
from leadscore.domain.time import DAY_US
from leadscore.features.facts import Facts
from leadscore.features.offline import compute_matrix
from leadscore.modeling.artifact import ModelArtifact, load_artifact, write_artifact
from leadscore.modeling.evaluation import HorizonEvaluation
from leadscore.modeling.figures import backtest_frame, calibration_frame, leak_suspects_frame, metrics_frame
from leadscore.modeling.plots import calibration_chart, gain_chart, importance_chart, styled
from leadscore.notebook.surroundings import WHERE, doubt, watched
from leadscore.registry.connection import open_registry
from leadscore.scoring.explanation import changes
from leadscore.scoring.scorer import Scorer
from leadscore.workflows.champion import Champion, load_champion
from leadscore.workflows.evaluate_version import recorded_evaluation
from leadscore.workflows.fitted_model import FittedModel, evaluation_record
from leadscore.workflows.register_model import register_model
from leadscore.workflows.score_batch import load_model, score_snapshots, score_table

Fit = Callable[[Champion | None], FittedModel]
"""The whole recipe on data in hand, judged against a champion if there is one."""


@dataclass(frozen=True, repr=False)
class Model:
    """A model, registered or not yet, and all that training found out about it.

    record    figures, baselines, gate, importances, leak suspects, data: what MLflow keeps as `evaluation.json`.
    facts     those that a model of events scores; None for a table model.
    """

    artifact: ModelArtifact
    record: dict[str, Any]
    settings: Settings
    facts: Facts | None
    fit_beside: Fit | None

    def __repr__(self) -> str:
        state = f"version {self.version}" if self.version else "not registered"
        return f"<Model {self.artifact.name}: {self.artifact.manifest['learner']}, {state}>"

    @property
    def version(self) -> str:
        """Version in MLflow; empty before `register`."""
        return self.artifact.version

    @property
    def metrics(self) -> pd.DataFrame:
        """Figures on later rows never trained on, beside the baselines; see `metrics_frame`."""
        return metrics_frame(self.record)

    @property
    def backtest(self) -> pd.DataFrame:
        """The same recipe at earlier cuts, beside the baselines; see `backtest_frame`."""
        return backtest_frame(self.record)

    @property
    def calibration_card(self) -> pd.DataFrame:
        """Predicted against observed conversions by segment, source, age and grade; see `calibration_frame`."""
        return calibration_frame(self.record)

    @property
    def leak_suspects(self) -> pd.DataFrame:
        """Fields left out because they tell the outcome too well, with the evidence."""
        return leak_suspects_frame(self.record)

    def calibration(self, horizon: str | None = None) -> Any:
        """Chart of predicted against observed conversion rates on later rows; the main horizon by default."""
        return styled(calibration_chart(self._judged("leadscore", horizon)), "Calibration on later leads")

    def gain(self, horizon: str | None = None) -> Any:
        """Chart of the share of conversions found by the share of leads worked, beside the baselines."""
        names = ("leadscore", *self.record["baselines"])
        return styled(gain_chart({name: self._judged(name, horizon) for name in names}), "Conversions found")

    def importances(self) -> Any:
        """Chart of what matters most to the model."""
        return styled(importance_chart(self.record["importances"]), "What matters")

    def features(self, rows: pd.DataFrame) -> pd.DataFrame:
        """What the model reads of rows (as `score` takes them), one column per feature, on the index of `rows`."""
        return pd.DataFrame(self._matrix(rows), index=rows.index, columns=list(self.artifact.features.names))

    def score(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Scores as `leadscore score` writes them, one per row and on its index.

        rows      lead_id and as_of for a model of events; a frame with the columns of its table for a table model.
        Raises    DataError [LS-FILE-02, LS-TIME-02, LS-DATA-03] naming what is missing or unreadable.
        """
        with watched() as progress:
            if self.facts is None:
                return score_table(self.artifact, rows, progress, WHERE, doubt).set_index(rows.index)
            leads, instants = read_snapshots(rows, WHERE, self.settings.mapping.timezone, doubt)
            routing = self.settings.routing
            return score_snapshots(self.artifact, self.facts, leads, instants, routing, progress).set_index(rows.index)

    def reasons(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Why: up to six reasons per row, strongest first, each with its effect on the log-odds at the main horizon.

        Returns   columns rank, feature, reason and effect; the index of `rows`, repeated for each reason.
        """
        scorer = Scorer(self.artifact)
        told = [
            (place, rank, reason.feature, reason.text, reason.effect)
            for place, row in enumerate(self._matrix(rows).tolist())
            for rank, reason in enumerate(scorer.score_row(row).reasons, start=1)
        ]
        frame = pd.DataFrame(told, columns=["place", "rank", "feature", "reason", "effect"])
        return frame.set_index(rows.index.take(frame.pop("place").to_numpy()))

    def changes(self, earlier: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
        """What moved each score from one instant to another: the groups whose effect moved, the strongest first.

        earlier, later   rows of the same leads in the same order, as `score` takes them.
        Returns          columns feature, cause, reason and effect (on the log-odds at the main horizon), whose sum is
                         the move of the score; the index of `later`, repeated for each group.
        Raises           UsageError [LS-USAGE-01] for frames of different length.
        """
        if len(earlier) != len(later):
            found = f"{len(earlier)} earlier and {len(later)} later rows"
            raise UsageError("LS-USAGE-01", found=found, fix="give the same leads in the same order")
        scorer = Scorer(self.artifact)
        pairs = zip(self._matrix(earlier).tolist(), self._matrix(later).tolist(), strict=True)
        days = self._days_between(earlier, later)
        told = [
            (place, move.feature, move.cause, move.text, move.effect)
            for place, (before, after) in enumerate(pairs)
            for move in changes(scorer, before, after, days[place])
        ]
        frame = pd.DataFrame(told, columns=["place", "feature", "cause", "reason", "effect"])
        return frame.set_index(later.index.take(frame.pop("place").to_numpy()))

    def register(self) -> "Model":
        """Write the model into MLflow as challenger, as `leadscore train` does; the answer knows its version.

        Where there is a champion, the model is fitted once more beside it, so that the gate compares the two.

        Raises   UsageError [LS-USAGE-01] if it is registered already; OutsideError [LS-REGISTRY-01].
        """
        if self.fit_beside is None:
            raise UsageError("LS-USAGE-01", found=f"the model is registered already, as version {self.version}")
        service = self.settings.service
        registry = open_registry(service.tracking_uri, service.models_folder)
        with tempfile.TemporaryDirectory(prefix="leadscore-") as scratch:
            fitted = self.fit_beside(load_champion(registry, self.artifact.name, Path(scratch)))
        report = register_model(registry, fitted, self.settings)
        artifact = load_artifact(service.models_folder / self.artifact.name / "challenger")
        return replace(self, artifact=artifact, record=report.evaluation, fit_beside=None)

    def _days_between(self, earlier: pd.DataFrame, later: pd.DataFrame) -> list[float]:
        if self.facts is None:
            return [0.0] * len(later)
        ends = [read_snapshots(rows, WHERE, self.settings.mapping.timezone)[1] for rows in (earlier, later)]
        return [(end - start) / DAY_US for start, end in zip(*ends, strict=True)]

    def _judged(self, who: str, horizon: str | None) -> HorizonEvaluation:
        found = self.record["model"] if who == "leadscore" else self.record["baselines"][who]
        wanted = horizon or self.record["main_horizon"]
        if wanted not in found["horizons"]:
            raise UsageError("LS-USAGE-01", where="horizon", found=repr(wanted), allowed=", ".join(found["horizons"]))
        return HorizonEvaluation.from_dict(found["horizons"][wanted])

    def _matrix(self, rows: pd.DataFrame) -> np.ndarray:
        with watched() as progress:
            if self.facts is None:
                return table_matrix(rows, self.artifact.features, progress, WHERE)
            leads, instants = read_snapshots(rows, WHERE, self.settings.mapping.timezone)
            asked = pa.table({"lead_id": pa.array(leads, pa.string()), "as_of": pa.array(instants, pa.int64())})
            return compute_matrix(self.facts, asked, self.artifact.features, progress)


def fitted_model(fit: Fit, settings: Settings, facts: Facts | None) -> Model:
    """Fit without looking for a champion, so that nothing of MLflow is needed."""
    fitted = fit(None)

    def fit_beside(champion: Champion | None) -> FittedModel:
        return fitted if champion is None else fit(champion)

    with tempfile.TemporaryDirectory(prefix="leadscore-") as scratch:
        write_artifact(Path(scratch), fitted.final)
        artifact = load_artifact(Path(scratch))
    return Model(artifact, evaluation_record(fitted), settings, facts, fit_beside)


def loaded_model(settings: Settings, name: str, version: str | None, facts: Facts | None) -> Model:
    """A registered model: the champion, or the version named."""
    artifact = load_model(settings, model_name(name), version, "table" if facts is None else "events")
    return Model(artifact, recorded_evaluation(settings, name, artifact.version), settings, facts, None)
