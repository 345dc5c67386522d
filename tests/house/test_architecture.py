"""The house: layers, sizes, names, and what serving may import."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
ALL_PYTHON = [
    path for folder in ("src", "tests", "pipelines", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py"))
]
SERVING_NEVER_IMPORTS = ("mlflow", "lightgbm", "pandas", "sklearn", "duckdb", "pyarrow", "altair")
ONE_HOME = {
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "mlflow": {"registry"},
    "msgspec": {"api", "ingest", "store"},
    "lightgbm": {"modeling"},
    "sklearn": {"modeling"},
    "optuna": {"modeling"},
    "altair": {"modeling"},
    "duckdb": {"features"},
    "prometheus_client": {"api"},
    "fastapi": {"api", "dashboard", "app.py"},
    "starlette": {"api", "dashboard", "app.py"},
    "typer": {"cli"},
    "rich": {"cli"},
    "uvicorn": {"cli"},
}
PURE = ("domain", "config", "ingest", "features", "dataset", "modeling", "scoring", "routing", "simulate")
CLOCKS = re.compile(r"\b(time\.time|datetime\.now|datetime\.utcnow|date\.today)\(")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(path: Path) -> str:
    return path.relative_to(ROOT / "src/leadscore").parts[0]


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_each_layer_imports_only_what_lies_below_it() -> None:
    checked = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_file_is_longer_than_250_lines() -> None:
    long = {name_of(path): count for path in SOURCES if (count := len(path.read_text().splitlines())) > 250}
    assert not long


def test_no_function_is_longer_than_50_lines() -> None:
    long = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > 50:
                    long.append(f"{name_of(path)}:{node.name} {lines}")
    assert not long


def test_no_room_is_called_utils_or_carries_a_version() -> None:
    banned = re.compile(r"^(utils?|helpers?|common|base|manager|misc|.*_v\d+|new_.*|old_.*|deprecated)$")
    assert not [name_of(path) for path in ALL_PYTHON for part in path.with_suffix("").parts[-2:] if banned.match(part)]


@pytest.mark.parametrize("word", ["prospect", "cut[-_]?off", "target window", "user-for-lead"])
def test_banned_synonyms_are_not_used(word: str) -> None:
    pattern = re.compile(word, re.IGNORECASE)
    assert not [name_of(path) for path in SOURCES if pattern.search(path.read_text())]


def test_each_third_party_package_has_one_home() -> None:
    strays = [
        f"{name_of(path)} imports {package}"
        for path in SOURCES
        if path.parent != ROOT / "src/leadscore" or path.name == "app.py"
        for package in imported(path) & ONE_HOME.keys()
        if room_of(path) not in ONE_HOME[package]
    ]
    assert not strays


def test_the_core_reads_no_clock() -> None:
    assert not [name_of(path) for path in SOURCES if room_of(path) in PURE and CLOCKS.search(path.read_text())]


def test_imports_stand_at_the_top_of_their_file() -> None:
    hidden = [
        f"{name_of(path)}:{inner.lineno}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert not hidden


def test_the_service_imports_none_of_the_training_packages() -> None:
    code = f"import sys, leadscore.app; print([m for m in {SERVING_NEVER_IMPORTS!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_every_test_file_mirrors_a_source_file() -> None:
    rooms = {path.name for path in (ROOT / "src/leadscore").iterdir() if path.is_dir()}
    strays = []
    for path in sorted((ROOT / "tests").glob("*/test_*.py")):
        room, stem = path.parent.name, path.stem.removeprefix("test_")
        names = {source.stem for source in (ROOT / "src/leadscore" / room).rglob("*.py")} if room in rooms else {stem}
        if not any(stem == name or stem.startswith(f"{name}_") for name in names):
            strays.append(name_of(path))
    assert not strays
