"""Train a challenger on everything imported: what `leadscore train` runs, callable from any orchestrator."""

from pathlib import Path

from leadscore.domain.progress import Progress, silent
from leadscore.domain.time import parse_instant
from leadscore.workflows.load_plugins import open_settings
from leadscore.workflows.register_model import TrainReport
from leadscore.workflows.train_challenger import train_on_events


def train(home: Path, name: str = "leadscore", as_of: str | None = None, progress: Progress = silent) -> TrainReport:
    """Fit, judge and register a challenger.

    home     folder with `configs/`, `models/` and `data/`.
    as_of    ISO 8601 instant of knowledge; the latest known fact by default.
    Returns  the registered version, its figures and what the gate says.
    """
    instant = None if as_of is None else parse_instant(as_of).at
    return train_on_events(open_settings(home), name, instant, progress)
