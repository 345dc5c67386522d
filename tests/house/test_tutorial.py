"""The tutorial does what it says: its blocks run in order, and what they put out is what it shows."""

import ast
import io
import os
import re
import shlex
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from leadscore.cli.main import main

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DECIMAL = re.compile(r"-?\d+\.\d+")


def run_python(source: str, names: dict[str, Any]) -> None:
    """Run a cell and print the value of its last line as a notebook would show it."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "tutorial.md", "exec"), names)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), "tutorial.md", "eval"), names)
        sys.stdout.write(f"{value!r}\n")


def run_console(source: str, patch: pytest.MonkeyPatch) -> None:
    for line in source.splitlines():
        words = shlex.split(line.removeprefix("$ "))
        if words[0] == "export":
            patch.setenv(*words[1].split("=", 1))
            continue
        assert words[0] == "leadscore", line
        patch.setattr(sys, "argv", words)
        failure = None
        try:
            main()
        except SystemExit as end:
            failure = end.code
        assert not failure, line


def alike(shown: str, found: str) -> bool:
    """Equal but for white space, the third digit of figures, and what `...` stands for."""
    pattern = DECIMAL.sub("#", " ".join(shown.split()))
    text = DECIMAL.sub("#", " ".join(found.split()))
    if not re.fullmatch(re.escape(pattern).replace(r"\.\.\.", ".*"), text):
        return False
    pairs = zip(DECIMAL.findall(shown), DECIMAL.findall(found), strict=False)
    return "..." in shown or all(abs(float(a) - float(b)) <= 0.03 + 0.1 * abs(float(a)) for a, b in pairs)


def test_what_is_alike_and_what_is_not() -> None:
    assert alike("a 0.91\n", "a   0.92")
    assert not alike("a 0.91", "a 0.71")
    assert not alike("a 0.91", "b 0.91")
    assert alike("by ... on", "by 0.5 on")
    assert not alike("7 leads", "8 leads")


@pytest.mark.slow
def test_every_block_runs_and_shows_what_the_tutorial_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("LEADSCORE_", "MLFLOW_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "tutorial"}
    out = io.StringIO()
    wrong = []
    with pd.option_context("display.width", 120, "display.max_columns", 20):
        for language, text in BLOCK.findall((ROOT / "docs/tutorial.md").read_text(encoding="utf-8")):
            if language == "text":
                if not alike(text, out.getvalue()):
                    wrong.append(f"the tutorial shows\n{text}\nbut there came\n{out.getvalue()}")
                continue
            out = io.StringIO()
            with redirect_stdout(out), redirect_stderr(io.StringIO()):
                run_python(text, names) if language == "python" else run_console(text, monkeypatch)
    assert not wrong, "\n".join(wrong)
