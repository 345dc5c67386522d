"""Verbs around the installation: init, doctor."""

from pathlib import Path
from typing import Annotated

import typer

from leadscore.cli.output import JsonFlag, emit_json, say, show_table
from leadscore.config.service import ServiceConfig
from leadscore.config.write import write_configuration
from leadscore.store.engine import open_store
from leadscore.workflows.check_installation import check_installation
from leadscore.workflows.load_plugins import open_settings


def register(app: typer.Typer, verb: str) -> None:
    """Add one verb of this module to the command line."""
    if verb == "init":
        app.command(verb, no_args_is_help=True)(init)
    else:
        app.command(verb)(doctor)


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make ready; existing files are left as they are.")],
    json: JsonFlag = False,
) -> None:
    """Make a folder ready: configuration files with every default explained, folders, and a store."""
    written = write_configuration(folder / "configs")
    for part in ("data", "models"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    settings = open_settings(folder)
    open_store(settings.service.store_url)
    if json:
        emit_json({"home": str(folder), "written": [str(path) for path in written]})
        return
    say(f"{folder} is ready ({len(written)} configuration files written).")
    say("Next:")
    say(f"  export LEADSCORE_HOME={folder.resolve()}")
    say(
        "  leadscore import leads LEADS.csv; leadscore import events EVENTS.csv; leadscore import outcomes OUTCOMES.csv"
    )
    say("  leadscore train; leadscore promote")


def doctor(json: JsonFlag = False) -> None:
    """Check Python, packages, configuration, store, registry and champion; exit 4 if something does not work."""
    checks = check_installation(ServiceConfig().home)
    if json:
        emit_json({"healthy": all(check.ok for check in checks), "checks": [vars(check) for check in checks]})
    else:
        show_table(["", "check", "found", "fix"], [["ok" if c.ok else "FAIL", c.name, c.found, c.fix] for c in checks])
    if not all(check.ok for check in checks):
        raise typer.Exit(4)
