"""The record profile: one spelling, equal to RFC 8785, and nothing else is read."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.record.vectors import VECTORS, document, text
from trading.base.errors import IntegrityFault, InvalidInput
from trading.record.canonical import (
    DEPTH_MAX,
    INTEGER_MAX,
    check,
    decode,
    encode,
    encode_trusted,
)

KEYS = st.text("abcdefghijklmnopqrstuvwxyz0123456789_", min_size=1, max_size=6)
SCALARS = st.none() | st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | st.text(max_size=12)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
RECORDS = st.dictionaries(KEYS, VALUES, max_size=6)


@given(RECORDS)
def test_the_spelling_is_that_of_rfc_8785(record: dict[str, Any]) -> None:
    assert encode(record) == rfc8785.dumps(record)
    assert encode_trusted(record) == encode(record)


@given(RECORDS)
def test_what_was_encoded_is_decoded_to_the_same(record: dict[str, Any]) -> None:
    assert decode(encode(record)) == record


def test_every_character_is_spelled_as_in_rfc_8785() -> None:
    characters = [chr(c) for c in (*range(0xD800), *range(0xE000, 0x11000), 0x1F600, 0x10FFFF)]
    record = {"text": "".join(characters)}
    assert encode(record) == rfc8785.dumps(record)
    assert decode(encode(record)) == record
    assert encode({"a": '\x00\x1f\x7f\u2028\u2029"\\/\n\b'}) == (
        b'{"a":"\\u0000\\u001f\x7f\xe2\x80\xa8\xe2\x80\xa9\\"\\\\/\\n\\b"}'
    )


def test_a_tuple_is_an_array() -> None:
    assert encode({"part": (1, 2)}) == b'{"part":[1,2]}'


@pytest.mark.parametrize("name", sorted(path.name for path in (VECTORS / "jcs/input").iterdir()))
def test_no_official_document_is_a_record_as_it_stands(name: str) -> None:
    with pytest.raises(InvalidInput):
        encode(document(f"jcs/input/{name}"))
    with pytest.raises(IntegrityFault):
        decode(text(f"jcs/output/{name}").encode())


def test_the_parts_of_the_official_documents_within_the_profile_are_spelled_alike() -> None:
    array = document("jcs/input/arrays.json")
    assert encode({"a": array}) == b'{"a":' + text("jcs/output/arrays.json").encode() + b"}"

    values = document("jcs/input/values.json")
    expected = re.sub(r'"numbers":\[[^]]*\],', "", text("jcs/output/values.json"))
    del values["numbers"]
    assert encode(values) == expected.encode()

    for name in ("french", "unicode", "weird"):
        record = document(f"jcs/input/{name}.json")
        spelled = text(f"jcs/output/{name}.json")
        for value in record.values():
            assert encode({"a": value})[len('{"a":') : -1].decode() in spelled


class Colour(StrEnum):
    RED = "red"


NESTED: dict[str, Any] = {}
for _ in range(DEPTH_MAX + 1):
    NESTED = {"a": NESTED}

OUTSIDE: list[Any] = [
    [],
    "text",
    None,
    {"a": 1.5},
    {"a": [1.0]},
    {"a": float("nan")},
    {"a": INTEGER_MAX + 1},
    {"a": -INTEGER_MAX - 1},
    {"a": 2**70},
    {"a": b"bytes"},
    {"a": {1, 2}},
    {"a": Colour.RED},
    {"": 1},
    {"A": 1},
    {"a.b": 1},
    {"a b": 1},
    {"a\n": 1},
    {"é": 1},
    {"\ud800": 1},
    {"a": [{"b-c": 1}]},
    {1: 1},
    {"a": {None: 1}},
    NESTED,
]


@pytest.mark.parametrize("value", OUTSIDE, ids=lambda value: ascii(value)[:30])
def test_a_value_outside_the_profile_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput):
        check(value)
    with pytest.raises(InvalidInput):
        encode(value)


def test_half_a_surrogate_pair_is_refused() -> None:
    for half in ("\ud800", "a\udfffb", "\ude00\ud83d"):
        with pytest.raises(InvalidInput, match="surrogate"):
            encode({"a": half})


def test_the_bounds_themselves_are_within() -> None:
    for value in (INTEGER_MAX, -INTEGER_MAX, 0):
        assert decode(encode({"a": value})) == {"a": value}
    deepest = NESTED["a"]
    assert decode(encode(deepest)) == deepest
    with pytest.raises(IntegrityFault, match="within more than 32"):
        decode(encode_trusted(NESTED))


STRANGE = [
    b"",
    b"{",
    b"[]",
    b'"text"',
    b"null",
    b'{"a":1}\n',
    b' {"a":1}',
    b'{"a": 1}',
    b'{"a":1,}',
    b"\xef\xbb\xbf{}",
    b'{"b":1,"a":2}',
    b'{"a":1,"a":1}',
    b'{"a":1,"a":2}',
    b'{"a":{"b":1,"b":1}}',
    b'{"a":1.0}',
    b'{"a":1.5}',
    b'{"a":1e3}',
    b'{"a":1E400}',
    b'{"a":-0}',
    b'{"a":-0.0}',
    b'{"a":01}',
    b'{"a":+1}',
    b'{"a":9007199254740992}',
    b'{"a":-9007199254740992}',
    b'{"a":18446744073709551616}',
    b'{"a":' + b"1" * 5000 + b"}",
    b'{"a":NaN}',
    b'{"a":Infinity}',
    b'{"A":1}',
    b'{"":1}',
    b'{"a\\n":1}',
    b'{"\\u0061":1}',
    b'{"a":"\\u0061"}',
    b'{"a":"\\u00e9"}',
    b'{"a":"\\u2028"}',
    b'{"a":"\\/"}',
    b'{"a":"\\u000a"}',
    b'{"a":"\\u001F"}',
    b'{"a":"\\ud83d\\ude00"}',
    b'{"a":"\\ud800"}',
    b'{"a":"\x01"}',
    b'{"a":"\xff"}',
    b'{"a":"\xed\xa0\x80"}',
    b'{"a":"\xc0\xaf"}',
    b'{"a":' * 5000,
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
]


@pytest.mark.parametrize("data", STRANGE, ids=lambda data: f"{data[:24]!r} of {len(data)}")
def test_any_other_spelling_is_refused(data: bytes) -> None:
    with pytest.raises(IntegrityFault):
        decode(data)


@given(RECORDS, st.data())
def test_a_changed_byte_is_refused_or_means_something_else(
    record: dict[str, Any], data: st.DataObject
) -> None:
    spelled = bytearray(encode(record))
    at = data.draw(st.integers(0, len(spelled) - 1))
    spelled[at] ^= data.draw(st.integers(1, 255))
    try:
        found = decode(bytes(spelled))
    except IntegrityFault:
        return
    assert found != record
    assert encode(found) == spelled


@given(RECORDS)
def test_a_common_spelling_with_spaces_is_refused(record: dict[str, Any]) -> None:
    spelled = json.dumps(record, indent=1).encode()
    if record:
        with pytest.raises(IntegrityFault):
            decode(spelled)
