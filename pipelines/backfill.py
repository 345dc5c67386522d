"""Import a folder of exports: every file whose name says its kind, in any order, as often as one likes."""

import time
from pathlib import Path

from leadscore.domain.progress import Progress, silent
from leadscore.domain.time import SECOND_US
from leadscore.store.engine import open_store
from leadscore.workflows.import_facts import ImportReport, import_file
from leadscore.workflows.load_plugins import open_settings

KINDS = ("leads", "attributes", "events", "outcomes")


def backfill(home: Path, folder: Path, progress: Progress = silent) -> list[ImportReport]:
    """Import `leads*`, `attributes*`, `events*` and `outcomes*` files of a folder.

    home     folder with `configs/`, `models/` and `data/`.
    folder   CSV, Parquet or JSONL files, gzipped or not.
    Returns  a report per file; rejected rows are in dead-letter files below `data/dead-letters/`.
    """
    settings = open_settings(home)
    store = open_store(settings.service.store_url)
    dead_letters = settings.service.data_folder / "dead-letters"
    return [
        import_file(store, kind, path, settings.mapping, dead_letters, int(time.time() * SECOND_US), progress)
        for kind in KINDS
        for path in sorted(folder.glob(f"{kind}*"))
    ]
