import json
from pathlib import Path

from leadscore.api.contract import TRACKING_TYPES
from leadscore.app import openapi_text

GOLDEN = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_api_is_the_one_that_is_written_down():
    assert GOLDEN.read_text(encoding="utf-8") == openapi_text(), "meant? then write it anew: python docs/generate.py"


def document():
    return json.loads(openapi_text())


def references(node):
    if isinstance(node, dict):
        yield from ([node["$ref"]] if "$ref" in node else [])
        for part in node.values():
            yield from references(part)
    elif isinstance(node, list):
        for part in node:
            yield from references(part)


def test_every_schema_that_is_referred_to_is_there():
    schemas = document()["components"]["schemas"]
    assert {name.removeprefix("#/components/schemas/") for name in references(document())} <= set(schemas)


def test_every_tracking_type_is_described():
    assert {f"/v1/{kind}" for kind in TRACKING_TYPES.values()} <= set(document()["paths"])


def test_every_route_under_v1_names_its_keys_and_its_refusals():
    for path, methods in document()["paths"].items():
        for operation in methods.values():
            if path.startswith("/v1"):
                assert operation["security"], path
                assert {"200", "401", "403"} <= set(operation["responses"]), path
