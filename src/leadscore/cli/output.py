"""How commands speak: one JSON document, or tables and sentences; progress always on stderr."""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from leadscore.domain.errors import LeadscoreError, UsageError
from leadscore.domain.progress import Progress as Teller

JsonFlag = Annotated[bool, typer.Option("--json", help="Print exactly one JSON document on stdout.")]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def model_name(name: str) -> str:
    """A name that can be that of a folder.

    Raises   UsageError [LS-USAGE-01] for any other.
    """
    if not _NAME.fullmatch(name):
        raise UsageError("LS-USAGE-01", where="--name", found=repr(name), allowed="letters, digits, _ . -")
    return name


NameOption = Annotated[
    str, typer.Option("--name", callback=model_name, help="Which model; several can live side by side.")
]

console = Console(highlight=False, soft_wrap=True)
_stderr = Console(stderr=True, highlight=False)


def at_terminal() -> bool:
    """Whether somebody is there to see what is shown and to answer."""
    return console.is_terminal and sys.stdin.isatty()


def emit_json(document: Mapping[str, Any] | Sequence[Any]) -> None:
    """Print the one JSON document of a command."""
    print(json.dumps(document, ensure_ascii=False, allow_nan=False))


def say(text: str = "") -> None:
    """Print a sentence for people."""
    console.print(text, markup=False)


def note(text: str) -> None:
    """Tell people something beside the answer, on stderr."""
    _stderr.print(text, markup=False, soft_wrap=True)


def warn(text: str) -> None:
    """Tell people what is doubtful, on stderr."""
    note(f"warning: {text}")


def refuse(error: LeadscoreError) -> NoReturn:
    """End a command with an error whose answer has been printed already; stdout stays one JSON document."""
    note(f"error{error}")
    raise typer.Exit(error.exit_code)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str | None = None) -> None:
    """Print a table; numbers are right-aligned."""
    table = Table(
        title=title, title_justify="left", header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for position, column in enumerate(columns):
        numeric = bool(rows) and all(_is_number(row[position]) for row in rows)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    # Into a file or a pipe there is no terminal to fit, only lines to keep readable.
    (console if console.is_terminal else Console(highlight=False, width=150)).print(table)


def _is_number(cell: object) -> bool:
    return cell is None or str(cell).strip().rstrip("%").lstrip("+-").replace(".", "", 1).isdigit()


@contextmanager
def progress_bars() -> Iterator[Teller]:
    """A progress teller that draws bars on stderr, or one line per finished step where nobody watches."""
    if not _stderr.is_terminal:
        yield _line_per_step()
        return
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_stderr) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield tell


def _line_per_step() -> Teller:
    finished: set[str] = set()

    def tell(step: str, done: int, total: int) -> None:
        if done >= total and step not in finished:
            finished.add(step)
            note(f"  {step}: {total}")

    return tell
