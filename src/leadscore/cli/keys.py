"""The verb `keys`: create, list and revoke API keys."""

from enum import StrEnum
from typing import Annotated

import typer

from leadscore.cli.output import JsonFlag, emit_json, say, show_table
from leadscore.domain.errors import DataError
from leadscore.domain.time import format_instant
from leadscore.store.engine import open_store
from leadscore.store.keys import create_key, list_keys, revoke_key
from leadscore.workflows.load_plugins import open_settings


class Scope(StrEnum):
    """What an API key may do."""

    WRITE = "write"
    READ = "read"
    CRM = "crm"
    ADMIN = "admin"


def register(app: typer.Typer, verb: str) -> None:
    """Add the verb to the command line."""
    keys = typer.Typer(help="Create, list and revoke API keys.", no_args_is_help=True)
    keys.command("create")(create)
    keys.command("list")(list_)
    keys.command("revoke")(revoke)
    app.add_typer(keys, name=verb)


def create(
    scope: Annotated[Scope, typer.Option(help="write: tracking only; read; crm: read and outcomes; admin: all.")],
    json: JsonFlag = False,
) -> None:
    """Create an API key; it is shown once, only its hash is kept."""
    store = open_store(open_settings().service.store_url)
    number, key = create_key(store, scope.value)
    if json:
        emit_json({"id": number, "key": key})
    else:
        say(f"{key}\n  id {number}, scope {scope.value}; it will not be shown again")


def list_(json: JsonFlag = False) -> None:
    """List keys by id; the keys themselves are not kept."""
    found = list_keys(open_store(open_settings().service.store_url))
    rows = [
        {
            "id": key.id,
            "scope": key.scope,
            "created_at": format_instant(key.created_at),
            "revoked_at": None if key.revoked_at is None else format_instant(key.revoked_at),
        }
        for key in found
    ]
    if json:
        emit_json(rows)
    else:
        show_table(["id", "scope", "created at", "revoked at"], [list(row.values()) for row in rows])


def revoke(key_id: Annotated[str, typer.Argument(help="The id shown by `keys list`.")], json: JsonFlag = False) -> None:
    """Revoke a key; the service refuses it within a second."""
    store = open_store(open_settings().service.store_url)
    if not revoke_key(store, key_id):
        known = ", ".join(str(key.id) for key in list_keys(store)) or "none"
        raise DataError("LS-AUTH-01", found=f"there is no key {key_id}", allowed=known)
    emit_json({"id": key_id, "revoked": True}) if json else say(f"key {key_id} is revoked")
