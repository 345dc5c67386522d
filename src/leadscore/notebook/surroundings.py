"""What surrounds work in a notebook: settings changed for it alone, progress and doubts below the running cell."""

import inspect
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from leadscore.cli.output import progress_bars
from leadscore.config.load import Settings, changed
from leadscore.domain.progress import Progress
from leadscore.workflows.load_plugins import open_settings

WHERE = "the frame"
"""The place that errors name where a file has its path."""

_PARTS_SHOWN = 100


def adjusted_settings(home: str | Path | None, training: Mapping[str, Any] | None = None) -> Settings:
    """The settings of an installation, with those of `training.yaml` changed for this call only.

    Raises   UsageError [LS-CONFIG-01, LS-CONFIG-02, LS-FEATURE-02].
    """
    settings = open_settings(None if home is None else Path(home))
    return replace(settings, training=changed(settings.training, training or {}, "training"))


def doubt(text: str) -> None:
    """Warn of what is doubtful about data, at the line of the notebook that asked for it."""
    frame, level = inspect.currentframe(), 1
    while frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] == "leadscore":
        frame, level = frame.f_back, level + 1
    warnings.warn(text, stacklevel=level)


@contextmanager
def watched() -> Iterator[Progress]:
    """A progress teller: bars below the cell in Jupyter, as the command line shows them elsewhere."""
    bars = jupyter_progress()
    if bars is not None:
        yield bars
        return
    with progress_bars() as progress:
        yield progress


def jupyter_progress() -> Progress | None:
    """A teller that draws bars below the running cell; None where no notebook runs."""
    # Never imported by leadscore: IPython is loaded exactly if somebody works in it.
    ipython, display = sys.modules.get("IPython"), sys.modules.get("IPython.display")
    shell = ipython.get_ipython() if ipython is not None else None
    return _Bars(display) if display is not None and hasattr(shell, "kernel") else None


class _Bars:
    """Keeps how far each step is, and draws all of them anew when one has visibly moved."""

    def __init__(self, display: Any) -> None:
        self._display, self._handle = display, None
        self._steps: dict[str, tuple[int, int]] = {}

    def __call__(self, step: str, done: int, total: int) -> None:
        before, self._steps[step] = self._steps.get(step), (done, total)
        if before is not None and before[0] * _PARTS_SHOWN // max(before[1], 1) == done * _PARTS_SHOWN // max(total, 1):
            return
        drawn = self._display.HTML("".join(_bar(name, *state) for name, state in self._steps.items()))
        if self._handle is None:
            self._handle = self._display.display(drawn, display_id=True)
        else:
            self._handle.update(drawn)


def _bar(step: str, done: int, total: int) -> str:
    """One bar.

    >>> _bar("features", 1, 2)
    '<div><progress value="1" max="2"></progress> features 1/2</div>'
    """
    return f'<div><progress value="{done}" max="{total}"></progress> {escape(step)} {done:,}/{total:,}</div>'
