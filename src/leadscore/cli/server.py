"""The running service: the application behind a socket, and what is logged about it."""

import socket

import uvicorn

from leadscore.app import create_app
from leadscore.cli.connections import patient_protocol
from leadscore.cli.drain import DrainingServer
from leadscore.cli.logs import LOGGING
from leadscore.cli.output import note
from leadscore.config.load import Settings
from leadscore.store.engine import open_store
from leadscore.store.keys import create_key, list_keys
from leadscore.workflows.load_plugins import open_settings


def serve_on(listener: socket.socket, *, new_key: bool, name: str = "leadscore") -> None:
    """Answer on a listening socket until stopped; prints the address, and a key if none exists or one is wanted."""
    answer_on(listener, announce(listener, new_key=new_key), name, alone=True)


def announce(listener: socket.socket, *, new_key: bool) -> Settings:
    """Make the installation ready and print its address, and a key if none exists or one is wanted."""
    settings = open_settings()
    store = open_store(settings.service.store_url)
    key = create_key(store, "admin")[1] if new_key or not list_keys(store) else None
    store.close()
    address, bound = listener.getsockname()[:2]
    note(f"leadscore listens on http://{address}:{bound} (stop with Ctrl-C)")
    if key:
        note(f"A key for the sign-in page and the API, shown only now: {key}")
    return settings


def answer_on(listener: socket.socket, settings: Settings, name: str, *, alone: bool) -> None:
    """Answer until stopped.

    alone   whether no other process answers on the same socket.
    """
    app = create_app(settings, name)
    config = uvicorn.Config(
        app,
        http=patient_protocol(settings.service.request_timeout_seconds, app.state.admission),
        ws="none",
        log_config=LOGGING,
        log_level="warning",
        access_log=False,
        server_header=False,
    )

    def drain() -> None:
        app.state.service.draining = True

    DrainingServer(config, drain, settings.service.drain_seconds, alone=alone).run(sockets=[listener])
