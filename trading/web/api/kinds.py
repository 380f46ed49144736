"""What may be asked for: every kind of act and the JSON Schema of its body, from the registry.

Nothing is listed by hand, so that no kind can be forgotten. The acts of the clock are nobody's
and are not told. Source: decision 21.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.errors import NotFound
from trading.engine.registry import CommandSpec
from trading.web.access import EVERYBODY
from trading.web.describing import Answer, Operation, described
from trading.web.shell import Shell

SCHEMA_MEDIA_TYPE = "application/schema+json"
_KINDS = "Every kind of act, and where the schema of its body is found."
_SCHEMA = "The JSON Schema of the body of one kind of act."


class ActKind(msgspec.Struct, frozen=True):
    """One kind of act, and where the schema of its body is found."""

    kind: str
    description: str
    schema: str


class ActKinds(msgspec.Struct, frozen=True):
    """All kinds of acts, by name."""

    kinds: list[ActKind]


def kind_routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes that tell the kinds of acts."""
    known = open_kinds(shell)
    listed = ActKinds([_told(spec) for spec in known.values()])
    kinds = Operation(_KINDS, (Answer("All kinds.", ActKinds, example=listed),), tag="acts")
    one = Operation(
        _SCHEMA, (Answer("The schema.", media_type=SCHEMA_MEDIA_TYPE),), tag="acts",
        says={"name": "Such as case.accept.", "version": "Such as 1."},
    )  # fmt: skip

    @get("/api/v1/acts", sync_to_thread=False, opt=described(EVERYBODY, kinds))
    def act_kinds() -> Response[bytes]:
        return Response(msgspec.json.encode(listed), media_type="application/json")

    @get("/api/v1/acts/{name:str}/{version:str}", sync_to_thread=False,
         opt=described(EVERYBODY, one))  # fmt: skip
    def act_schema(name: FromPath[str], version: FromPath[str]) -> Response[bytes]:
        spec = known.get(f"{name}/{version}")
        if spec is None:
            raise NotFound("no such page")
        return Response(msgspec.json.encode(_schema(spec)), media_type=SCHEMA_MEDIA_TYPE)

    return [act_kinds, act_schema]


def open_kinds(shell: Shell) -> dict[str, CommandSpec]:
    """Return every kind of act that is not the clock's, by name."""
    known = shell.centre.kernel.registry.commands
    return {kind: spec for kind, spec in sorted(known.items()) if not spec.clock}


def _told(spec: CommandSpec) -> ActKind:
    said = (spec.struct.__doc__ or "").strip().partition("\n")[0]
    return ActKind(spec.kind, said, f"/api/v1/acts/{spec.kind}")


def _schema(spec: CommandSpec) -> dict[str, Any]:
    return msgspec.json.schema(spec.struct)
