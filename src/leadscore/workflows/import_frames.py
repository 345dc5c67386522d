"""Take facts from frames in memory, by the importer that reads files: same columns, same rules, same refusals."""

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from leadscore.config.mapping import MappingConfig
from leadscore.domain.notice import Notice
from leadscore.domain.progress import Progress
from leadscore.domain.time import SECOND_US
from leadscore.features.facts import Facts
from leadscore.ingest.clean import json_text
from leadscore.store.engine import open_store
from leadscore.store.extract_time import latest_known_at
from leadscore.store.facts_arrow import load_facts
from leadscore.workflows.import_facts import import_file


@dataclass(frozen=True)
class ImportedFrames:
    """Facts from frames.

    until     latest instant at which any of them became known, epoch microseconds; None without facts.
    imports   one row per frame: kind, read, inserted, unchanged, rejected, skipped.
    rejected  the refused rows with the columns of a dead-letter file, and their kind.
    """

    facts: Facts
    until: int | None
    imports: pd.DataFrame
    rejected: pd.DataFrame


def import_frames(
    frames: Mapping[str, pd.DataFrame], mapping: MappingConfig, progress: Progress, notice: Notice
) -> ImportedFrames:
    """Import frames by kind (leads, attributes, events, outcomes) into a store that ends with this call.

    notice   hears what is doubtful about them, by kind and column.
    Raises   DataError [LS-FILE-01] for a frame without rows, [LS-FILE-02] for one that lacks columns; UsageError
             [LS-CONFIG-02] if the mapping means nothing.
    """
    imports, rejected = [], []
    with tempfile.TemporaryDirectory(prefix="leadscore-") as scratch:
        folder = Path(scratch)
        store = open_store(f"sqlite:///{folder / 'facts.db'}")
        try:
            for kind, frame in frames.items():
                path = folder / kind
                _plain(frame).to_parquet(path, index=False)
                report = import_file(store, kind, path, mapping, folder, int(time.time() * SECOND_US), progress)
                counts = ("kind", "read", "inserted", "unchanged", "rejected", "skipped")
                for warning in report.warnings:
                    notice(warning)
                imports.append({name: getattr(report, name) for name in counts})
                if report.dead_letter_file is not None:
                    letters = pd.read_csv(report.dead_letter_file, dtype=str, keep_default_na=False)
                    rejected.append(letters.assign(kind=kind))
            facts = load_facts(store, None, progress, properties=True)
            until = latest_known_at(store, notice)
        finally:
            store.close()
    none = pd.DataFrame(columns=["kind", "dead_letter_row", "dead_letter_code", "dead_letter_reason"])
    return ImportedFrames(facts, until, pd.DataFrame(imports), pd.concat(rejected or [none], ignore_index=True))


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with cells of mixed kinds as the texts a CSV file would hold."""
    plain = {
        str(name): [_text(cell) for cell in cells] if cells.dtype == object else cells for name, cells in frame.items()
    }
    return pd.DataFrame(plain, index=frame.index)


def _text(cell: object) -> str | None:
    if isinstance(cell, bool | int | float | str | dict | list):
        return json_text(cell)
    return None if cell is None or pd.isna(cell) else str(cell)  # type: ignore[call-overload]
