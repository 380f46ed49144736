"""INV-30: the body of every act is read as its type says, or refused; each bug is noticed.

The types say what is wrong: of every field of every kind of act, nested ones too, each odd value
is tried in an otherwise valid body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta, Raw, inspect

from trading.base import strict
from trading.base.errors import InvalidInput
from trading.centre import registry
from trading.engine.registry import CommandSpec
from trading.web.api.bodies import body_of, example_of
from trading.web.api.examples import example

Decode = Callable[[type[Any], bytes], object]
OURS = {
    "clock.simulated/1", "centre.outage/1", "centre.incident/1", "refused.suppressed/1",
    "hold.delay/1",
}  # fmt: skip
"""What the writer alone decides: nobody sends it."""
SPECS = [spec for spec in registry().commands.values() if not spec.clock and spec.kind not in OURS]
TOO_LONG, TOO_MANY = 100_001, 20_001
NUMBERS = (b'"5"', b"1.0", b"1e3", b"true", b"null", b"12345678901234567890", b"-9007199254740993")
ODD: dict[type[inspect.Type], tuple[bytes, ...]] = {
    inspect.IntType: NUMBERS,
    inspect.StrType: (b"5", b"true", b"null", b"[]", b'"%s"' % (b"x" * TOO_LONG), b'"\\ud800"'),
    inspect.BoolType: (b"1", b'"true"', b"null"),
    inspect.LiteralType: (b'"no such choice"', b"null", b"0"),
}
"""What is never a value of such a type, within the bounds that every field has to have."""


def wrong(kind: inspect.Type, right: Any) -> Iterator[tuple[str, Any]]:
    """Yield what is no value of ``kind``, by what is wrong, each near to ``right``."""
    if isinstance(kind, inspect.UnionType):
        inner = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        if len(inner) == 1:  # of several, what is wrong for one is right for another
            yield from ((what, odd) for what, odd in wrong(inner[0], right) if what != "null")
    elif isinstance(kind, inspect.StructType) and not kind.array_like:
        yield "an unknown field", {**right, "is_admin": True}
        yield "no object", [right]
        for field in kind.fields:
            name = field.encode_name
            if field.required:
                yield f"without {name}", {k: v for k, v in right.items() if k != name}
            value = right.get(name, example(field.type, name))
            yield from ((f"{name}: {what}", {**right, name: odd})
                        for what, odd in wrong(field.type, value))  # fmt: skip
    elif isinstance(kind, inspect.VarTupleType | inspect.ListType):
        item = right[0] if right else example(kind.item_type)
        yield "too many", [item] * TOO_MANY
        yield "no list", {}
        yield from ((what, [odd]) for what, odd in wrong(kind.item_type, item))
    else:
        yield from ((text[:20].decode(), Raw(text)) for text in ODD.get(type(kind), ()))


def taken(struct: type[Any], right: Any, decode: Decode) -> list[str]:
    """Return what is wrong in a body of ``struct`` and is taken by ``decode`` all the same."""
    whole = msgspec.json.encode(right)
    decode(struct, whole)
    odd = dict(wrong(inspect.type_info(struct), right))
    bodies = {what: msgspec.json.encode(value) for what, value in odd.items()}
    name = next(iter(right), "")
    if name:
        again = msgspec.json.encode({name: right[name]})
        bodies["a name twice"] = whole[:-1] + b"," + again[1:]
    bodies["no JSON"] = whole + b"}"
    return [what for what, raw in bodies.items() if not _refused(struct, raw, decode)]


def _refused(struct: type[Any], raw: bytes, decode: Decode) -> bool:
    try:
        decode(struct, raw)
    except InvalidInput:
        return True
    return False


def strictly(struct: type[Any], raw: bytes) -> object:
    """Decode as every door of the centre does."""
    return strict.decode(msgspec.json.Decoder(struct, strict=True), raw)


def loosely(struct: type[Any], raw: bytes) -> object:
    """Decode as the framework would: the planted bug."""
    return strict.decode(msgspec.json.Decoder(struct, strict=False), raw)


def once(struct: type[Any], raw: bytes) -> object:
    """Decode without looking for a name that stands twice: the planted bug."""
    try:
        return msgspec.json.decode(raw, type=struct)
    except (msgspec.ValidationError, ValueError) as error:
        raise InvalidInput(str(error)) from error


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.kind)
def test_a_command_takes_nothing_but_what_its_type_says(spec: CommandSpec) -> None:
    assert taken(spec.struct, example(spec.struct), strictly) == []


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.kind)
def test_a_body_takes_nothing_but_what_its_type_says(spec: CommandSpec) -> None:
    body = body_of(spec)
    right = {**example_of(spec), "role": "", "facts": {}, "documents": {}, "personal": {}}
    own = [what for what in taken(body, right, strictly) if not what.startswith("data: ")]
    assert own == []


class Fine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A command as it should be."""

    lot: Annotated[str, Meta(max_length=40)]
    price_fen: Annotated[int, Meta(ge=0, le=10**15)]


class Open(msgspec.Struct, frozen=True):
    """The planted bug: what it does not know it lets pass."""

    lot: Annotated[str, Meta(max_length=40)]
    price_fen: Annotated[int, Meta(ge=0, le=10**15)]


class Endless(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The planted bug: no field has a bound."""

    lot: str
    price_fen: int


@pytest.mark.parametrize(
    ("struct", "decode", "found"),
    [
        (Fine, strictly, set()),
        (Open, strictly, {"an unknown field"}),
        (Endless, strictly, {'lot: "xxxxxxxxxxxxxxxxxxx', "price_fen: -9007199254740993"}),
        (Fine, loosely, {'price_fen: "5"', "price_fen: 1.0", "price_fen: 1e3"}),
        (Fine, once, {"a name twice"}),
    ],
    ids=["none", "open", "endless", "lax", "twice"],
)
def test_each_bug_is_noticed(struct: type[Any], decode: Decode, found: set[str]) -> None:
    told = set(taken(struct, example(struct), decode))
    assert found <= told
    assert bool(found) == bool(told)
