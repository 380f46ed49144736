"""Entries are sealed in one spelling and within limits; what is closed tells only that it is."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec
import pytest

from tests.unit.record.logs import BLIND, story
from trading.base.errors import IntegrityFault, InvalidInput
from trading.record import canonical
from trading.record.entry import (
    BODY_BYTES_MAX,
    DEFINITION_BYTES_MAX,
    DONE,
    FORMAT,
    Binding,
    Body,
    Document,
    In,
    Out,
    blind_leaf,
    encode,
    leaf_of,
    read,
    seal,
)
from trading.record.merkle import leaf_hash

SALT = b"\x05" * 32


def _body(text: str = "", kind: str = "stall.bid/1", **more: Any) -> Body:
    given = In("actor-1", "clerk", {"text": text}, 5, docs=(Document("notice", "0" * 64),))
    out = Out(DONE, "bid", "bidding", "bidding", {"in_time_v1": True}, bind=Binding("stall", 2))
    return Body(FORMAT, kind, "stall/a", 1, "0" * 64, "c", (1, 1), 7, out, given, **more)


def _of_size(size: int, kind: str) -> Body:
    return _body("x" * (size - len(encode(_body("", kind)))), kind)


def test_what_is_sealed_is_the_canonical_spelling() -> None:
    sealed = seal(_body('摊位 \\ "a"\n', org="community/a"), "public", b"")
    assert sealed.body == canonical.encode(msgspec.json.decode(sealed.body))
    assert canonical.decode(sealed.body)["in"]["data"] == {"text": '摊位 \\ "a"\n'}
    assert (sealed.stream, sealed.seq, sealed.kind, sealed.at_us) == (
        "stall/a", 1, "stall.bid/1", 7,
    )  # fmt: skip


def test_defaults_are_left_out() -> None:
    assert b'"org"' not in encode(_body())
    assert b'"org":"x"' in encode(_body(org="x"))
    assert not {b'"code"', b'"failed"', b'"events"', b'"since_us"', b'"region"', b'"pack"'} & set(
        encode(_body()).replace(b":", b",").split(b",")
    )


@pytest.mark.parametrize(
    ("kind", "limit"),
    [("stall.bid/1", BODY_BYTES_MAX), ("definition.enter/1", DEFINITION_BYTES_MAX)],
)
def test_an_entry_may_be_as_large_as_its_limit(kind: str, limit: int) -> None:
    assert len(seal(_of_size(limit, kind), "public", b"").body) == limit
    with pytest.raises(InvalidInput) as refused:
        seal(_of_size(limit + 1, kind), "public", b"")
    assert refused.value.params == {"field": "data", "bytes_max": limit}


def test_half_of_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(InvalidInput):
        seal(_body("\ud800"), "public", b"")


def test_a_public_leaf_is_the_body() -> None:
    sealed = seal(_body(), "public", b"")
    assert leaf_of(sealed.body, sealed.salt) == sealed.body
    assert sealed.hash == leaf_hash(sealed.body)


def test_a_closed_leaf_is_the_blind_of_salt_and_body() -> None:
    sealed = seal(_body(), "restricted", SALT)
    leaf = leaf_of(sealed.body, sealed.salt)
    blind = sha256(SALT + sealed.body).hexdigest()
    assert leaf == canonical.encode({"v": FORMAT, "blind": blind})
    assert sealed.hash == leaf_hash(leaf)


@pytest.mark.parametrize("size", [0, 1, 900, BODY_BYTES_MAX])
def test_a_closed_leaf_has_one_size_whatever_it_hides(size: int) -> None:
    assert len(blind_leaf(SALT, b"x" * size)) == len(blind_leaf(b"\0" * 32, b""))


def test_what_was_sealed_can_be_read_and_its_parts_are_left_as_they_were() -> None:
    for row in story():
        found = read(row.body)
        assert (found.kind, found.stream, found.seq, found.at_us) == (
            row.kind, row.stream, row.seq, row.at_us,
        )  # fmt: skip
        assert bytes(found.out) in row.body
        assert (found.part[0] == 1) == bool(bytes(found.given))


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", b"nothing", b"\xff",
        story()[0].body[:-1], story()[0].body + b"x",
        story()[0].body.replace(b'"seq":1', b'"seq":"1"'),
        story()[0].body.replace(b'"seq":1', b'"seq":1,"surplus":1'),
        leaf_of(story()[BLIND].body, story()[BLIND].salt),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_is_not_an_entry_is_not_read(body: bytes) -> None:
    with pytest.raises(IntegrityFault, match="not an entry"):
        read(body)


def test_an_entry_of_an_unknown_format_is_not_read() -> None:
    with pytest.raises(IntegrityFault, match="unknown format"):
        read(story()[0].body.replace(FORMAT.encode(), b"trading.entry/2"))
