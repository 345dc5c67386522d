"""Verbs of the running service: serve, keys."""

from enum import StrEnum
from typing import Annotated

import typer
import uvicorn

from leadscore.app import create_app
from leadscore.cli.output import JsonFlag, NameOption, emit_json, note, say, show_table
from leadscore.config.load import Settings
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
    """Add one verb of this module to the command line."""
    if verb == "serve":
        app.command(verb)(serve)
        return
    keys = typer.Typer(help="Create, list and revoke API keys.", no_args_is_help=True)
    keys.command("create")(create)
    keys.command("list")(list_)
    keys.command("revoke")(revoke)
    app.add_typer(keys, name=verb)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; configs/service.yaml by default.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0 picks a free one.")] = None,
    new_key: Annotated[bool, typer.Option("--new-key", help="Create a key of scope admin and print it.")] = False,
    name: NameOption = "leadscore",
) -> None:
    """Start the API on the exported champion; it needs no MLflow and can start before the first training."""
    run_server(open_settings(), host=host, port=port, new_key=new_key, name=name)


def run_server(
    settings: Settings, *, host: str | None, port: int | None, new_key: bool, name: str = "leadscore"
) -> None:
    """Listen until stopped; prints the address, and a key if none exists yet or a new one is wanted."""
    store = open_store(settings.service.store_url)
    key = create_key(store, "admin")[1] if new_key or not list_keys(store) else None
    app = create_app(settings, name)
    config = uvicorn.Config(
        app,
        host=host or settings.service.host,
        port=settings.service.port if port is None else port,
        log_level="warning",
        access_log=False,
    )
    listener = config.bind_socket()
    address, bound = listener.getsockname()[:2]
    note(f"leadscore listens on http://{address}:{bound} (stop with Ctrl-C)")
    if key:
        note(f"A key for the sign-in page and the API, shown only now: {key}")
    uvicorn.Server(config).run(sockets=[listener])


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
