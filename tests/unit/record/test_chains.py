"""What an entry must be and how it must follow: changes by somebody who holds the key of the log.

Everything is sealed and published again, so that neither tile nor root nor signature tells.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import stall_log
from tests.unit.record.logs import (
    BID,
    BLIND,
    OUTAGE,
    Draft,
    found,
    insider,
    public_row,
    story,
    verified,
)
from trading.record.canonical import encode
from trading.record.chains import Chains, Findings
from trading.record.entry import Row
from trading.record.forms import Forms


def test_the_story_sealed_again_verifies() -> None:
    assert insider(lambda _draft: None).ok


def test_a_missing_part_is_found() -> None:
    assert found(insider(lambda draft: draft.drop(OUTAGE + 1))) == [("part", OUTAGE + 1)]
    assert found(insider(lambda draft: draft.drop(OUTAGE))) == [("part", OUTAGE)]
    assert found(insider(lambda draft: draft.drop(28))) == [("part", 28)]


def test_a_part_that_the_checkpoint_cut_off_is_no_finding_yet() -> None:
    report = verified(stall_log.publish(story()[:20]))
    assert report.ok
    assert report.unfinished == 1


def test_reordered_parts_are_found() -> None:
    seen = found(insider(lambda draft: draft.swap(27)))
    assert {code for code, _ in seen} == {"part"}
    assert insider(lambda draft: draft.swap(27), bodies=False).ok  # both are closed


def test_more_parts_than_there_should_be_are_found() -> None:
    def change(draft: Draft) -> None:
        draft.bodies[BID]["part"] = [2, 1]
        draft.bodies[BID + 1]["part"] = [0, 1]
        draft.bodies[BID + 2]["part"] = [1, -1]

    assert {code for code, _ in found(insider(change))} == {"part", "format"}


def test_closed_parts_may_come_before_public_ones() -> None:
    def change(draft: Draft) -> None:
        for index, part in ((12, 1), (13, 2), (14, 3)):
            draft.bodies[index] |= {"part": [part, 3], "cmd": "same"}
        del draft.bodies[13]["in"], draft.bodies[14]["in"]

    assert insider(change).ok
    assert insider(change, bodies=False).ok


def test_time_that_goes_back_is_found() -> None:
    def change(draft: Draft) -> None:
        draft.bodies[BID]["at_us"] += 60_000_000

    assert found(insider(change)) == [("time", BID + 1)]


@pytest.mark.parametrize(("index", "seq"), [(BID, 2), (BID, 5), (BLIND, 0)])
def test_a_sequence_that_does_not_go_on_is_found(index: int, seq: int) -> None:
    draft = Draft.of_story()
    draft.linked = False
    draft.bodies[index]["seq"] = seq
    rows = draft.rows()
    assert ("seq", index) in found(verified(stall_log.publish(rows), rows=rows))


def test_an_entry_that_follows_another_is_found() -> None:
    draft = Draft.of_story()
    draft.linked = False
    draft.bodies[BID]["prev"] = "1" * 64
    rows = draft.rows()
    assert found(verified(stall_log.publish(rows)))[0] == ("prev", BID)


@pytest.mark.parametrize(
    "change",
    [
        {"v": "trading.entry/0"},
        {"in": None},
        {"surplus": 1},
        {"seq": "1"},
    ],
    ids=str,
)
def test_what_is_not_an_entry_is_found(change: dict[str, Any]) -> None:
    body = msgspec.json.decode(story()[0].body) | change
    row = public_row(encode({k: v for k, v in body.items() if v is not None}))
    assert found(verified(stall_log.publish([row]))) == [("format", 0)]


def test_only_the_first_part_says_what_was_asked() -> None:
    body = msgspec.json.decode(story()[6].body) | {"in": {}}
    body["in"] = msgspec.json.decode(story()[5].body)["in"]
    seen = found(verified(stall_log.publish([public_row(encode(body))])))
    assert ("format", 0) in seen


def _known(body: bytes) -> Forms:
    """Return forms that hold the one of ``body``."""
    forms = Forms()
    for _ in range(2):
        forms.learn(body, is_first=True)
    assert forms.read(body) is not None
    return forms


def _respelled(old: bytes, new: bytes) -> list[str]:
    """Change the spelling of a bid whose form is known."""
    body = story()[18].body
    assert old in body
    return _looked_at(body.replace(old, new, 1), _known(body))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":"trading', b'"v": "trading'),
        (b'"part":[1,1],', b'"part":[1, 1],'),
        (b'"unit":"year"},"docs"', b'"unit":"\\u0079ear"},"docs"'),
        (b'{"price_fen":100300,"stall":"a"', b'{"stall":"a","price_fen":100300'),
        (b'"price_fen":100300,', b'"price_fen":100300.0,'),
        (b'"price_fen":100300,', b'"price_fen":1.5,'),
        (b'"price_fen":100300,', b'"price_fen":9007199254740992,'),
        (b'"price_fen":100300,', b'"price_fen":100300,"price_fen":100300,'),
        (b'"price_fen":100300,', b'"Price":100300,'),
        (b'"price_fen":100300,', b'"price_fen":{"Deep":1},'),
        (b'"payer_same_name"', b'"Payer"'),
        (b'"random":{"seed"', b'"random":{"Seed"'),
        (b'"guards":{', b'"guards":{"A":true,'),
        (b'"guards":{', b'"guards": {'),
        (b'"role":"bidder"', b'"role":"bidder","sd":[]'),
        (b'"from":"bidding",', b'"failed":[],"from":"bidding",'),
        (b'"received_us":', b'"received_us":900000'),
        (b'"at_us":', b'"at_us":900000'),
    ],
)
def test_any_other_spelling_of_an_entry_is_found(old: bytes, new: bytes) -> None:
    assert "canonical" in _respelled(old, new)


@pytest.mark.parametrize("name", ["facts", "random"])
def test_an_empty_default_that_is_spelled_out_is_found(name: str) -> None:
    rows = list(story()[:8])
    body = msgspec.json.decode(story()[8].body)
    body["in"][name] = {}
    seen = found(verified(stall_log.publish([*rows, public_row(encode(body), 8)])))
    assert seen == [("canonical", 8)]
    body = msgspec.json.decode(story()[7].body)
    body["out"]["guards"] = {}
    seen = found(verified(stall_log.publish([*rows[:7], public_row(encode(body), 7)])))
    assert seen == [("canonical", 7)]


def test_deep_values_of_the_profile_are_no_finding() -> None:
    body = msgspec.json.decode(story()[8].body)
    body["in"]["data"]["more"] = {"list": [{"deep": [1, "2", None]}], "flat": [1, True]}
    rows = [*story()[:8], public_row(encode(body), 8)]
    assert verified(stall_log.publish(rows)).ok


def test_values_that_are_no_objects_are_no_finding() -> None:
    body = msgspec.json.decode(story()[0].body)
    body["in"]["data"] = "text"
    body["out"]["events"] = ["text"]
    assert verified(stall_log.publish([public_row(encode(body))])).ok


@pytest.mark.parametrize(
    ("kind", "length", "ok"),
    [
        ("stall.bid/1", 15_000, True),
        ("stall.bid/1", 17_000, False),
        ("definition.enter/1", 17_000, True),
        ("definition.enter/1", 61_500, False),
    ],
)
def test_an_entry_that_is_too_large_is_found(kind: str, length: int, *, ok: bool) -> None:
    body = msgspec.json.decode(story()[0].body)
    body["kind"], body["in"]["data"] = kind, {"text": "x" * length}
    seen = found(verified(stall_log.publish([public_row(encode(body))])))
    assert seen == ([] if ok else [("size", 0)])


def test_what_repeats_is_forgotten_when_it_is_too_much() -> None:
    rows: list[Row] = []
    body = msgspec.json.decode(story()[0].body)
    prev = "0" * 64
    for n in range(300):
        body |= {"seq": n + 1, "prev": prev, "kind": "definition.enter/1"}
        body["in"]["data"] = {f"k{n}_{m}": 1 for m in range(60)}
        rows.append(public_row(encode(body), n))
        prev = rows[-1].hash.hex()
    assert verified(stall_log.publish(rows)).ok


PIECES = (
    *(b"", b" ", b"0", b"1", b"-", b".5", b"e", b"a", b"A", b'"', b",", b"{}", b"[1]", b"null"),
    *(b"true", b"9" * 17, b"\\u0041", "\u5bc6".encode(), b"\xff"),
)


def _looked_at(body: bytes, forms: Forms) -> list[str]:
    findings = Findings()
    Chains(findings, forms, whole=False).follow(18, body, b"", blind=False)
    return [finding.code for finding in findings.kept]


@given(at=st.integers(0, len(story()[18].body)), cut=st.integers(0, 3), new=st.sampled_from(PIECES))
def test_the_quick_look_lets_nothing_through_that_the_full_look_finds(
    at: int, cut: int, new: bytes
) -> None:
    body = story()[18].body
    changed = body[:at] + new + body[at + cut :]
    assert set(_looked_at(changed, _known(body))) == set(_looked_at(changed, Forms()))
