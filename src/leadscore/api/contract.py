"""The OpenAPI description of routes that read their requests themselves."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from leadscore.api.problems import Problem
from leadscore.api.requests import ScoreRequest, ScoresRequest

_REFERENCE = "#/components/schemas/{model}"

TRACKING_TYPES = {
    "identify": "identify",
    "track": "track",
    "page": "page",
    "screen": "screen",
    "group": "group",
    "alias": "alias",
    "batch": "batch",
    "i": "identify",
    "t": "track",
    "p": "page",
    "s": "screen",
    "g": "group",
    "a": "alias",
    "b": "batch",
}
"""Last part of a tracking address -> the type of its messages; browsers use the short forms."""

KEY: dict[str, Any] = {"security": [{"apiKey": []}]}
"""`openapi_extra` of routes that need a key as Bearer."""
TRACKING_KEY: dict[str, Any] = {"security": [{"apiKey": []}, {"writeKey": []}]}
"""`openapi_extra` of tracking routes, which take a key as Basic user name too."""


def body_of(model: str) -> dict[str, Any]:
    """`openapi_extra` of a route whose body is a JSON object of a named schema."""
    return body_schema({"$ref": _REFERENCE.format(model=model)})


def body_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """`openapi_extra` of a route whose body is JSON of a schema."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def query_flag(name: str, description: str) -> dict[str, Any]:
    """A query parameter that is true or false."""
    return query_text(name, description, {"type": "boolean", "default": False})


def query_text(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    """An optional query parameter."""
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def install_openapi(app: FastAPI) -> None:
    """Make an application describe itself with the schemas that its routes only refer to."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            _, own = models_json_schema(
                [(model, "validation") for model in (ScoreRequest, ScoresRequest, Problem)], ref_template=_REFERENCE
            )
            components = document.setdefault("components", {})
            components["schemas"] = dict(sorted((components.get("schemas", {}) | own["$defs"]).items()))
            components["securitySchemes"] = {
                "apiKey": {"type": "http", "scheme": "bearer"},
                "writeKey": {"type": "http", "scheme": "basic", "description": "A write key as user name."},
            }
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]
