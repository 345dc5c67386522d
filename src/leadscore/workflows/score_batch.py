"""Score many leads at once: snapshots from a file, rows of a table, or every open lead."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.config.load import Settings
from leadscore.config.routing import RoutingConfig
from leadscore.dataset.snapshot_rows import read_snapshots
from leadscore.dataset.table import read_table, table_matrix
from leadscore.dataset.table_doubts import note_unread
from leadscore.domain.errors import DataError
from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue
from leadscore.domain.notice import Notice, unheard
from leadscore.domain.outcome import Outcome
from leadscore.domain.progress import Progress
from leadscore.domain.time import format_instant
from leadscore.features.facts import Facts
from leadscore.features.offline import compute_matrix
from leadscore.features.online import LeadHistory
from leadscore.ingest.column_reader import TimeReading
from leadscore.modeling.artifact import ModelArtifact, load_artifact
from leadscore.registry.connection import open_registry
from leadscore.registry.export import export_version
from leadscore.registry.versions import version_tags
from leadscore.routing.qualify import Qualified, qualify
from leadscore.scoring.scorer import RowScore, Scorer
from leadscore.store.engine import open_store
from leadscore.store.facts_arrow import load_facts
from leadscore.workflows.write_scores import write_scores

UNKNOWN_LEAD = "unknown lead, or not created yet at that instant"


@dataclass(frozen=True)
class BatchReport:
    """How many rows were scored, by which version, into which file."""

    rows: int
    unscored: int
    version: str
    out: str

    def to_dict(self) -> dict[str, Any]:
        """The JSON answer of the command line."""
        return vars(self).copy()


def load_model(settings: Settings, name: str, version: str | None, kind: str) -> ModelArtifact:
    """The exported champion, or a registered version that need not be promoted.

    kind     "events" or "table", what the caller can feed it.
    Raises   DataError [LS-MODEL-01] without a champion, [LS-MODEL-03] for an unknown version, [LS-MODEL-02] for the
             other kind of model or a damaged one.
    """
    folder = settings.service.models_folder / name / "champion"
    if version is None and not folder.is_dir():
        raise DataError(
            "LS-MODEL-01",
            found=f"model {name!r} has no champion",
            fix="leadscore train, then leadscore promote; or name a version with --model",
        )
    if version is None:
        artifact = load_artifact(folder)
    else:
        registry = open_registry(settings.service.tracking_uri, settings.service.models_folder)
        version_tags(registry, name, version)
        with tempfile.TemporaryDirectory(prefix="leadscore-") as scratch:
            artifact = load_artifact(export_version(registry, name, version, Path(scratch) / "model"))
    if artifact.manifest["kind"] != kind:
        other = "score --table FILE" if kind == "events" else "score SNAPSHOTS"
        found = f"version {artifact.version} of {name} was trained on {artifact.manifest['kind']}, not on {kind}"
        raise DataError("LS-MODEL-02", found=found, fix=f"use {other}, or another --name")
    return artifact


def score_snapshot_file(  # noqa: PLR0913, PLR0917
    settings: Settings,
    path: Path,
    out: Path,
    name: str,
    version: str | None,
    progress: Progress,
    notice: Notice = unheard,
) -> BatchReport:
    """Score the rows (lead_id, as_of) of a file: one answer per row, in order, duplicates kept.

    notice   hears what is doubtful about the file.
    Raises   DataError [LS-FILE-02, LS-TIME-02] for a file without these columns or with bad times; UsageError
             [LS-CONFIG-02] for an unknown `timezone:`, [LS-USAGE-01] if `out` cannot be written; see load_model.
    """
    TimeReading(settings.mapping.timezone).check("configs/mapping.yaml")
    artifact = load_model(settings, name, version, "events")
    lead_ids, instants = read_snapshots(read_table(path, notice), str(path), settings.mapping.timezone, notice)
    facts = load_facts(
        open_store(settings.service.store_url), None, progress, properties=artifact.features.reads_properties
    )
    scored = score_snapshots(artifact, facts, lead_ids, instants, settings.routing, progress)
    write_scores(scored, out)
    return BatchReport(len(scored), int((scored["grade"] == "").sum()), artifact.version, str(out))


def score_snapshots(
    artifact: ModelArtifact,
    facts: Facts,
    lead_ids: list[str],
    instants: list[int],
    routing: RoutingConfig,
    progress: Progress,
) -> pd.DataFrame:
    """One row of scores per snapshot, in their order; empty probabilities for leads that did not exist then."""
    snapshots = pa.table({"lead_id": pa.array(lead_ids, pa.string()), "as_of": pa.array(instants, pa.int64())})
    matrix = compute_matrix(facts, snapshots, artifact.features, progress)
    persons = facts.persons(snapshots).to_pylist()
    columns = Scorer(artifact).score_matrix(matrix)
    created = dict(zip(facts.leads["lead_id"].to_pylist(), facts.leads["created_at"].to_pylist(), strict=True))
    histories = deciding_histories(facts, set(persons), created, routing)
    returns = artifact.manifest.get("returns", {})
    decided = [
        None
        if created.get(lead) is None or created[lead] > at
        else qualify(histories[lead], at, row_score_at(columns, artifact, number), routing, returns)
        for number, (lead, at) in enumerate(zip(persons, instants, strict=True))
    ]
    as_of = [format_instant(at) for at in instants]
    return pd.DataFrame({"lead_id": lead_ids, "as_of": as_of, **_joined(columns, decided, artifact)})


def deciding_histories(
    facts: Facts, wanted: set[str], created: dict[str, int], routing: RoutingConfig
) -> dict[str, LeadHistory]:
    """Of each wanted lead only the facts that routing rules look at, so that memory stays small."""
    rules = routing.qualification
    leads = pa.array(sorted(wanted & created.keys()), pa.string())
    events = _of(facts.events.filter(pc.is_in(facts.events["type"], pa.array(rules.sql_event_types))), leads)
    attributes = _of(
        facts.attributes.filter(
            pc.is_in(facts.attributes["name"], pa.array(list(rules.discard_attributes), pa.string()))
        ),
        leads,
    )
    found: dict[str, tuple[list[AttributeValue], list[Event], list[Outcome]]] = {
        lead: ([], [], []) for lead in leads.to_pylist()
    }
    for row in attributes:
        found[row["lead_id"]][0].append(AttributeValue(**row))
    for row in events:
        found[row["lead_id"]][1].append(Event(**row))
    for row in _of(facts.outcomes, leads):
        found[row["lead_id"]][2].append(Outcome(**row))
    return {
        lead: LeadHistory(lead, created[lead], tuple(values), tuple(happened), tuple(ended))
        for lead, (values, happened, ended) in found.items()
    }


def _of(table: pa.Table, leads: pa.Array) -> Iterable[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.filter(pc.is_in(table["lead_id"], leads)).to_pylist()
    return rows


def row_score_at(columns: dict[str, list[Any]], artifact: ModelArtifact, number: int) -> RowScore:
    """One row of the scored columns as the scorer would answer it alone, without reasons."""
    p = {key: columns[f"p_convert_{key}"][number] for key in artifact.horizon_keys}
    main = p[artifact.horizon_keys[artifact.predictor.main]]
    interval = (columns["p_low"][number], columns["p_high"][number])
    return RowScore(p, main, interval, columns["score"][number], columns["grade"][number], ())


def _joined(
    columns: dict[str, list[Any]], decided: list[Qualified | None], artifact: ModelArtifact
) -> dict[str, list[Any]]:
    reasons = [name for name in columns if name.startswith("reason_")]
    joined: dict[str, list[Any]] = {name: values for name, values in columns.items() if name not in reasons}
    joined["temperature"] = ["" if found is None else found.temperature or "" for found in decided]
    joined["lifecycle"] = ["" if found is None else str(found.lifecycle) for found in decided]
    joined |= {name: columns[name] for name in reasons}
    joined["model_version"] = [artifact.version] * len(decided)
    joined["feature_fingerprint"] = [artifact.features.fingerprint] * len(decided)
    for number, found in enumerate(decided):
        if found is None:
            for name, values in joined.items():
                if name.startswith(("p_", "score")):
                    values[number] = None
                elif name == "grade" or name in reasons:
                    values[number] = UNKNOWN_LEAD if name == "reason_1" else ""
    return joined


def score_table_file(  # noqa: PLR0913, PLR0917
    settings: Settings,
    path: Path,
    out: Path,
    name: str,
    version: str | None,
    progress: Progress,
    notice: Notice = unheard,
) -> BatchReport:
    """Score every row of a flat file with a table model; target and unknown columns are ignored.

    notice   hears what is doubtful about the file, by column.
    Raises   DataError [LS-DATA-03] if a column that the model needs is missing; UsageError [LS-USAGE-01] if `out`
             cannot be written; see load_model.
    """
    artifact = load_model(settings, name, version, "table")
    scored = score_table(artifact, read_table(path, notice), progress, str(path), notice)
    write_scores(scored, out)
    return BatchReport(len(scored), 0, artifact.version, str(out))


def score_table(
    artifact: ModelArtifact, frame: pd.DataFrame, progress: Progress, where: str = "", notice: Notice = unheard
) -> pd.DataFrame:
    """One row of scores per row of a table, named by the model's id column, or by `row` (1-based) without it.

    where    names the table in errors.
    notice   hears what is doubtful about it, by column.
    Raises   DataError [LS-DATA-03] if a column that the model needs is missing.
    """
    matrix = table_matrix(frame, artifact.features, progress, where)
    note_unread(frame, artifact.features, where, notice)
    columns = Scorer(artifact).score_matrix(matrix)
    id_column = artifact.manifest["training_window"].get("id_column")
    has_id = id_column in frame.columns
    ids = frame[id_column].array if has_id else np.arange(1, len(frame) + 1)
    wanted = ["p_convert", "score", "grade", *(name for name in columns if name.startswith("reason_"))]
    return pd.DataFrame({id_column if has_id else "row": ids, **{name: columns[name] for name in wanted}})
