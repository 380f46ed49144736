"""What may be asked for: every kind of act and the JSON Schema of its body, from the registry.

Nothing is listed by hand, so that no kind can be forgotten. The acts of the clock are nobody's
and are not told. Source: decision 21.
"""

from __future__ import annotations

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.errors import NotFound
from trading.engine.registry import CommandSpec
from trading.web import wants
from trading.web.access import EVERYBODY
from trading.web.api.bodies import body_of
from trading.web.describing import Answer, Operation, described
from trading.web.shell import Shell

SCHEMA_MEDIA_TYPE = "application/schema+json"
_PATH = "/api/v1/schemas/"


class ActKind(msgspec.Struct, frozen=True):
    """One kind of act: where the schema of its body is found, and what it asks for beside it.

    ``roles`` may do it, ``persons`` have to; ``documents`` may be wanted, ``facts`` must have
    been checked, ``personal`` fields are sealed.
    """

    kind: str
    description: str
    schema: str
    roles: tuple[str, ...]
    persons: int
    documents: tuple[str, ...]
    facts: tuple[str, ...]
    personal: tuple[str, ...]


class ActKinds(msgspec.Struct, frozen=True):
    """All kinds of acts, by name."""

    kinds: list[ActKind]


_EXAMPLE = ActKinds([
    ActKind("case.accept/1", "Accept a case.", f"{_PATH}case.accept/1", ("centre_reviewer",), 1,
            (), (), ()),
])  # fmt: skip
_KINDS = Operation(
    "Tell every kind of act, what it asks for, and where the schema of its body is found.",
    (Answer("All kinds.", ActKinds, example=_EXAMPLE),), "acts",
)  # fmt: skip
_SCHEMA = Operation(
    "Tell the JSON Schema of the body of one kind of act.",
    (Answer("The schema.", media_type=SCHEMA_MEDIA_TYPE),), "acts",
    says={"name": "Such as case.accept.", "version": "Such as 1."},
)  # fmt: skip


def kind_routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes that tell the kinds of acts."""
    known = open_kinds(shell)

    @get("/api/v1/acts", sync_to_thread=True, opt=described(EVERYBODY, _KINDS))
    def act_kinds() -> Response[bytes]:
        shell.centre.refresh()
        listed = ActKinds([_told(shell, spec) for spec in known.values()])
        return Response(msgspec.json.encode(listed), media_type="application/json")

    @get(f"{_PATH}{{name:str}}/{{version:str}}", sync_to_thread=False,
         opt=described(EVERYBODY, _SCHEMA))  # fmt: skip
    def act_schema(name: FromPath[str], version: FromPath[str]) -> Response[bytes]:
        spec = known.get(f"{name}/{version}")
        if spec is None:
            raise NotFound("no such page")
        schema = msgspec.json.schema(body_of(spec))
        return Response(msgspec.json.encode(schema), media_type=SCHEMA_MEDIA_TYPE)

    return [act_kinds, act_schema]


def open_kinds(shell: Shell) -> dict[str, CommandSpec]:
    """Return every kind of act that is not the clock's, by name."""
    known = shell.centre.kernel.registry.commands
    return {kind: spec for kind, spec in sorted(known.items()) if not spec.clock}


def described_in(spec: CommandSpec) -> str:
    """Return what an act does, in a sentence."""
    return (spec.struct.__doc__ or "").strip().partition("\n")[0]


def _told(shell: Shell, spec: CommandSpec) -> ActKind:
    centre = shell.centre
    return ActKind(
        spec.kind, described_in(spec), f"{_PATH}{spec.kind}", wants.roles(centre, spec),
        wants.persons(centre, spec), wants.papers(centre, spec), wants.facts(centre, spec),
        wants.PERSONAL.get(spec.kind.partition("/")[0], ()),
    )  # fmt: skip
