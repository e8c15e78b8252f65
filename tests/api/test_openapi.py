"""The contract that clients are built on: valid OpenAPI 3.1, complete, and true to what the routes declare."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.serialization import encode_json
from openapi_spec_validator import OpenAPIV31SpecValidator

from access import Permission
from api.app import create_app
from api.contract import corrected
from api.routes import route_lines
from api.routing import Policy, policy_of
from api.runtime import Runtime
from api.v1.hcps import NewHcp
from consent.vocabulary import Purpose
from kernel.settings import Settings
from tests.api.cases import CASES, PUBLIC
from tests.conftest import KEYS

NOWHERE = Settings(database_url="postgresql://nowhere/nothing", redis_url="redis://nowhere")
SCHEMA = {"GET /schema", "GET /schema/openapi.json", "GET /schema/{path:str}"}
Schema = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Schema:
    """Give the document as it is served."""
    schema = create_app(Runtime(NOWHERE, KEYS), with_worker=False).openapi_schema.to_schema()
    served: Schema = json.loads(encode_json(corrected(schema)))
    return served


def operations(document: Schema) -> Iterator[tuple[str, Schema]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def documented(route: str) -> str:
    return re.sub(r":[a-z]+}", "}", route)


def declared() -> dict[str, Policy]:
    app = create_app(Runtime(NOWHERE, KEYS), with_worker=False)
    return {
        documented(f"{method} {route.path}"): policy
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
        if method != "OPTIONS" and (policy := policy_of(handler))
    }


def test_the_document_is_valid_openapi_3_1(document: Schema) -> None:
    assert document["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    broken = document | {"paths": {"no-slash": {}}}
    assert list(OpenAPIV31SpecValidator(broken).iter_errors()), "the validator does find something"


def test_every_route_is_in_the_document_and_nothing_else(document: Schema) -> None:
    expected = {documented(route) for route in set(CASES) | PUBLIC - SCHEMA}
    assert {name for name, _ in operations(document) if not name.startswith("GET /schema")} == expected
    app = create_app(Runtime(NOWHERE, KEYS), with_worker=False)
    assert expected <= {documented(f"{line.method} {line.path}") for line in route_lines(app)}


def test_every_operation_shows_what_its_route_declares(document: Schema) -> None:
    policies = declared()
    for name, operation in operations(document):
        policy = policies[name]
        if policy.kind == "public":
            assert operation.get("x-public-because") == policy.because or name.startswith("GET /schema"), name
            assert operation.get("security", []) == []
            continue
        assert Permission(operation["x-permission"]) is policy.permission, name
        assert Purpose(operation["x-purpose"]) is policy.purpose, name
        assert operation["x-records"] == [action.value for action in policy.records], name
        assert operation["security"] == [{"bearer": []}], name


def test_every_operation_tells_what_it_takes_and_how_it_can_fail(document: Schema) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names))
    unsigned = {documented(route) for route in PUBLIC}
    for name, operation in operations(document):
        if name.startswith("GET /schema"):
            continue
        assert operation["description"], name
        failures = {code for code in operation["responses"] if int(code) >= 400}
        assert {"400", "429", "503"} <= failures, name
        assert ("401" in failures) >= (name not in unsigned), name
        for code in failures:
            content = operation["responses"][code]["content"]
            form = "scim" if "/scim/" in name else "problem"  # a directory knows no problem details
            assert list(content) == [f"application/{form}+json"], (name, code)
        body = operation.get("requestBody")
        assert (body is not None) == ("415" in failures), name
        if body is not None:
            assert list(body["content"]) == ["application/json"], name
            assert body["required"], name


def test_bounds_of_parameters_and_bodies_are_in_the_document(document: Schema) -> None:
    entries = dict(operations(document))["GET /v1/me/points/entries"]
    limit = next(each for each in entries["parameters"] if each["name"] == "limit")["schema"]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 200, 50)
    policies = declared()
    for name, operation in operations(document):
        keyed = [each["name"] for each in operation.get("parameters", ()) if each["name"] == "Idempotency-Key"]
        creates = policies[name].creates
        assert keyed == (["Idempotency-Key"] if creates else []), name
        made = creates or name == "POST /scim/v2/Users"  # RFC 7644 knows no idempotency key
        assert ("201" in operation["responses"]) == made, name
    body = dict(operations(document))["POST /v1/hcps"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["properties"]) == set(NewHcp.__struct_fields__)
    assert body["additionalProperties"] is False
    batch = dict(operations(document))["POST /v1/me/activities"]["requestBody"]["content"]["application/json"]["schema"]
    assert [each.get("maxItems") for each in batch["anyOf"] if each.get("type") == "array"] == [1_000]


def test_no_answer_can_contradict_the_document_by_fitting_two_shapes(document: Schema) -> None:
    written = json.dumps(document)
    assert '"oneOf"' not in written
    assert '"anyOf"' in written
    tags = document["components"]["schemas"]["OfferedContent"]["properties"]["tags"]
    assert tags == {"type": "array", "items": {"type": "string"}}
