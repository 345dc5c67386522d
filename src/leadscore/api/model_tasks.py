"""What goes on beside the answers for the models' sake: they are read, followed, reloaded by signal, and shadowed."""

import signal
import threading
from contextlib import suppress

import anyio
import anyio.to_thread
from anyio import CapacityLimiter

from leadscore.api.service import Service
from leadscore.domain.errors import LeadscoreError

_SHADOW_PAUSE_SECONDS = 1.0
_BETWEEN_SHADOWS_SECONDS = 0.1


async def use_models(service: Service) -> None:
    """Read champion and challenger, then look for others again and again."""
    # Events must be taken in even while a model is broken, so this is no reason to end.
    with suppress(LeadscoreError):
        await anyio.to_thread.run_sync(service.champion.reload, abandon_on_cancel=True)
    service.champion_read.set()
    await anyio.to_thread.run_sync(service.reload_challenger, abandon_on_cancel=True)
    pause, own_thread = service.settings.service.model_poll_seconds, CapacityLimiter(1)
    while pause:
        await anyio.sleep(pause)
        await anyio.to_thread.run_sync(service.follow_models, abandon_on_cancel=True, limiter=own_thread)


async def reload_on_signal(service: Service) -> None:
    """Do what `POST /v1/models/reload` does at each SIGHUP, where there are such signals."""
    if not hasattr(signal, "SIGHUP") or threading.current_thread() is not threading.main_thread():
        return
    with anyio.open_signal_receiver(signal.SIGHUP) as signals:
        async for _ in signals:
            with suppress(LeadscoreError):
                await anyio.to_thread.run_sync(service.champion.reload, abandon_on_cancel=True)
            await anyio.to_thread.run_sync(service.reload_challenger, abandon_on_cancel=True)


async def score_in_shadow(service: Service) -> None:
    """Let the challenger answer what was answered, a little at a time, so that answers hardly wait for it."""
    own_thread = CapacityLimiter(1)
    while service.settings.service.score_in_shadow:
        more = await anyio.to_thread.run_sync(service.shadow.work, abandon_on_cancel=True, limiter=own_thread)
        await anyio.sleep(_BETWEEN_SHADOWS_SECONDS if more else _SHADOW_PAUSE_SECONDS)
