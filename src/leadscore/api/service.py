"""What the routes share: the store, the keys, the model in use; made when the application starts."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.from_thread
from anyio import CapacityLimiter
from fastapi import Request, Response
from pydantic_core import to_json

from leadscore.api.access import authorize
from leadscore.api.freshness import Freshness
from leadscore.api.intake import Intake
from leadscore.api.metrics import Metrics
from leadscore.api.rate import RateLimit
from leadscore.config.load import Settings
from leadscore.domain.errors import DataError, LeadscoreError
from leadscore.store.engine import Store
from leadscore.workflows.authorize import KeyRing
from leadscore.workflows.follow_export import ExportedModel
from leadscore.workflows.receive_events import Delivery, Receipt, receive_all
from leadscore.workflows.score_in_shadow import ShadowScoring
from leadscore.workflows.score_lead import ScoringService

_CHAMPION_PATIENCE_SECONDS = 10


@dataclass
class Service:
    """The parts of a running service.

    champion       the exported champion, and why it is not in use if it is not.
    challenger     the exported challenger, likewise; it scores in shadow.
    metrics        what is counted for Prometheus.
    freshness      scores leads again after events and after silence.
    draining       whether it has been told to stop: it serves, but is not ready for more.
    intake         stores tracking messages.
    rate           how many requests each key may make.
    writer         lets one request write at a time: waiting in line is quicker than waiting for the database's lock.
    eraser         lets one request go through the files of the installation at a time.
    champion_read  set once the champion is in use, absent or refused; it is read while events are taken in already.
    """

    settings: Settings
    store: Store
    keys: KeyRing
    scoring: ScoringService
    champion: ExportedModel
    challenger: ExportedModel
    shadow: ShadowScoring
    metrics: Metrics
    draining: bool = False
    champion_read: anyio.Event = field(default_factory=anyio.Event)
    writer: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))
    eraser: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))
    freshness: Freshness = field(init=False)
    intake: Intake = field(init=False)
    rate: RateLimit = field(init=False)

    def __post_init__(self) -> None:
        self.rate = RateLimit(self.settings.service.max_requests_per_second)
        self.freshness = Freshness(self.store, self.scoring, self.writer, self.settings.service, now_micros)
        self.intake = Intake(self._receive, self.writer, self.metrics)

    @contextmanager
    def turn_to_write(self) -> Iterator[None]:
        """A turn in the line of writers, for work in a thread that writes only now and then."""
        turn = object()
        anyio.from_thread.run(self.writer.acquire_on_behalf_of, turn)
        try:
            yield
        finally:
            anyio.from_thread.run_sync(self.writer.release_on_behalf_of, turn)

    def _receive(self, deliveries: Sequence[Delivery]) -> list[Receipt]:
        receipts = receive_all(self.store, deliveries)
        self.freshness.note(deliveries, receipts)
        return receipts

    def reload_challenger(self) -> None:
        """Put the exported challenger to use in shadow; if that fails, it is logged and the present one stays."""
        if self.settings.service.score_in_shadow:
            with suppress(LeadscoreError):
                self.challenger.reload()

    def follow_models(self) -> None:
        """Put to use what was exported since the last time."""
        self.champion.follow()
        if self.settings.service.score_in_shadow:
            self.challenger.follow()

    def close(self) -> None:
        """End its threads and give its connections back."""
        self.freshness.close()
        self.intake.close()
        self.keys.close()
        self.store.close()

    async def champion_settled(self) -> bool:
        """Wait until it is known which model is in use; False if that takes longer than a caller should wait."""
        with anyio.move_on_after(_CHAMPION_PATIENCE_SECONDS):
            await self.champion_read.wait()
        return self.champion_read.is_set()

    async def wait_for_champion(self) -> None:
        """`champion_settled` or an error.

        Raises   DataError [LS-MODEL-01].
        """
        if not await self.champion_settled():
            found = "the champion is still being read after the start"
            raise DataError("LS-MODEL-01", found=found, fix="ask again in a few seconds; /readyz tells when")


def service_of(request: Request) -> Service:
    """The running service that a request belongs to."""
    service: Service = request.app.state.service
    return service


async def authorized(request: Request, action: str) -> Service:
    """The running service, if the request's key may do what it asks for.

    Raises   DataError [LS-AUTH-01, LS-AUTH-02, LS-RATE-01]; [LS-MODEL-01] as `wait_for_champion` if it is to read.
    """
    service = service_of(request)
    service.rate.admit(await authorize(request, service.keys, action))
    if action == "read" and not service.champion_read.is_set():
        await service.wait_for_champion()
    return service


def json_answer(content: Any, status: int = 200) -> Response:
    """A JSON answer from plain values, without the framework's detour through models."""
    return Response(to_json(content, inf_nan_mode="null"), status, media_type="application/json")


def now_micros() -> int:
    """The present, in epoch microseconds."""
    return time.time_ns() // 1_000
