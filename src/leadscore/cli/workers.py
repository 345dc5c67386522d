"""Several processes that answer on one socket: started, replaced when they die, and stopped together."""

import gc
import importlib
import logging.config
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from leadscore.config.service import ServiceConfig
from leadscore.domain.errors import UsageError

FIGURES_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""What `prometheus_client` calls the folder in which processes share figures; it must be set before its import."""

_LOG = logging.getLogger("leadscore.serve")
_AWAITED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
_PAUSE_SECONDS = 1.0


def refuse_workers(service: ServiceConfig, workers: int) -> None:
    """See that several processes can work on the store.

    Raises   UsageError [LS-USAGE-01] if there is one writer at a time, or no way to share a socket.
    """
    if workers == 1:
        return
    if service.store_url.startswith("sqlite"):
        found = f"{workers} workers on SQLite, which is written by one process at a time"
        fix = "name a PostgreSQL store (LEADSCORE_DATABASE_URL), or serve with one worker"
        raise UsageError("LS-USAGE-01", where="--workers", found=found, allowed="1", fix=fix)
    if "fork" not in multiprocessing.get_all_start_methods():
        raise UsageError("LS-USAGE-01", where="--workers", found="this system cannot share a socket", allowed="1")


def serve_with_workers(listener: socket.socket, workers: int, *, new_key: bool, name: str) -> None:
    """Answer by several processes until stopped; prints the address, and a key if none exists or one is wanted."""
    with tempfile.TemporaryDirectory(prefix="leadscore-figures-") as folder:
        os.environ[FIGURES_FOLDER] = folder
        # Imported once, its memory is shared by all that are forked later.
        parts = importlib.import_module("leadscore.cli.worker_parts")
        settings = parts.announce(listener, new_key=new_key)
        logging.config.dictConfig(parts.LOGGING)
        gc.freeze()

        def let_nobody_in() -> None:
            time.sleep(settings.service.drain_seconds)
            parts.deafen(listener)
            listener.close()

        crew = Crew(lambda: parts.answer_on(listener, settings, name, alone=False), parts.forget_process)
        stopped_by = crew.work(workers, let_nobody_in)
    if stopped_by == signal.SIGINT:
        raise KeyboardInterrupt


class Crew:
    """Processes that do the same.

    work     what each of them does until it gets SIGTERM.
    forget   is told the id of each that has ended.
    """

    def __init__(self, work: Callable[[], None], forget: Callable[[int], None]) -> None:
        self._work, self._forget = work, forget
        self._workers: list[BaseProcess] = []
        self._alive = os.pipe()

    def work(self, count: int, on_stop: Callable[[], None]) -> int:
        """Keep that many at work until SIGTERM or SIGINT, which is returned once all have ended.

        on_stop   called after they were told to stop.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
        self._workers = [self._start() for _ in range(count)]
        stopped_by = 0
        while self._workers:
            got = signal.sigwait(_AWAITED)
            if got == signal.SIGCHLD:
                self._replace(wanted=not stopped_by)
            else:
                self._tell(signal.SIGHUP if got == signal.SIGHUP else signal.SIGTERM)
                if got != signal.SIGHUP and not stopped_by:
                    stopped_by = got
                    on_stop()
        return stopped_by

    def _start(self) -> BaseProcess:
        # Without its threads nothing of this process is lost by forking, and memory is shared.
        process = multiprocessing.get_context("fork").Process(target=self._in_worker)
        process.start()
        return process

    def _in_worker(self) -> None:
        read, write = self._alive
        os.close(write)
        threading.Thread(target=_end_with, args=(read,), daemon=True).start()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _AWAITED)
        try:
            self._work()
        except KeyboardInterrupt:
            sys.exit(0)

    def _replace(self, *, wanted: bool) -> None:
        ended = [each for each in self._workers if each.exitcode is not None]
        self._workers = [each for each in self._workers if each not in ended]
        for process in ended:
            self._forget(process.pid or 0)
            if wanted:
                _LOG.error("worker %s ended with %s; another one takes its place", process.pid, process.exitcode)
                # One that cannot start must not be started a thousand times a second.
                time.sleep(_PAUSE_SECONDS)
                self._workers.append(self._start())

    def _tell(self, number: int) -> None:
        for process in self._workers:
            if process.pid is not None and process.exitcode is None:
                os.kill(process.pid, number)


def _end_with(alive: int) -> None:
    """Stop this process when the one that started it is gone: the other end of a pipe closes then."""
    os.read(alive, 1)
    os.kill(os.getpid(), signal.SIGTERM)
