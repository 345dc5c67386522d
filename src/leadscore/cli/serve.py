"""The verb `serve`: listens before it loads what answers, so that a restart refuses nobody."""

import importlib
import socket
from contextlib import closing
from typing import Annotated

import typer

from leadscore.cli.output import NameOption
from leadscore.cli.workers import refuse_workers, serve_with_workers
from leadscore.config.load import load_settings
from leadscore.config.service import ServiceConfig
from leadscore.domain.errors import UsageError

_BACKLOG = 2_048


def register(app: typer.Typer, verb: str) -> None:
    """Add the verb to the command line."""
    app.command(verb)(serve)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; configs/service.yaml by default.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0 picks a free one.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes that answer; more than one need PostgreSQL.")
    ] = None,
    new_key: Annotated[bool, typer.Option("--new-key", help="Create a key of scope admin and print it.")] = False,
    name: NameOption = "leadscore",
) -> None:
    """Start the API on the exported champion; it needs no MLflow and can start before the first training.

    A champion that is exported later comes into use by itself (`model_poll_seconds` in configs/service.yaml), at once
    by the signal SIGHUP or `POST /v1/models/reload`; if it is damaged, the present one stays and /readyz tells why.
    """
    service = load_settings().service
    count = workers or service.workers
    refuse_workers(service, count)
    with closing(listen(service, host, port)) as listener:
        # What answers takes a second to import; until then those who connect wait in line.
        if count > 1:
            serve_with_workers(listener, count, new_key=new_key, name=name)
        else:
            importlib.import_module("leadscore.cli.server").serve_on(listener, new_key=new_key, name=name)


def listen(service: ServiceConfig, host: str | None = None, port: int | None = None) -> socket.socket:
    """A socket that clients can connect to from now on.

    host, port   win over those of the configuration; port 0 picks a free one.
    Raises       UsageError [LS-USAGE-01] if the address cannot be listened on.
    """
    address = (host or service.host, service.port if port is None else port)
    listener = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        found, fix = f"cannot be listened on: {error}", "stop what listens there, or choose another --port"
        raise UsageError("LS-USAGE-01", where=f"{address[0]}:{address[1]}", found=found, fix=fix) from error
    return listener
