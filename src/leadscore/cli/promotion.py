"""Verbs that move the champion: promote, rollback."""

from collections.abc import Callable
from typing import Annotated

import typer

from leadscore.cli.output import (
    JsonFlag,
    NameOption,
    at_terminal,
    emit_json,
    note,
    progress_bars,
    refuse,
    say,
    show_table,
)
from leadscore.config.load import Settings
from leadscore.domain.errors import DataError
from leadscore.modeling.artifact import read_manifest
from leadscore.workflows.load_plugins import open_settings
from leadscore.workflows.promote import Promotion, promote_challenger, roll_back
from leadscore.workflows.score_open_leads import score_open_leads


def register(app: typer.Typer, verb: str) -> None:
    """Add one verb of this module to the command line."""
    verbs: dict[str, Callable[..., None]] = {"promote": promote, "rollback": rollback}
    app.command(verb)(verbs[verb])


def promote(
    name: NameOption = "leadscore",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would happen and which open leads would change grade.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="At a terminal: do not ask before the champion is changed.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Make the challenger the champion, if the evidence on later leads allows it; else exit 3 with the reasons.

    At a terminal it shows the evidence and the open leads that change grade, and asks first.
    """
    settings = open_settings()
    asks = at_terminal() and not (dry_run or yes or json)
    with progress_bars() as progress:
        outcome = promote_challenger(settings, name, progress, dry_run=dry_run or asks)
    if asks and outcome.allowed and not outcome.promoted:
        _say_promotion(name, outcome)
        if not typer.confirm("Make it champion?"):
            say("Nothing was changed.")
            return
        outcome = promote_challenger(settings, name, compare=False)
    emit_json(outcome.to_dict()) if json else _say_promotion(name, outcome)
    if outcome.promoted and not dry_run:
        _rescore(settings, name)
    if not outcome.allowed:
        verb = "may not be" if dry_run else "was not"
        refuse(DataError("LS-GATE-01", found=f"version {outcome.version} of {name} {verb} promoted"))


def _say_promotion(name: str, outcome: Promotion) -> None:
    after = f", after {outcome.previous}." if outcome.previous else "."
    if outcome.allowed:
        say(f"{name} version {outcome.version} {'is champion now' if outcome.promoted else 'would be champion'}{after}")
    for reason in outcome.reasons:
        say(f"  - {reason}")
    changes = outcome.grade_changes
    if changes is None:
        return
    counts = ", ".join(f"{count:,} {change}" for change, count in changes.counts.items())
    say(f"{changes.changed:,} of {changes.open_leads:,} open leads change grade{': ' + counts if counts else ''}.")
    if changes.top:
        columns = ("lead_id", "before", "after", "score_before", "score_after")
        show_table(columns, [[lead[column] for column in columns] for lead in changes.top])
        say(f"All of them: {changes.file}")


def rollback(name: NameOption = "leadscore", json: JsonFlag = False) -> None:
    """Make the champion before the present one champion again."""
    settings = open_settings()
    outcome = roll_back(settings, name)
    if json:
        emit_json(outcome.to_dict())
    else:
        say(f"{name} version {outcome.version} is champion again, instead of {outcome.previous}.")
    _rescore(settings, name)


def _rescore(settings: Settings, name: str) -> None:
    """Score every open lead with the new champion, for the page of the hottest leads."""
    if read_manifest(settings.service.models_folder / name / "champion")["kind"] == "events":
        with progress_bars() as progress:
            scores = score_open_leads(settings, name, None, progress)
        note(f"{len(scores):,} open leads scored; `leadscore serve` shows the hottest")
