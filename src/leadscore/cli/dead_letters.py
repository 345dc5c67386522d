"""Verbs about refused tracking messages: dead-letters list, replay."""

import time
from pathlib import Path
from typing import Annotated

import typer

from leadscore.cli.output import JsonFlag, emit_json, progress_bars, say, show_table
from leadscore.domain.errors import UsageError
from leadscore.domain.time import SECOND_US, format_instant
from leadscore.ingest.clean import read_json
from leadscore.store.dead_letters import DeadLetter, list_dead_letters
from leadscore.store.engine import Store, open_store
from leadscore.workflows.load_plugins import open_settings
from leadscore.workflows.replay_dead_letters import replay_letters, write_letters

_SHOWN_ID, _SHOWN_BODY, _TO_SECONDS = 12, 100, 19


def register(app: typer.Typer, verb: str) -> None:
    """Add the verbs of this module to the command line."""
    letters = typer.Typer(no_args_is_help=True, help="Tracking messages that were refused: see why, mend, send again.")
    letters.command("list")(list_)
    letters.command("replay")(replay)
    app.add_typer(letters, name=verb)


def list_(
    code: Annotated[str | None, typer.Option(help="Only those with this error code, e.g. LS-EVENT-03.")] = None,
    limit: Annotated[int, typer.Option(help="Show at most so many of the newest.", min=1)] = 50,
    out: Annotated[Path | None, typer.Option(help="Write them all as JSON lines, to be repaired and replayed.")] = None,
    json: JsonFlag = False,
) -> None:
    """Show refused messages with their reasons, the newest first."""
    store = open_store(open_settings().service.store_url)
    if out is not None:
        _write(store, out, code, json)
        return
    letters = list_dead_letters(store, limit, code)
    if json:
        rows = [
            {"id": each.id, "received_at": format_instant(each.received_at), "code": each.code, "reason": each.reason}
            for each in letters
        ]
        bodies = [read_json(each.body) for each in letters]
        emit_json([{**row, "message": body} for row, body in zip(rows, bodies, strict=True)])
    elif letters:
        show_table(
            ["id", "received", "code", "reason", "message"],
            [_row(each) for each in letters],
        )
    else:
        say("No message was refused.")


def _write(store: Store, out: Path, code: str | None, json: bool) -> None:
    try:
        count = write_letters(store, out, code)
    except OSError as error:
        raise UsageError("LS-USAGE-01", where=str(out), found=f"cannot be written: {error}") from error
    if json:
        emit_json({"rows": count, "file": str(out)})
    else:
        say(f"{count} refused messages written to {out}; repair `message`, then:")
        say(f"  leadscore dead-letters replay --file {out}")


def _row(letter: DeadLetter) -> list[str]:
    at = format_instant(letter.received_at)[:_TO_SECONDS]
    return [letter.id[:_SHOWN_ID], at, letter.code, letter.reason, letter.body[:_SHOWN_BODY]]


def replay(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids, or how they begin; none with --all or --file.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Replay all, e.g. after raising a limit.")] = False,
    file: Annotated[Path | None, typer.Option(help="A repaired file of `dead-letters list --out`.")] = None,
    json: JsonFlag = False,
) -> None:
    """Send refused messages through the door again; those accepted or known already leave the list."""
    if sum((bool(ids), every, file is not None)) != 1:
        raise UsageError("LS-USAGE-01", found="it is not said which", allowed="ids, or --all, or --file FILE")
    settings = open_settings()
    store = open_store(settings.service.store_url)
    now, limit = int(time.time() * SECOND_US), settings.service.max_event_bytes
    with progress_bars() as progress:
        found = replay_letters(store, file or ids or None, now, limit, progress)
    if json:
        emit_json({name: getattr(found, name) for name in ("replayed", "accepted", "duplicates", "refused")})
    else:
        say(
            f"{found.replayed} replayed: {found.accepted} accepted, {found.duplicates} known already, "
            f"{found.refused} refused again"
        )
