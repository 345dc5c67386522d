"""The verb that copies the store: backup."""

from pathlib import Path
from typing import Annotated

import typer

from leadscore.cli.output import JsonFlag, emit_json, say
from leadscore.store.backup import back_up
from leadscore.workflows.load_plugins import open_settings


def register(app: typer.Typer, verb: str) -> None:
    """Add the verb of this module to the command line."""
    app.command(verb, no_args_is_help=True)(backup)


def backup(
    file: Annotated[Path, typer.Argument(help="The copy; a file of that name is replaced once the copy is whole.")],
    json: JsonFlag = False,
) -> None:
    """Copy the store into one file while the service writes: every message acknowledged before is in it.

    It holds personal data, and only its owner may read it. Copy configs/ and models/ along with it. To bring it back:
    stop the service, remove data/leadscore.db-wal and data/leadscore.db-shm, put the file in the place of
    data/leadscore.db, start the service; a later leadscore brings its schema up to date. PostgreSQL has pg_dump and
    pg_restore for this: the command is told.
    """
    size = back_up(open_settings().service.store_url, file)
    if json:
        emit_json({"file": str(file), "bytes": size})
    else:
        say(f"The store is in {file} ({size:,} bytes). Copy configs/ and models/ along with it.")
