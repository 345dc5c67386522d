"""The running service: the application behind a socket, and what is logged about it."""

import socket

import uvicorn

from leadscore.app import create_app
from leadscore.cli.connections import patient_protocol
from leadscore.cli.logs import LOGGING
from leadscore.cli.output import note
from leadscore.store.engine import open_store
from leadscore.store.keys import create_key, list_keys
from leadscore.workflows.load_plugins import open_settings


def serve_on(listener: socket.socket, *, new_key: bool, name: str = "leadscore") -> None:
    """Answer on a listening socket until stopped; prints the address, and a key if none exists or one is wanted."""
    settings = open_settings()
    store = open_store(settings.service.store_url)
    key = create_key(store, "admin")[1] if new_key or not list_keys(store) else None
    store.close()
    config = uvicorn.Config(
        create_app(settings, name),
        http=patient_protocol(settings.service.request_timeout_seconds),
        ws="none",
        log_config=LOGGING,
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    address, bound = listener.getsockname()[:2]
    note(f"leadscore listens on http://{address}:{bound} (stop with Ctrl-C)")
    if key:
        note(f"A key for the sign-in page and the API, shown only now: {key}")
    uvicorn.Server(config).run(sockets=[listener])
