"""One spelling for every record: JSON in a profile where fast encoders agree with RFC 8785.

A record is an object whose keys are ``[a-z0-9_]+``; its values are strings, ``true``, ``false``,
``null``, arrays, objects and integers within +-(2**53 - 1), none within more than 32 others. There
are no floating-point numbers: money is in fen, time in microseconds, a ratio is a string. Where
keys are ASCII and numbers are such integers, sorted UTF-8 without spaces is exactly RFC 8785.
Source: RFC 8785; audit log brief, section 2.
"""

from __future__ import annotations

from typing import Any

import msgspec

from trading.base.errors import IntegrityFault, InvalidInput

INTEGER_MAX = 2**53 - 1
DEPTH_MAX = 32
_KEY_CHARACTERS = b"_0123456789abcdefghijklmnopqrstuvwxyz"
_PLAIN = frozenset({str, bool, type(None)})

_decoder = msgspec.json.Decoder()
_encoder = msgspec.json.Encoder(order="sorted")

encode_trusted = _encoder.encode
"""Encode without looking whether the value is in the profile: for values that the types of the
program already keep inside it."""


def encode(value: dict[str, Any]) -> bytes:
    """Return the one spelling of ``value``; raise ``InvalidInput`` if it is outside the profile."""
    check(value)
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError as error:
        raise InvalidInput("a text holds half of a surrogate pair") from error


def check(value: object) -> None:
    """Raise ``InvalidInput`` unless ``value`` is an object of the profile (surrogates aside)."""
    if reason := _objection(value):
        raise InvalidInput(reason)


def decode(data: bytes) -> dict[str, Any]:
    """Return the object that ``data`` spells.

    Raises ``IntegrityFault`` when it is not JSON, is outside the profile, or is spelled in any
    other way than ``encode`` would (repeated or unsorted keys, spaces, needless escapes, ``-0``).
    """
    try:
        value = _decoder.decode(data)
    except (ValueError, RecursionError) as error:  # every error of msgspec is a ValueError
        raise IntegrityFault("not JSON of the record profile") from error
    if reason := _objection(value):
        raise IntegrityFault(reason)
    if _encoder.encode(value) != data:
        raise IntegrityFault("not the canonical spelling")
    return value  # type: ignore[no-any-return]  # an object: `_objection` has seen to it


def _objection(value: object) -> str:
    """Return why ``value`` is outside the profile, or nothing; walk it level by level."""
    if type(value) is not dict:
        return "a record is an object"
    keys: list[Any] = []
    level: list[Any] = [value]
    for _ in range(DEPTH_MAX + 1):
        below: list[Any] = []
        for node in level:
            kind = type(node)
            if kind in _PLAIN:
                continue
            if kind is dict:
                keys += node
                below += node.values()
            elif kind is list or kind is tuple:
                below += node
            elif kind is not int:
                return f"a value of type {kind.__name__}"
            elif not -INTEGER_MAX <= node <= INTEGER_MAX:
                return "an integer beyond 2**53 - 1"
        if not below:
            return "" if _are_keys(keys) else "a key is not of a-z, 0-9 and _"
        level = below
    return f"a value within more than {DEPTH_MAX} others"


def _are_keys(keys: list[Any]) -> bool:
    try:
        return "" not in keys and not "".join(keys).encode().translate(None, _KEY_CHARACTERS)
    except (TypeError, UnicodeEncodeError):
        return False
