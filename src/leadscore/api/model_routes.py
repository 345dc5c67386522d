"""The model in use, its exchange, and whether the service is alive and ready."""

from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from leadscore.api.answers import ModelsAnswer, ReadyAnswer, ReloadAnswer
from leadscore.api.contract import KEY
from leadscore.api.problems import KEYED, responses
from leadscore.api.service import Service, authorized, json_answer, service_of
from leadscore.modeling.artifact import MANIFEST, read_manifest
from leadscore.store.info import SIMULATED, get_info

router = APIRouter(tags=["models"])

_SHOWN = ("name", "version", "kind", "as_of", "horizons_days", "feature_fingerprint", "low_confidence", "metrics")


@router.get(
    "/v1/models",
    operation_id="models",
    response_model=None,
    responses={200: {"model": ModelsAnswer}, **responses(*KEYED, "LS-STORE-01", "LS-MODEL-01", "LS-MODEL-02")},
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
    return json_answer(await anyio.to_thread.run_sync(_reload, service))


@router.get("/livez", operation_id="alive", response_model=None, tags=["health"])
async def alive() -> Response:
    """The process answers."""
    return json_answer({"status": "alive"})


@router.get(
    "/readyz",
    operation_id="ready",
    response_model=None,
    responses={200: {"model": ReadyAnswer}, **responses("LS-STORE-01", "LS-MODEL-01")},
    tags=["health"],
)
async def ready(request: Request) -> Response:
    """The store answers and the champion has been read; the model in use, or null if none has been promoted."""
    service = service_of(request)
    await service.wait_for_champion()
    await anyio.to_thread.run_sync(get_info, service.store, SIMULATED)
    artifact = service.scoring.artifact
    model = None if artifact is None else {"name": artifact.name, "version": artifact.version}
    return json_answer({"status": "ready", "model": model, "problem": service.champion.problem})


def _models(service: Service) -> list[dict[str, Any]]:
    artifact = service.scoring.artifact
    found = []
    for alias in ("champion", "challenger"):
        folder = service.champion.folder.with_name(alias)
        if (folder / MANIFEST).exists():
            manifest = read_manifest(folder)
            in_use = alias == "champion" and artifact is not None and artifact.version == manifest["version"]
            shown = {name: manifest.get(name) for name in _SHOWN} | {
                "low_confidence": bool(manifest.get("low_confidence"))
            }
            found.append({"alias": alias, **shown, "in_use": in_use})
    return found


def _reload(service: Service) -> dict[str, str | None]:
    previous = service.champion.in_use
    fresh = service.champion.reload()
    return {
        "version": None if fresh is None else fresh.version,
        "previous": None if previous is None else previous.version,
    }
