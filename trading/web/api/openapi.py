"""The OpenAPI 3.1 document, made from what the routes say of themselves.

Nothing is written twice: paths, parameters and access are those of the served handlers, schemas
those of the structs that are read and written. Source: decision 21; OpenAPI 3.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import msgspec
from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import KwargDefinition
from litestar.typing import FieldDefinition

from trading.web.access import EVERYBODY
from trading.web.describing import (
    PROBLEM,
    SAFE,
    Answer,
    Operation,
    Problem,
    Route,
    described,
    described_routes,
)
from trading.web.shell import Asked

PATH = "/api/v1/openapi.json"
MEDIA_TYPE = "application/openapi+json"
_REFS = "#/components/schemas/{name}"
_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum",
           "min_length": "minLength", "max_length": "maxLength", "pattern": "pattern"}  # fmt: skip
_WAIT = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_WAITING = frozenset({429, 503})
_SCHEMES = {
    "token": {
        "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
        "description": "A token that the centre minted for a program.",
    },
    "session": {
        "type": "apiKey", "in": "cookie", "name": "session",
        "description": "A session of a browser; on HTTPS the cookie is `__Host-session`.",
    },
    "page": {
        "type": "apiKey", "in": "header", "name": "X-CSRF-Token",
        "description": "What a page of ours gives its forms; with a session a write needs it.",
    },
}  # fmt: skip
_ABOUT = """\
Every act, every reading and every document of this centre, for programs.

Times are microseconds since 1970-01-01 UTC, money is in fen (1/100 yuan). Errors are problems
(RFC 9457), with a stable `type`. Every act needs an `Idempotency-Key`: the same key with the same
body gets the same receipt, with another body 422. What somebody may not see does not exist for
them: 404."""


def openapi_routes() -> list[HTTPRouteHandler]:
    """Return the route of the document."""
    made: dict[Litestar, bytes] = {}
    operation = Operation(
        "This document.", (Answer("OpenAPI 3.1.", media_type=MEDIA_TYPE),), tag="about"
    )

    @get(PATH, sync_to_thread=True, opt=described(EVERYBODY, operation))
    def openapi(request: Asked) -> Response[bytes]:
        found = made.get(request.app)
        if found is None:
            found = made[request.app] = msgspec.json.encode(document(request.app))
        return Response(found, media_type=MEDIA_TYPE)

    return [openapi]


def document(app: Litestar) -> dict[str, Any]:
    """Return the document of what ``app`` serves."""
    routes = sorted(described_routes(app), key=lambda route: (route.path, route.method))
    wanted = list(dict.fromkeys([Problem, *(one for route in routes for one in _types(route))]))
    schemas, components = msgspec.json.schema_components(wanted, ref_template=_REFS)
    known = dict(zip(map(_key, wanted), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, known)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Trading centre", "version": version("trading"), "description": _ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SCHEMES},
    }


def _types(route: Route) -> Iterator[Any]:
    body = route.operation.body
    yield from (answer.of for answer in route.operation.answers if answer.of is not None)
    if body is not None and body.of is not None:
        yield body.of
    yield from (field.annotation for _name, field in _fields(route))


def _fields(route: Route) -> list[tuple[str, FieldDefinition]]:
    found = route.handler.parsed_fn_signature.parameters
    return [(name, field) for name, field in found.items() if name != "request"]


def _key(wanted: Any) -> str:
    return repr(wanted)


def _operation(route: Route, known: Mapping[str, Any]) -> dict[str, Any]:
    said = route.operation
    answers = {
        str(answer.status): _answer(answer, known) for answer in said.answers
    } | {str(status): _problem(status) for status in route.statuses()}  # fmt: skip
    found: dict[str, Any] = {
        "operationId": said.id or route.handler.fn.__name__,
        "summary": said.summary,
        "tags": [said.tag],
        "security": _security(route),
        "parameters": [*(_parameter(route, known, *one) for one in _fields(route)), *_heads(said)],
        "responses": answers,
    }
    if said.body is not None:
        content = _content(said.body.of, said.body.example, known)
        found["requestBody"] = {"required": True, "content": {said.body.media_type: content}}
    return found


def _security(route: Route) -> list[dict[str, list[str]]]:
    """Return the ways to be let in; everybody may ask without any."""
    page: dict[str, list[str]] = {} if route.method in SAFE else {"page": []}
    open_to_all: list[dict[str, list[str]]] = [{}] if route.access.everybody and not page else []
    return [*open_to_all, {"token": []}, {"session": [], **page}]


def _parameter(
    route: Route, known: Mapping[str, Any], name: str, field: FieldDefinition
) -> dict[str, Any]:
    place = "path" if f"{{{name}}}" in route.path else "query"
    schema = {**known[_key(field.annotation)], **_bounds(field)}
    if field.has_default and field.default is not None:
        schema["default"] = field.default
    found = {"name": name, "in": place, "required": place == "path" or field.is_required,
             "schema": schema}  # fmt: skip
    return (
        {**found, "description": route.operation.says[name]}
        if name in route.operation.says
        else found
    )


def _bounds(field: FieldDefinition) -> dict[str, Any]:
    said = field.kwarg_definition
    if not isinstance(said, KwargDefinition):
        return {}
    told = {ours: getattr(said, name) for name, ours in _BOUNDS.items()}
    return {name: value for name, value in told.items() if value is not None}


def _heads(said: Operation) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "in": "header", "description": one.said, "required": one.required,
         "schema": dict(one.schema), **({"example": one.example} if one.example else {})}
        for one in said.headers
    ]  # fmt: skip


def _answer(answer: Answer, known: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"description": answer.said}
    if answer.media_type:
        found["content"] = {answer.media_type: _content(answer.of, answer.example, known)}
    if answer.headers:
        found["headers"] = {
            name: {"description": said, "schema": {"type": "string"}}
            for name, said in answer.headers.items()
        }
    return found


def _content(of: Any, example: Any, known: Mapping[str, Any]) -> dict[str, Any]:
    schema = {} if of is None else known[_key(of)]
    return {"schema": schema, **({"example": example} if example is not None else {})}


def _problem(status: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {PROBLEM: {"schema": {"$ref": _REFS.format(name=Problem.__name__)}}},
    }
    return {**found, "headers": _WAIT} if status in _WAITING else found
