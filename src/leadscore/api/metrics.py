"""What the service counts and measures, for Prometheus; no label tells of a lead, a key or an address."""

import os
from collections import Counter as Tally
from collections.abc import Sequence
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from leadscore.api.process_figures import ProcessFigures
from leadscore.workflows.receive_events import Receipt

WORKERS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable with the folder in which workers of one service share figures; read when this is imported."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_COMMIT_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
_SCORE_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5)
_NO_MODEL = ("none", "none")

disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """The figures of a process; safe to share between threads."""

    def __init__(self) -> None:
        own = self._registry = CollectorRegistry()
        counter, gauge = partial(Counter, registry=own), partial(Gauge, registry=own)
        self._requests = counter("leadscore_requests", "Requests answered.", ("method", "route", "status"))
        # Counting costs half as much as looking up labels.
        self._answered: dict[tuple[str, str, int], Counter] = {}
        self._received = counter("leadscore_messages_received", "Tracking messages taken in.")
        self._accepted = counter("leadscore_messages_accepted", "Tracking messages stored.")
        self._duplicate = counter("leadscore_messages_duplicate", "Tracking messages known already.")
        self._dead = counter("leadscore_messages_dead_lettered", "Tracking messages set aside.", ("reason",))
        self._again = counter("leadscore_messages_turned_away", "Tracking messages to be sent again.")
        meaning = "Tracking messages not yet stored."
        self._waiting = gauge("leadscore_intake_waiting_messages", meaning, multiprocess_mode="livesum")
        meaning = "Storing a group of messages."
        self._commit = Histogram("leadscore_commit_seconds", meaning, registry=own, buckets=_COMMIT_SECONDS)
        self._score = Histogram("leadscore_score_seconds", "Computing a score.", registry=own, buckets=_SCORE_SECONDS)
        meaning, labels = "Processes that score with a version.", ("name", "version")
        self._models = gauge("leadscore_model_in_use", meaning, labels, multiprocess_mode="livesum")
        meaning = "1 while what is exported is not used."
        self._refused = gauge("leadscore_model_refused", meaning, multiprocess_mode="livemostrecent")
        self._model = _NO_MODEL
        self.use_model(*_NO_MODEL)
        ProcessFigures(own, _workers_folder())

    def answered(self, method: str, route: str, status: int) -> None:
        """Count a request; `route` is a template, never an address."""
        key = method, route, status
        counter = self._answered.get(key)
        if counter is None:
            counter = self._answered[key] = self._requests.labels(method, route, str(status))
        counter.inc()

    def received(self, messages: int, waiting: int) -> None:
        """Count messages that are taken in; `waiting` of all are not stored yet."""
        self._received.inc(messages)
        self._waiting.set(waiting)

    def stored(self, receipts: Sequence[Receipt], seconds: float) -> None:
        """Count what became of messages that were stored in one transaction."""
        self._commit.observe(seconds)
        self._accepted.inc(sum(receipt.accepted for receipt in receipts))
        self._duplicate.inc(sum(receipt.duplicates for receipt in receipts))
        for reason, count in Tally(reason for receipt in receipts for reason in receipt.reasons).items():
            self._dead.labels(reason).inc(count)

    def turned_away(self, messages: int) -> None:
        """Count messages that could not be stored, which their senders were told."""
        self._again.inc(messages)

    def waiting(self, messages: int) -> None:
        """Tell how many messages are not stored yet."""
        self._waiting.set(messages)

    def scored(self, seconds: float) -> None:
        """Count a score."""
        self._score.observe(seconds)

    def use_model(self, name: str, version: str) -> None:
        """Tell which model version is in use."""
        self._models.labels(*self._model).set(0)
        self._model = name, version
        self._models.labels(name, version).set(1)

    def use_no_model(self) -> None:
        """Tell that no model is in use."""
        self.use_model(*_NO_MODEL)

    def text(self, *, model_refused: bool) -> bytes:
        """All figures in the text format of Prometheus; those of all workers of the service.

        model_refused   whether what is exported is not in use.
        """
        self._refused.set(model_refused)
        folder = _workers_folder()
        if folder is None:
            return generate_latest(self._registry)
        everywhere = CollectorRegistry()
        MultiProcessCollector(everywhere, folder)  # type: ignore[no-untyped-call]
        ProcessFigures(everywhere, folder)
        return generate_latest(everywhere)


def forget_process(pid: int) -> None:
    """Leave a worker that has ended out of what is told of the present; what it counted stays counted."""
    mark_process_dead(pid, _workers_folder())  # type: ignore[no-untyped-call]


def _workers_folder() -> str | None:
    return os.environ.get(WORKERS_FOLDER)
