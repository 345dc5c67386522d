"""Scores follow their facts: leads are scored again soon after an event, and when they have been silent for long."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence

import anyio
import anyio.to_thread
from anyio import CapacityLimiter

from leadscore.api.waiting_leads import WaitingLeads
from leadscore.config.service import ServiceConfig
from leadscore.domain.errors import LeadscoreError
from leadscore.domain.time import HOUR_US, SECOND_US
from leadscore.ingest.envelope import Message
from leadscore.store.engine import Store
from leadscore.store.freshness import behind, count_open, looked_at_before, people_near
from leadscore.store.turns import Turn
from leadscore.workflows.receive_events import Delivery, Receipt
from leadscore.workflows.refresh_scores import Refresh, keep, look_again
from leadscore.workflows.score_lead import ScoringService

MOST_WAITING = 20_000
AT_ONCE = 20
_REST_US = SECOND_US // 4
_PAUSE_SECONDS = 0.1
_PAUSE_AFTER_FAULT_SECONDS = 5.0
_SHARE_FOR_OTHERS = 3
_LONGEST_REST_SECONDS = 0.1
_GONE_THROUGH_AT_ONCE = 200
_WALK_EVERY_US = HOUR_US
_SWEEPING = 7_531_902_469
_LOG = logging.getLogger("leadscore.freshness")


class Freshness:
    """Looks for leads to score again, one small group at a time, while the service does its work.

    What happened to leads is told by `note`. What nobody told, because the service was ended or too much came at once,
    or because it was imported, is found by going through all leads: at the start, after too much, and every hour.

    writer        shared with the other writers of the service.
    config        whether scores are refreshed at all, and after how long a silence.
    clock         gives the present in epoch microseconds.
    """

    def __init__(
        self,
        store: Store,
        scoring: ScoringService,
        writer: CapacityLimiter,
        config: ServiceConfig,
        clock: Callable[[], int],
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._store, self._scoring, self._writer, self._clock = store, scoring, writer, clock
        self._on, self._silent_us = config.refresh_scores, round(config.rescore_silent_hours * HOUR_US)
        self.waiting = WaitingLeads(most_waiting, _REST_US)
        self._turn = Turn(store, _SWEEPING)
        self._taken: list[str] = []
        self._place: str | None = ""
        self._lost = False
        self._walk_at = self._age_at = self._sweep_at = 0

    def note(self, deliveries: Sequence[Delivery], receipts: Sequence[Receipt]) -> None:
        """Let those wait of whom something new was stored."""
        told = zip(deliveries, receipts, strict=True)
        new = [delivery for delivery, receipt in told if receipt.accepted]
        self.note_leads(each.lead_id for delivery in new for each in delivery.parsed if isinstance(each, Message))

    def note_leads(self, lead_ids: Iterable[str]) -> None:
        """Let leads wait; without a champion there is nothing to wait for, and they are found once there is one."""
        if self._on and self._scoring.artifact is not None:
            self.waiting.add(lead_ids, self._clock())

    async def run(self) -> None:
        """Look again and again, until it is cancelled."""
        own_thread = CapacityLimiter(1)
        while True:
            pause = _PAUSE_SECONDS
            if self._has_work():
                try:
                    found = await anyio.to_thread.run_sync(self.look, limiter=own_thread)
                    if found is not None:
                        await anyio.to_thread.run_sync(self.keep, found, limiter=self._writer)
                except LeadscoreError as error:
                    pause = _PAUSE_AFTER_FAULT_SECONDS
                    _LOG.warning("scores are not refreshed at the moment: %s", error)
                except Exception:
                    # Events must be taken in and asked scores given even if this fails.
                    pause = _PAUSE_AFTER_FAULT_SECONDS
                    _LOG.exception("scores are not refreshed at the moment")
            await anyio.sleep(pause)

    def close(self) -> None:
        """Let another process find what nobody told."""
        self._turn.give_back()

    def look(self) -> Refresh | None:
        """Score one group of leads again; None if there is none now.

        Raises   OutsideError [LS-STORE-01]; DataError [LS-MODEL-01] if the champion went away just now.
        """
        now = self._clock()
        # What could not be kept the last time is tried again.
        self._taken += self.waiting.take(AT_ONCE - len(self._taken), now)
        if self._taken:
            people = people_near(self._store, self._taken)
            return look_again(self._scoring, self._store, people, now, "event", _Pace())
        if self._lost or self.waiting.overflowed:
            self._walk(now)
            return None
        if now >= self._sweep_at and not self._turn.mine():
            self._sweep_at = now + 60 * SECOND_US
        if now < self._sweep_at:
            return None
        if self._walks(now):
            self._walk(now)
            return None
        return self._age(now)

    def keep(self, found: Refresh) -> None:
        """Store what `look` gave.

        Raises   OutsideError [LS-STORE-01]; `look` gives it again then.
        """
        keep(self._store, found)
        self._taken = []

    def _has_work(self) -> bool:
        if self._scoring.artifact is None:
            return False
        now = self._clock()
        due = self._walks(now) or (self._silent_us and now >= self._age_at)
        lost = self._lost or self.waiting.overflowed
        return bool(self._taken or self.waiting or lost or (due and now >= self._sweep_at))

    def _walks(self, now: int) -> bool:
        return self._place is not None or now >= self._walk_at

    def _walk(self, now: int) -> None:
        """Go through some leads, and let those wait that are behind."""
        if self.waiting.overflowed:
            self._place, self._lost, self.waiting.overflowed = "", True, False
        if self._place is None:
            self._place = ""
        people, self._place = behind(self._store, self._place, _GONE_THROUGH_AT_ONCE, now)
        self.waiting.add(people, now)
        if self._place is None:
            self._lost, self._walk_at = False, now + _WALK_EVERY_US

    def _age(self, now: int) -> Refresh | None:
        """Score the leads again that nobody looked at for longest; all of them take half of the time they may wait."""
        if not self._silent_us or now < self._age_at:
            return None
        silent = looked_at_before(self._store, now - self._silent_us, AT_ONCE)
        groups = max(1, count_open(self._store) // AT_ONCE)
        self._age_at = now + min(self._silent_us // 2 // groups, 60 * SECOND_US)
        return look_again(self._scoring, self._store, silent, now, "ageing", _Pace()) if silent else None


class _Pace:
    """Leaves the processor to others after each lead, some times as long as the lead took of it."""

    def __init__(self) -> None:
        self._since = time.thread_time()

    def __call__(self) -> None:
        spent = time.thread_time() - self._since
        time.sleep(min(spent * _SHARE_FOR_OTHERS, _LONGEST_REST_SECONDS))
        self._since = time.thread_time()
