"""Verbs that watch what is served: monitor parity."""

from typing import Annotated

import typer

from leadscore.cli.output import JsonFlag, NameOption, emit_json, progress_bars, refuse, say, show_table
from leadscore.domain.errors import DataError
from leadscore.domain.time import format_instant
from leadscore.workflows.check_parity import check_parity
from leadscore.workflows.load_plugins import open_settings


def register(app: typer.Typer, verb: str) -> None:
    """Add the verbs of this module to the command line."""
    monitor = typer.Typer(no_args_is_help=True, help="Watch whether what is served is what was promised.")
    monitor.callback()(_group)
    monitor.command("parity")(parity)
    app.add_typer(monitor, name=verb)


def _group() -> None:
    """Keep `parity` a sub-command although it is the only one."""


def parity(
    scores: Annotated[int, typer.Option(help="Compare at most so many of the newest stored scores.", min=1)] = 1_000,
    name: NameOption = "leadscore",
    json: JsonFlag = False,
) -> None:
    """Recompute the features of stored scores in bulk and count the values that differ; any difference is exit 3.

    A fact that was recorded after a score, but says that it was known before, makes a difference too.
    """
    with progress_bars() as progress:
        found = check_parity(open_settings(), name, scores, progress)
    if json:
        examples = [{**each, "as_of": format_instant(each["as_of"])} for each in found.examples]
        emit_json({**vars(found), "examples": examples})
    else:
        differ = sum(found.mismatches.values())
        say(f"{found.scores:,} scores, {found.values:,} feature values recomputed: {differ:,} differ.")
        if differ:
            rows = [[feature, found.mismatches[feature]] for feature in sorted(found.mismatches)]
            show_table(["feature", "values that differ"], rows)
    if found.mismatches:
        first = found.examples[0]
        where = f"lead {first['lead_id']}, as of {format_instant(first['as_of'])}, {first['feature']}"
        told = f"served {first['served']}, recomputed {first['recomputed']}"
        refuse(DataError("LS-FEATURE-03", where=where, found=told, fix="were facts imported late? else report it"))
