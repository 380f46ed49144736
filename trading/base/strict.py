"""Strict JSON: a body is read as its type says, or refused by field and rule.

Source: decision 25.
"""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

import msgspec

from trading.base.errors import InvalidInput

T = TypeVar("T")
_NAMED_FIELD = re.compile(r"(?:unknown|required) field `([^`]*)`")


def decode(decoder: msgspec.json.Decoder[T], raw: bytes, **told: object) -> T:
    """Return what ``raw`` says; raise ``InvalidInput`` naming field and rule, and what is ``told``.

    A name that stands twice in one object is refused: two readers would read two things.
    """
    try:
        found = decoder.decode(raw)
        _once_only.decode(raw.decode())
    except _TwiceError as error:
        said, field, rule = "a name stands twice", str(error), "json"
    except msgspec.ValidationError as error:
        said, field, rule = str(error), field_in(error), "schema"
    except (ValueError, RecursionError):
        said, field, rule = "not JSON", "", "json"
    else:
        return found
    raise InvalidInput(said, field=field, rule=rule, **told)


def field_in(error: msgspec.ValidationError) -> str:
    """Return the path of the field that ``error`` speaks of, empty for the whole."""
    said = str(error)
    path = said.rpartition("$")[2].strip("`.") if said.endswith("`") and " at `$" in said else ""
    named = _NAMED_FIELD.search(said)
    return ".".join(part for part in (path, named[1] if named else "") if part)


class _TwiceError(Exception):
    """A name stands twice in one JSON object."""


def _once(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _value in pairs:
        if name in seen:
            raise _TwiceError(name)
        seen.add(name)


_once_only = json.JSONDecoder(object_pairs_hook=_once)
