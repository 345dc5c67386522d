"""Verbs that watch what is served: monitor parity and drift."""

import time
from typing import Annotated

import typer

from leadscore.cli.output import JsonFlag, NameOption, emit_json, progress_bars, refuse, say, show_table
from leadscore.domain.errors import DataError
from leadscore.domain.time import DAY_US, SECOND_US, format_instant
from leadscore.workflows.check_drift import check_drift
from leadscore.workflows.check_parity import check_parity
from leadscore.workflows.load_plugins import open_settings

_SHOWN = 10


def register(app: typer.Typer, verb: str) -> None:
    """Add the verbs of this module to the command line."""
    monitor = typer.Typer(no_args_is_help=True, help="Watch whether what is served is what was promised.")
    monitor.command("parity")(parity)
    monitor.command("drift")(drift)
    app.add_typer(monitor, name=verb)


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


def drift(
    days: Annotated[int, typer.Option(help="The later period is so many days up to now.", min=1)] = 7,
    against: Annotated[int, typer.Option(help="The earlier one is so many days before that.", min=1)] = 28,
    name: NameOption = "leadscore",
    json: JsonFlag = False,
) -> None:
    """Tell how far scores, grades and features of leads have moved between two periods, from stored scores.

    The figure is the population stability index: below 0.1 little, above 0.25 much. Each lead counts once in each
    period, as it was scored last; scores of a champion with other features are left out.
    """
    now = int(time.time() * SECOND_US)
    middle = now - days * DAY_US
    found = check_drift(open_settings(), name, middle - against * DAY_US, middle, now)
    if json:
        emit_json(vars(found))
        return
    before = f"{found.leads_before:,} in the {against} days before"
    say(f"{found.leads_now:,} leads scored in the last {days} days, {before}.")
    say(f"Score: {found.score:.3g}")
    grades = sorted({*found.grades_before, *found.grades_now})
    shares = [
        [grade, *(f"{by.get(grade, 0):.1%}" for by in (found.grades_before, found.grades_now))] for grade in grades
    ]
    show_table(["grade", "before", "now"], shares)
    moved = [[feature, f"{index:.3g}"] for feature, index in list(found.features.items())[:_SHOWN]]
    show_table(["feature that moved most", "stability index"], moved)
