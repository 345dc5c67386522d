"""Verbs that answer about leads: score, explain."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from leadscore.cli.output import JsonFlag, NameOption, emit_json, progress_bars, say, show_table, warn
from leadscore.domain.errors import UsageError
from leadscore.domain.time import parse_instant
from leadscore.workflows.explain_lead import explain_lead
from leadscore.workflows.load_plugins import open_settings
from leadscore.workflows.score_batch import score_snapshot_file, score_table_file

_MOST_EFFECTS = 6


def register(app: typer.Typer, verb: str) -> None:
    """Add one verb of this module to the command line."""
    verbs: dict[str, Callable[..., None]] = {"score": score, "explain": explain}
    app.command(verb, no_args_is_help=True)(verbs[verb])


def score(
    snapshots: Annotated[Path | None, typer.Argument(help="File with lead_id and as_of, one score per row.")] = None,
    out: Annotated[Path, typer.Option(help="File to write: .csv or .parquet.")] = Path("scores.csv"),
    table: Annotated[Path | None, typer.Option(help="Score the rows of this flat file with a table model.")] = None,
    version: Annotated[str | None, typer.Option("--model", help="A version number instead of the champion.")] = None,
    name: NameOption = "leadscore",
    json: JsonFlag = False,
) -> None:
    """Score leads as of given instants, by the code that serves live; nothing later than each instant is read."""
    if (snapshots is None) == (table is None):
        raise UsageError("LS-USAGE-01", found="neither or both of SNAPSHOTS and --table", fix="give one of them")
    settings = open_settings()
    with progress_bars() as progress:
        if table is not None:
            report = score_table_file(settings, table, out, name, version, progress, warn)
        else:
            report = score_snapshot_file(settings, Path(str(snapshots)), out, name, version, progress, warn)
    if json:
        emit_json(report.to_dict())
    else:
        say(f"{report.rows} rows scored by {name} version {report.version}, {report.unscored} without a score: {out}")


def explain(
    lead: Annotated[str, typer.Argument(help="lead_id")],
    as_of: Annotated[str | None, typer.Option(help="A past instant (ISO 8601); now by default.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Tell what changed since this instant; since the last stored score by default.")
    ] = None,
    name: NameOption = "leadscore",
    json: JsonFlag = False,
) -> None:
    """Say how likely a lead is to become a customer, when, why, what to do, and what changed since the last score."""
    at, before = (None if text is None else parse_instant(text).at for text in (as_of, since))
    answer = explain_lead(open_settings(), lead, at, name, before)
    if json:
        emit_json(answer)
        return
    chances = ", ".join(f"{chance:.1%} within {days}" for days, chance in answer["p_convert"].items())
    low, high = answer["interval"]
    say(
        f"{answer['lead_id']} as of {answer['as_of']}: score {answer['score']:.0f}, grade {answer['grade']}, "
        f"{answer['temperature'] or 'closed'}, {answer['lifecycle']}"
    )
    say(f"Becomes a customer: {chances} (leads like this one at the main horizon: {low:.1%} to {high:.1%})")
    say(f"Do: {answer['decision']['route']}, because {answer['decision']['reason']}")
    say()
    effects = answer["explanation"]["effects"]
    for title, speaks in (("Speaks for it:", 1), ("Speaks against it:", -1)):
        strongest = [each for each in effects if each["effect"] * speaks > 0][:_MOST_EFFECTS]
        _show_effects(title, strongest)
    if answer["changes"] is not None:
        _say_changes(answer)


def _say_changes(answer: dict[str, Any]) -> None:
    changes = answer["changes"]
    moved = f"from {changes['score']:.0f} to {answer['score']:.0f}, {changes['log_odds']:+.2f} in log-odds"
    if changes["effects"]:
        _show_effects(f"Since {changes['since']} the score went {moved}:", changes["effects"][:_MOST_EFFECTS])
    else:
        say(f"Nothing has changed since {changes['since']}.")


def _show_effects(title: str, effects: list[dict[str, Any]]) -> None:
    if effects:
        rows = [[f"{each['effect']:+.2f}", each["text"]] for each in effects]
        show_table(["effect on log-odds", "reason"], rows, title=title)
        say()
