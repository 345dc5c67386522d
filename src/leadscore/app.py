"""The service: store, champion, API and dashboard put together."""

import gc
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path

import anyio.to_thread
from fastapi import FastAPI

from leadscore.api import (
    browser_routes,
    cloud_event_routes,
    lead_routes,
    metric_routes,
    model_routes,
    model_tasks,
    outcome_routes,
    score_routes,
    tracking_routes,
)
from leadscore.api.admission import Admission, Gate
from leadscore.api.contract import install_openapi
from leadscore.api.hot_door import HotDoor
from leadscore.api.metrics import Metrics
from leadscore.api.problems import install_problems
from leadscore.api.service import Service, now_micros
from leadscore.api.watch import Watch
from leadscore.config.load import Settings, load_settings
from leadscore.dashboard import pages
from leadscore.dashboard.pages import Dashboard
from leadscore.domain.errors import LeadscoreError
from leadscore.modeling.artifact import ModelArtifact
from leadscore.store.engine import open_store
from leadscore.workflows.authorize import KeyRing
from leadscore.workflows.expire_facts import expire
from leadscore.workflows.follow_export import ExportedModel
from leadscore.workflows.reload_champion import champion_folder
from leadscore.workflows.score_in_shadow import ShadowScoring
from leadscore.workflows.score_lead import ScoringService

_ROUTES = (
    score_routes,
    tracking_routes,
    browser_routes,
    cloud_event_routes,
    lead_routes,
    outcome_routes,
    model_routes,
    metric_routes,
    pages,
)
_DAY_SECONDS = 86_400
_LOG = logging.getLogger("leadscore.app")
_STORE_PATIENCE_SECONDS = 0.8
"""Senders are told within a second to come again: some of them give up soon after."""


def create_app(settings: Settings, name: str = "leadscore") -> FastAPI:
    """The web application of an installation; store and champion are opened when it starts.

    settings  configuration of the installation.
    name      the model that serves.
    """
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service = await anyio.to_thread.run_sync(_start, settings, name, metrics)
        app.state.service = service
        # What was loaded stays; looking through it for cycles again and again costs messages a twentieth of their time.
        gc.freeze()
        app.state.dashboard = Dashboard(service.store, service.keys, service.scoring, service.champion_settled)
        # Events are taken in while the champion is still being read, which takes seconds.
        async with anyio.create_task_group() as tasks:
            for task in (model_tasks.use_models, model_tasks.reload_on_signal, model_tasks.score_in_shadow):
                tasks.start_soon(task, service)
            tasks.start_soon(_expire_daily, service)
            if settings.service.refresh_scores:
                tasks.start_soon(service.freshness.run)
            yield
            await service.intake.finish()
            tasks.cancel_scope.cancel()
        service.close()
        gc.unfreeze()

    app = FastAPI(
        title="leadscore",
        version=version("leadscore"),
        description="How likely each lead is to become a customer, when, and what to do now.",
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    for module in _ROUTES:
        app.include_router(module.router)
    install_problems(app)
    install_openapi(app)
    app.add_middleware(HotDoor, hot={**tracking_routes.HOT, **score_routes.HOT})
    # Who reads requests from sockets counts them too.
    app.state.admission = Admission(settings.service.max_scores_in_progress, metrics)
    app.add_middleware(Gate, admission=app.state.admission)
    app.add_middleware(Watch, metrics=metrics, access_log=settings.service.access_log)
    return app


def _start(settings: Settings, name: str, metrics: Metrics) -> Service:
    store = open_store(settings.service.store_url, _STORE_PATIENCE_SECONDS)
    scoring = ScoringService(None, settings.routing, store)
    folder = champion_folder(settings.service.models_folder, name)
    shadow = ShadowScoring(store)

    def use(artifact: ModelArtifact | None) -> None:
        scoring.use(artifact)
        if artifact is None:
            metrics.use_no_model()
        else:
            metrics.use_model(artifact.name, artifact.version)

    champion = ExportedModel(folder, settings.service.home, use)
    challenger = ExportedModel(folder.with_name("challenger"), settings.service.home, shadow.use, goes_on=False)
    keys = KeyRing(store, wrong_per_minute=settings.service.max_wrong_keys_per_minute)
    return Service(settings, store, keys, scoring, champion, challenger, shadow, metrics)


async def _expire_daily(service: Service) -> None:
    """Delete what is older than it may be kept, when the service starts and every day after."""
    while True:
        try:
            run = partial(expire, service.settings, service.store, now_micros())
            await anyio.to_thread.run_sync(run, limiter=service.writer)
        except LeadscoreError:
            # Events must be taken in even if nothing can be deleted at the moment.
            _LOG.exception("what is too old could not be deleted; it is tried again tomorrow")
        await anyio.sleep(_DAY_SECONDS)


def openapi_text() -> str:
    """The OpenAPI document of the service as it is kept in docs/openapi.json."""
    document = create_app(load_settings(Path("no-such-folder"))).openapi()
    return json.dumps(document, indent=1, sort_keys=True) + "\n"
