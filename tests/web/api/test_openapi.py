"""The OpenAPI document: every route for programs is in it, and says what it really does."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from litestar import Litestar, get

from tests.web.api.conftest import Client
from trading.base.errors import DefinitionError
from trading.web.access import EVERYBODY, opt
from trading.web.describing import PREFIX, Operation, described, described_routes


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    """Give the document as it is served."""
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def _operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_route_for_programs_is_in_the_document(
    client: Client, document: dict[str, Any]
) -> None:
    served = {
        (route.path_format, method.lower())
        for route in client.app.routes
        if route.path.startswith(PREFIX)
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
        if method != "OPTIONS"
    }
    told = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert told == served
    assert ("/api/v1/lots/{lot}/bids", "post") in told


def test_a_route_that_says_nothing_of_itself_cannot_be() -> None:
    @get("/api/v1/silent", sync_to_thread=False, opt=opt(EVERYBODY))
    def silent() -> None: ...

    with pytest.raises(DefinitionError, match="without a description"):
        tuple(described_routes(Litestar([silent], openapi_config=None)))

    told = described(EVERYBODY, Operation("Says nothing else.", ()))

    @get("/api/v1/told", sync_to_thread=False, opt=told)
    def speaking() -> None: ...

    app = Litestar([speaking], openapi_config=None)
    assert [route.path for route in described_routes(app)] == ["/api/v1/told"]


def test_names_of_operations_are_used_once_and_references_lead_somewhere(
    document: dict[str, Any],
) -> None:
    ids = [operation["operationId"] for _name, operation in _operations(document)]
    assert len(ids) == len(set(ids))
    known = document["components"]["schemas"]
    assert {ref.rpartition("/")[2] for ref in _refs(document)} <= set(known)


def _refs(part: Any) -> list[str]:
    if isinstance(part, dict):
        found = [str(part["$ref"])] if isinstance(part.get("$ref"), str) else []
        return found + [ref for value in part.values() for ref in _refs(value)]
    return [ref for value in part for ref in _refs(value)] if isinstance(part, list) else []


def test_every_operation_says_what_goes_wrong_and_how_to_be_let_in(
    document: dict[str, Any],
) -> None:
    assert set(document["components"]["securitySchemes"]) == {"token", "session", "page"}
    for name, operation in _operations(document):
        assert operation["summary"], name
        answers = operation["responses"]
        assert {"401", "503"} <= set(answers), name
        for status, answer in answers.items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], name
        writes = not name.startswith("get ")
        assert ({"session": [], "page": []} in operation["security"]) == writes, name


def test_every_example_is_valid_by_its_schema(document: dict[str, Any]) -> None:
    checked = 0
    for name, operation in _operations(document):
        bodies = [*operation["responses"].values(), operation.get("requestBody", {})]
        for content in (c for body in bodies for c in body.get("content", {}).values()):
            if "example" in content:
                schema = {**content["schema"], "components": document["components"]}
                jsonschema_rs.validate(schema, content["example"])
                checked += 1
        assert "requestBody" not in operation or "example" in str(operation["requestBody"]), name
    assert checked
