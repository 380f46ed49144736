"""What a route of the interface for programs says of itself: a route that says nothing cannot be.

The description stands with the handler, and the OpenAPI document is made from nothing else. What
every route may answer follows from what it is: who may ask it, what it is asked with, whether it
writes. Source: decision 21; OpenAPI 3.1; RFC 9457.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from trading.base.errors import DefinitionError
from trading.web.access import OPT, Access

DESCRIBED = "described"
PREFIX = "/api/v1/"
SAFE = frozenset({"GET", "HEAD"})
JSON, PROBLEM = "application/json", "application/problem+json"
ALWAYS = (401, 503)
"""A bearer token may be bad, and the storage down, wherever anybody asks."""
Tag = Literal["acts", "bids", "documents", "reading", "about", "sandbox"]


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why something was not done (RFC 9457).

    ``type`` is stable and ends with the code; ``title`` is in the language of the caller. ``field``
    and ``rule`` say what is wrong with the input, ``guards`` names every rule that refused,
    ``place`` where the object stands, ``reasons`` why the service is not ready.
    """

    type: str
    title: str
    status: int
    detail: str = ""
    field: str = ""
    rule: str = ""
    kind: str = ""
    guards: tuple[str, ...] = ()
    place: str = ""
    reasons: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """A good answer: its status, the type of its body (None: bytes as they are), and one of it.

    Without a type of content it has no body.
    """

    said: str
    of: Any = None
    status: int = 200
    example: Any = None
    media_type: str = JSON
    headers: Mapping[str, str] = {}


class Body(msgspec.Struct, frozen=True):
    """What comes with a request: its type (None: bytes as they are) and one of it."""

    of: Any = None
    example: Any = None
    media_type: str = JSON


class Header(msgspec.Struct, frozen=True):
    """A header that a route looks at."""

    name: str
    said: str
    required: bool = False
    example: str = ""
    schema: Mapping[str, Any] = msgspec.field(default_factory=lambda: {"type": "string"})


KEYED = Header(
    "Idempotency-Key",
    "A name for this request: repeated, it gets the same receipt and nothing is done twice.",
    required=True,
    example="a1b2c3d4",
    schema={"type": "string", "minLength": 1, "maxLength": 100},
)


class Operation(msgspec.Struct, frozen=True):
    """One route: what it does, what it answers, and with which problems beside those of all.

    ``says`` tells of its parameters by name. ``id`` is the name of the operation, that of the
    function where it is empty.
    """

    summary: str
    answers: tuple[Answer, ...]
    tag: Tag = "reading"
    body: Body | None = None
    headers: tuple[Header, ...] = ()
    says: Mapping[str, str] = {}
    problems: tuple[int, ...] = ()
    id: str = ""


def described(access: Access, operation: Operation) -> dict[str, Any]:
    """Return what a handler's ``opt`` says: who may ask it, and what it is."""
    return {OPT: access, DESCRIBED: operation}


class Route(msgspec.Struct, frozen=True):
    """A route as it is served."""

    method: str
    path: str
    access: Access
    operation: Operation
    handler: HTTPRouteHandler

    def statuses(self) -> list[int]:
        """Return the statuses of the problems that this may answer."""
        found = {*ALWAYS, *self.operation.problems}
        fields = set(self.handler.parsed_fn_signature.parameters)
        if not self.access.everybody or "{" in self.path:
            found.add(404)
        if self.operation.headers or fields - {"request"} - _in_path(self.path):
            found.add(400)
        if self.method not in SAFE:
            found.add(403)
        if self.operation.body is not None:
            found |= {400, 413}
        return sorted(found)


def described_routes(app: Litestar) -> Iterator[Route]:
    """Yield every route for programs; raise ``DefinitionError`` for one that says nothing."""
    for route in app.routes:
        if not route.path.startswith(PREFIX):
            continue
        for handler in getattr(route, "route_handlers", ()):
            if not isinstance(handler, HTTPRouteHandler) or handler.http_methods == {"OPTIONS"}:
                continue
            operation = handler.opt.get(DESCRIBED)
            if not isinstance(operation, Operation):
                raise DefinitionError("a route without a description", path=route.path)
            for method in sorted(handler.http_methods):
                path = route.path_format
                yield Route(str(method), path, handler.opt[OPT], operation, handler)


def _in_path(path: str) -> set[str]:
    return {part[1:-1] for part in path.split("/") if part.startswith("{")}
