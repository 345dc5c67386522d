"""Table mode in a notebook: one frame with a label column."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from leadscore.cli.output import model_name
from leadscore.dataset import table as files
from leadscore.dataset.table import TableRequest
from leadscore.notebook.model import Model, fitted_model, loaded_model
from leadscore.notebook.surroundings import WHERE, adjusted_settings, doubt, watched
from leadscore.workflows.champion import Champion
from leadscore.workflows.fitted_model import FittedModel
from leadscore.workflows.order_table import order_table
from leadscore.workflows.train_table import fit_table as fit_on_table


def read_table(path: str | Path) -> pd.DataFrame:
    """Read CSV, Parquet or JSONL as `leadscore train --table` does; what is doubtful about the file is a warning.

    Raises   UsageError [LS-FILE-01], DataError [LS-FILE-01, LS-FILE-02, LS-FILE-03].
    """
    return files.read_table(Path(path), doubt)


def fit_table(  # noqa: PLR0913
    frame: pd.DataFrame,
    target: str,
    *,
    id: str | None = None,
    time: str | None = None,
    exclude: tuple[str, ...] | list[str] = (),
    positive: str | None = None,
    negative: str | None = None,
    shuffled: bool = False,
    keep: tuple[str, ...] | list[str] = (),
    name: str = "leadscore",
    home: str | Path | None = None,
    training: Mapping[str, Any] | None = None,
) -> Model:
    """Learn from one frame, one row per lead, as `leadscore train --table` does from a file; nothing is registered.

    target, id, time, exclude, positive, negative, shuffled, keep   as the options of that command.
    Warns     of what is doubtful about the frame, by column.
    Raises    UsageError [LS-USAGE-01], DataError [LS-DATA-01, LS-DATA-02, LS-TIME-02].
    """
    settings = adjusted_settings(home, training)
    request = TableRequest(target, id, time, tuple(exclude), positive, negative, shuffled, tuple(keep))
    table = order_table(frame, request, settings, WHERE, doubt)

    def fit(champion: Champion | None) -> FittedModel:
        with watched() as progress:
            return fit_on_table(table, request, settings, model_name(name), champion, progress)

    return fitted_model(fit, settings, None)


def load_table_model(name: str, version: str | None = None, home: str | Path | None = None) -> Model:
    """A registered table model: the champion, or the version named. For models of events see `History.load`."""
    return loaded_model(adjusted_settings(home), name, version, None)
