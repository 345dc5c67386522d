"""The verb that forgets: erase."""

import time
from collections.abc import Mapping
from typing import Annotated

import typer

from leadscore.cli.output import JsonFlag, at_terminal, emit_json, progress_bars, say
from leadscore.domain.errors import UsageError
from leadscore.domain.time import SECOND_US
from leadscore.store.engine import open_store
from leadscore.workflows.erase_lead import Erasure, allow_again, erase_leads
from leadscore.workflows.expire_facts import expire
from leadscore.workflows.load_plugins import open_settings


def register(app: typer.Typer, verb: str) -> None:
    """Add the verb of this module to the command line."""
    app.command(verb, no_args_is_help=True)(erase)


def erase(
    leads: Annotated[list[str] | None, typer.Argument(help="Any id of each person.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="At a terminal: do not ask before anything is erased.")] = False,
    again: Annotated[
        bool, typer.Option("--allow-again", help="Erase nothing; let these erased ids or addresses be stored again.")
    ] = False,
    expired: Annotated[
        bool, typer.Option("--expired", help="Delete what is older than retention_days in configs/service.yaml.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Erase people with all their ids: facts, messages, scores, dead letters, exports; nothing of them comes back.

    What was written before erasing cannot be restored. Backups, and files outside the home, are yours to clean.
    """
    if bool(leads) == expired:
        raise UsageError("LS-USAGE-01", found="it is not said whom", allowed="one id or several, or --expired")
    settings = open_settings()
    store = open_store(settings.service.store_url)
    now = int(time.time() * SECOND_US)
    if expired or not leads:
        gone = expire(settings, store, now)
        emit_json(gone.to_dict()) if json else say(f"Too old: {_in_words(gone.rows)}, {gone.files} files; deleted.")
        return
    if again:
        count = allow_again(store, leads)
        emit_json({"allowed_again": count}) if json else say(f"{count} of them may be stored again.")
        return
    whom = leads[0] if len(leads) == 1 else f"{len(leads)} people"
    if at_terminal() and not (yes or json) and not typer.confirm(f"Erase {whom}, with all ids, for good?"):
        say("Nothing was changed.")
        return
    with progress_bars() as progress:
        erased = erase_leads(settings, store, leads, now, progress)
    emit_json(erased.to_dict()) if json else _say_erased(erased)


def _in_words(rows: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {table.replace('_', ' ')}" for table, count in sorted(rows.items())) or "no rows"


def _say_erased(erased: Erasure) -> None:
    if not erased.to_dict()["erased"]:
        say("Nothing was left: erased before.")
        return
    rows = _in_words(erased.rows)
    say(f"Erased under {erased.ids} ids: {rows}; {erased.file_rows:,} rows in {erased.files} files.")
    if erased.shared_addresses:
        say(f"{erased.shared_addresses} of the e-mail addresses belong to other leads too and stay theirs.")
