"""What Prometheus asks for."""

from fastapi import APIRouter, Request, Response

from leadscore.api.metrics import CONTENT_TYPE
from leadscore.api.service import service_of

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    operation_id="metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """Figures of the service in the text format of Prometheus, those of all workers; none of them is about anybody."""
    service = service_of(request)
    text = service.metrics.text(model_refused=service.champion.problem is not None)
    return Response(text, media_type=CONTENT_TYPE)
