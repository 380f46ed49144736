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
from trading.web.access import EVERYBODY, opt
from trading.web.shell import Shell

SCHEMA_MEDIA_TYPE = "application/schema+json"


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
    known = _open_kinds(shell)
    listed = msgspec.json.encode(ActKinds([_told(spec) for _, spec in sorted(known.items())]))

    @get("/api/v1/acts", sync_to_thread=False, opt=opt(EVERYBODY))
    def act_kinds() -> Response[bytes]:
        return Response(listed, media_type="application/json")

    @get("/api/v1/acts/{name:str}/{version:str}", sync_to_thread=False, opt=opt(EVERYBODY))
    def act_schema(name: FromPath[str], version: FromPath[str]) -> Response[bytes]:
        spec = known.get(f"{name}/{version}")
        if spec is None:
            raise NotFound("no such page")
        return Response(msgspec.json.encode(_schema(spec)), media_type=SCHEMA_MEDIA_TYPE)

    return [act_kinds, act_schema]


def _open_kinds(shell: Shell) -> dict[str, CommandSpec]:
    known = shell.centre.kernel.registry.commands
    return {kind: spec for kind, spec in known.items() if not spec.clock}


def _told(spec: CommandSpec) -> ActKind:
    said = (spec.struct.__doc__ or "").strip().partition("\n")[0]
    return ActKind(spec.kind, said, f"/api/v1/acts/{spec.kind}")


def _schema(spec: CommandSpec) -> dict[str, Any]:
    return msgspec.json.schema(spec.struct)
