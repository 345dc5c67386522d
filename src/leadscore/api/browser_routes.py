"""What the stock snippet of Segment's browser SDK asks for before it sends anything."""

from fastapi import APIRouter, Request, Response

from leadscore.api.service import json_answer

router = APIRouter()


@router.get("/v1/projects/{key}/settings", include_in_schema=False)
async def browser_settings(key: str, request: Request) -> Response:
    """Where to send to: here. Nothing is looked up, and the key in the address is only given back."""
    here = {"apiKey": key, "apiHost": f"{request.url.netloc}/v1", "protocol": request.url.scheme}
    answer = json_answer({"integrations": {"Segment.io": here}})
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
