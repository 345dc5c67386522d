"""Homes to run commands in: a small company taken through the whole line once, and an empty one."""

import io
import json
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leadscore.cli.main import main
from leadscore.config.write import write_configuration

# Small enough for a test, large enough that something can be learnt.
FAST = {
    "max_snapshots: 80000": "max_snapshots: 6000",
    "bootstrap_draws: 200": "bootstrap_draws: 50",
    "backtest_origins: 3": "backtest_origins: 1",
    "backtest_snapshots: 20000": "backtest_snapshots: 3000",
    "  trees: 300": "  trees: 60",
    "  trees_on_few_data: 150": "  trees_on_few_data: 60",
}


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Answer]


def prepare(home: Path) -> Path:
    write_configuration(home / "configs")
    training = home / "configs/training.yaml"
    text = training.read_text()
    for slow, fast in FAST.items():
        assert slow in text
        text = text.replace(slow, fast)
    training.write_text(text)
    return home


def command(home: Path) -> Command:
    # In this process: a new one would spend seconds on imports for each command.
    def run(*words: str) -> Answer:
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name in [name for name in os.environ if name.startswith(("LEADSCORE_", "MLFLOW_"))]:
                patch.delenv(name)
            patch.setenv("LEADSCORE_HOME", str(home))
            patch.setattr(sys, "argv", ["leadscore", *words])
            patch.chdir(home)
            try:
                main()
                code = 0
            except SystemExit as end:
                code = int(end.code or 0)
        return Answer(code, out.getvalue(), err.getvalue())

    return run


@dataclass(frozen=True)
class Company:
    """A home after `leadscore demo`."""

    home: Path
    run: Command
    demo: dict[str, Any]
