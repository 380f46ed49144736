"""The body of an act: its own fields, and what goes with them, one type for each kind.

``data`` are the fields of the command, as ``trading act do`` takes them from a file.
"""

from __future__ import annotations

import functools
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from trading.base.text import Digest
from trading.engine.registry import CommandSpec
from trading.engine.stream import Command
from trading.web.api.examples import example

NAMED_MAX = 40
Named = Annotated[str, Meta(max_length=NAMED_MAX, pattern=r"^[a-z][a-z_]*$(?!\n)")]
"""What a document, a fact or a personal field is called: no digits, so that it is no number."""
Role = Annotated[str, Meta(max_length=NAMED_MAX, pattern=r"^([a-z][a-z0-9_]*)?$(?!\n)")]
Value = Annotated[str, Meta(min_length=1, max_length=120)]


class ActBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes with the fields of an act.

    ``role`` is the one to act in, where more than one could be; ``facts`` are what you have
    checked; ``documents`` are digests of files that you have uploaded, by what each is;
    ``personal`` are fields that are sealed and never enter the record.
    """

    data: Any
    role: Role = ""
    facts: dict[Named, bool] = {}
    documents: dict[Named, Digest] = {}
    personal: dict[Named, Value] = {}


def body_of(spec: CommandSpec) -> type[ActBody]:
    """Return the type of the body of an act."""
    return _made(spec.kind, spec.struct)


@functools.cache
def _made(kind: str, struct: type[Command]) -> type[ActBody]:
    name = "Act_" + kind.replace(".", "_").replace("/", "_")
    made = msgspec.defstruct(
        name, [("data", struct)], bases=(ActBody,), module=__name__, frozen=True, kw_only=True,
        forbid_unknown_fields=True,
    )  # fmt: skip
    made.__doc__ = ActBody.__doc__
    assert issubclass(made, ActBody)
    return made


def example_of(spec: CommandSpec) -> dict[str, Any]:
    """Return a body that is valid by its type; what it names need not be there."""
    return {"data": _example(spec.struct)}


@functools.cache
def _example(struct: type[Command]) -> Any:
    return example(struct)
