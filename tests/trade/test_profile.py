"""Everything that a subject may write into an entry stays inside the profile of the record."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import inspect

from trading.centre import registry
from trading.engine.builtin import EnterDefinition
from trading.record.canonical import _KEY_CHARACTERS

KNOWN = registry()
OWN_NAMES = r"^[a-z0-9_]+$(?!\n)"
WRITTEN = [
    *(spec.struct for spec in KNOWN.commands.values() if spec.struct is not EnterDefinition),
    *KNOWN.evolves,
]


def outside(kind: inspect.Type, path: str, seen: frozenset[type]) -> Iterator[str]:
    """Yield what lies in ``kind`` that the profile has no place for."""
    if isinstance(kind, inspect.StructType):
        for field in kind.fields if kind.cls not in seen else ():
            name = f"{path}.{field.encode_name}"
            if set(field.encode_name.encode()) - set(_KEY_CHARACTERS):
                yield f"{name}: a key outside the profile"
            yield from outside(field.type, name, seen | {kind.cls})
    elif isinstance(kind, inspect.VarTupleType):
        yield from outside(kind.item_type, f"{path}[]", seen)
    elif isinstance(kind, inspect.TupleType | inspect.UnionType):
        for item in kind.item_types if isinstance(kind, inspect.TupleType) else kind.types:
            yield from outside(item, path, seen)
    elif isinstance(kind, inspect.DictType):
        keys = kind.key_type
        if isinstance(keys, inspect.StrType) and keys.pattern == OWN_NAMES:
            yield from outside(kind.value_type, path, seen)
            return
        yield f"{path}: keys that nobody declared"
    elif isinstance(kind, inspect.FloatType | inspect.AnyType):
        yield f"{path}: {type(kind).__name__}"


def test_what_is_written_is_inside_the_profile() -> None:
    assert len(WRITTEN) > 100
    for struct in WRITTEN:
        assert list(outside(inspect.type_info(struct), struct.__name__, frozenset())) == []


class Planted(msgspec.Struct):
    """What an event must not be."""

    waived: dict[str, str]
    share: float = 0
    inner: tuple[Planted, ...] = ()


def test_what_is_outside_is_found() -> None:
    assert list(outside(inspect.type_info(Planted), "Planted", frozenset())) == [
        "Planted.waived: keys that nobody declared",
        "Planted.share: FloatType",
    ]
