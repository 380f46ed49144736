"""The log for programs: no gap, closed contents for nobody else, and proofs that hold."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest

from tests.web.api.house import LIVE, PUBLIC, House
from trading.demo.cast import Player
from trading.record.entry import Row
from trading.record.merkle import leaf_hash
from trading.record.note import PublicKey
from trading.record.proof import Receipt
from trading.store import log
from trading.web.visibility import Sight

WHO = ("", "centre_clerk", "centre_reviewer", "office", "bidder", "resident_rep", "auditor")


def _player(house: House, role: str) -> Player:
    return house.player(role) if role else PUBLIC


def _feed(house: House, player: Player) -> list[Any]:
    found: list[Any] = []
    after = -1
    while True:
        page = house.get(f"/api/v1/entries?after={after}&limit=200", player).json
        if not page["items"]:
            assert (page["after"], page["size"]) == (after, len(found))
            return found
        found += page["items"]
        after = page["after"]


def _leaf(content: dict[str, str]) -> bytes:
    body = content["body"].encode()
    if content["audience"] == "public":
        return body
    blind = sha256(bytes.fromhex(content["salt"]) + body).hexdigest()
    return json.dumps({"blind": blind, "v": "trading.entry/1"}, separators=(",", ":")).encode()


@pytest.fixture(scope="module")
def feeds(house: House) -> dict[str, list[Any]]:
    """Read the whole log once as each of them."""
    return {role: _feed(house, _player(house, role)) for role in WHO}


def test_positions_have_no_gap_and_hashes_are_those_of_the_log(
    house: House, feeds: dict[str, list[Any]]
) -> None:
    rows = list(log.iterate(house.centre.reading))
    for feed in feeds.values():
        assert [(one["position"], one["hash"]) for one in feed] == [
            (row.idx, row.hash.hex()) for row in rows
        ]


def test_what_is_told_is_what_the_leaf_was_made_of(feeds: dict[str, list[Any]]) -> None:
    for one in feeds["auditor"]:
        assert leaf_hash(_leaf(one["content"])).hex() == one["hash"]


def _open(house: House, row: Row) -> bool:
    """Tell by the rule of decision 4 whether everybody may read ``row``."""
    if row.audience == "public":
        return True
    kind, _slash, name = row.stream.partition("/")
    lot = house.centre.state(f"lot/{name if kind == 'roll' else name.rpartition('-')[0]}")
    return row.audience != "restricted" and lot is not None and lot.place in {
        "awarded", "contracted", "certified",
    }  # fmt: skip


def _leaks(house: House, feed: list[Any], kinds: tuple[str, ...] = ()) -> set[int]:
    rows = {row.idx: row for row in log.iterate(house.centre.reading)}
    return {
        one["position"] for one in feed
        if one["content"] is not None and not _open(house, rows[one["position"]])
        and rows[one["position"]].stream.partition("/")[0] not in kinds
    }  # fmt: skip


def test_contents_that_are_closed_are_told_to_nobody_else(
    house: House, feeds: dict[str, list[Any]]
) -> None:
    for role in ("", "centre_clerk", "resident_rep"):
        own = ("notification", "call_sheet") if role == "centre_clerk" else ()
        person = f"person/{_player(house, role).person}"
        mine = {
            one["position"] for one in feeds[role]
            if one["content"] and one["content"]["stream"] == person
        }  # fmt: skip
        assert _leaks(house, feeds[role], own) == mine
    assert _leaks(house, feeds["centre_reviewer"], ("registration", "person")) == set()
    office = ("deposit", "person", "notification", "call_sheet")
    assert _leaks(house, feeds["office"], office) == set()
    told = [one for one in feeds[""] if one["content"] is None]
    assert told
    assert all(set(one) == {"position", "hash", "content"} for one in told)


def test_a_bidder_reads_the_own_and_no_other(house: House, feeds: dict[str, list[Any]]) -> None:
    number = _player(house, "bidder").person.partition("-")[2]
    leaks = _leaks(house, feeds["bidder"])
    names = {one["content"]["stream"] for one in feeds["bidder"] if one["position"] in leaks}
    assert {f"registration/{LIVE}-{number}", f"deposit/{LIVE}-{number}"} <= names
    assert {name.rpartition("-")[2] for name in names} == {number}


def test_a_feed_that_redacts_nothing_is_noticed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sight, "entries", lambda _self, rows: {row.idx for row in rows})
    assert _leaks(house, _feed(house, PUBLIC))


def test_one_entry_is_proved_to_who_may_not_read_it(
    house: House, feeds: dict[str, list[Any]]
) -> None:
    key = PublicKey.parse(house.home.vkey_path.read_text().strip())
    hidden = next(one["position"] for one in feeds[""] if one["content"] is None)
    for position in (0, hidden):
        told = house.get(f"/api/v1/entries/{position}", PUBLIC).json
        assert (told["content"] is None) == (position == hidden)
        proof = Receipt(
            position, tuple(map(bytes.fromhex, told["proof"]["hashes"])),
            told["proof"]["checkpoint"].encode(),
        )  # fmt: skip
        leaf = _leaf(feeds["auditor"][position]["content"])
        assert proof.verify(leaf, [key]).size > position


@pytest.mark.parametrize("position", ["-1", "9007199254740992", "99999999", "x"])
def test_an_entry_that_is_not_there_is_not_found(house: House, position: str) -> None:
    assert house.get(f"/api/v1/entries/{position}").status == 404
    for odd in ("-2", "9007199254740992", "x"):
        assert house.get(f"/api/v1/entries?after={odd}").status == 400
