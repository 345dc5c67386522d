"""The model in use, its exchange, and whether the service is alive and ready."""

from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from leadscore.api.answers import ModelsAnswer, ReadyAnswer, ReloadAnswer
from leadscore.api.contract import KEY
from leadscore.api.problems import KEYED, responses
from leadscore.api.service import Service, authorized, json_answer, service_of
from leadscore.domain.errors import DataError
from leadscore.modeling.artifact import MANIFEST, read_manifest
from leadscore.store.info import SIMULATED, get_info
from leadscore.workflows.follow_export import ExportedModel

router = APIRouter(tags=["models"])

_SHOWN = ("name", "version", "kind", "as_of", "horizons_days", "feature_fingerprint", "low_confidence", "metrics")


@router.get(
    "/v1/models",
    operation_id="models",
    response_model=None,
    responses={200: {"model": ModelsAnswer}, **responses(*KEYED, "LS-STORE-01", "LS-MODEL-01")},
    openapi_extra=KEY,
)
async def models(request: Request) -> Response:
    """The exported model versions, and which one is in use."""
    service = await authorized(request, "read")
    return json_answer({"models": await anyio.to_thread.run_sync(_models, service)})


@router.post(
    "/v1/models/reload",
    operation_id="reloadModel",
    response_model=None,
    responses={200: {"model": ReloadAnswer}, **responses(*KEYED, "LS-STORE-01", "LS-MODEL-02")},
    openapi_extra=KEY,
)
async def reload(request: Request) -> Response:
    """Put the exported champion to use; if it is damaged or absent, that is refused and the present one stays."""
    service = await authorized(request, "admin")
    answer = await anyio.to_thread.run_sync(_reload, service)
    await anyio.to_thread.run_sync(service.reload_challenger)
    return json_answer(answer)


@router.get("/livez", operation_id="alive", response_model=None, tags=["health"])
async def alive() -> Response:
    """The process answers."""
    return json_answer({"status": "alive"})


@router.get(
    "/readyz",
    operation_id="ready",
    response_model=None,
    responses={200: {"model": ReadyAnswer}, **responses("LS-STORE-01", "LS-MODEL-01", "LS-STOP-01")},
    tags=["health"],
)
async def ready(request: Request) -> Response:
    """The store answers and the champion has been read; the model in use, or null if none has been promoted."""
    service = service_of(request)
    if service.draining:
        raise DataError("LS-STOP-01", found="the service has been told to stop", fix="send requests to another one")
    await service.wait_for_champion()
    await anyio.to_thread.run_sync(get_info, service.store, SIMULATED)
    artifact = service.scoring.artifact
    model = None if artifact is None else {"name": artifact.name, "version": artifact.version}
    return json_answer({"status": "ready", "model": model, "problem": service.champion.problem})


def _models(service: Service) -> list[dict[str, Any]]:
    found = []
    for alias, exported in (("champion", service.champion), ("challenger", service.challenger)):
        manifest = _manifest(exported)
        if manifest is not None:
            at_work = exported.in_use is not None and exported.in_use.version == manifest["version"]
            shown = {name: manifest.get(name) for name in _SHOWN} | {
                "low_confidence": bool(manifest.get("low_confidence"))
            }
            works = {"in_use": at_work and alias == "champion", "shadow": at_work and alias == "challenger"}
            found.append({"alias": alias, **shown, **works})
    return found


def _manifest(exported: ExportedModel) -> dict[str, Any] | None:
    """Of what is exported, or of the model in use where that is damaged."""
    if not (exported.folder / MANIFEST).exists():
        return None
    try:
        return read_manifest(exported.folder)
    except DataError:
        return None if exported.in_use is None else exported.in_use.manifest


def _reload(service: Service) -> dict[str, str | None]:
    previous = service.champion.in_use
    fresh = service.champion.reload()
    return {
        "version": None if fresh is None else fresh.version,
        "previous": None if previous is None else previous.version,
    }
