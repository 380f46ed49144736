"""A lot's history from leaves alone: whole groups, opened blinds, nothing believed unseen."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from trading.base.errors import IntegrityFault
from trading.record.audit import Opened
from trading.record.entry import DONE, FORMAT, PROPOSED, Binding, Body, In, Out, encode, leaf_of
from trading.record.history import Bound, history

SALT = b"s" * 32


def entry(stream: str, cmd: str, **more: Any) -> bytes:
    given = More(**{"actor": "a", **more})
    out = Out(
        given.outcome, "go", "here", "there", guards={"rule_v1": True}, bind=given.bind,
        events=({"event": "went/1"},),
    )  # fmt: skip
    said = In(given.actor, "clerk", given.data, 1) if given.part == 1 else None
    return encode(Body(FORMAT, given.kind, stream, 1, "0" * 64, cmd, (given.part, 2), 5, out, said))


class More(msgspec.Struct, frozen=True):
    actor: str = "a"
    kind: str = "x.do/1"
    part: int = 1
    outcome: str = DONE
    data: dict[str, Any] = {}
    bind: Binding | None = None


def definition(name: str, outcome: str = DONE) -> bytes:
    data = {"kind": "pack", "name": name, "digest": "d" * 64, "body": {}}
    return entry("definitions", name, kind="definition.enter/1", data=data, outcome=outcome)


def sealed(body: bytes) -> bytes:
    return leaf_of(body, SALT)


def test_a_command_is_told_whole_when_one_part_is_about_the_lot() -> None:
    leaves = [
        entry("lot/c-2", "other"),
        entry("asset/a", "one", actor="b"),
        entry("lot/c-1", "one", part=2),
        entry("case/c", "two", outcome=PROPOSED),
        entry("case/cc", "three"),
    ]
    told = history(leaves, "c-1", lambda _index: None)
    assert [(act.index, act.stream, act.actor) for act in told.acts] == [
        (1, "asset/a", "b"), (2, "lot/c-1", "b"), (3, "case/c", "a"),
    ]  # fmt: skip
    assert told.acts[0].rules == {"rule_v1": True}
    assert told.acts[0].events == ({"event": "went/1"},)


@pytest.mark.parametrize(
    "stream", ["panel/c", "roll/c-1", "registration/c-1-101", "deposit/c-1-101", "objection/c-1-1"]
)
def test_panel_and_bidders_belong_to_the_lot(stream: str) -> None:
    assert len(history([entry(stream, "one")], "c-1", lambda _index: None).acts) == 1


@pytest.mark.parametrize("stream", ["roll/c-11", "registration/c-11-101", "panel/c-1", "asset/c"])
def test_what_only_looks_alike_does_not(stream: str) -> None:
    assert history([entry(stream, "one")], "c-1", lambda _index: None).acts == ()


def test_a_blind_is_opened_only_by_the_body_it_was_made_of() -> None:
    body, other = entry("roll/c-1", "one"), entry("roll/c-1", "two")
    leaves = [sealed(body), sealed(body), sealed(body)]
    opened = {0: Opened(body, SALT), 1: Opened(other, SALT)}
    told = history(leaves, "c-1", opened.get)
    assert [act.index for act in told.acts] == [0]
    assert told.closed == 2


def test_nobody_is_told_of_a_command_whose_first_part_stays_closed() -> None:
    leaves = [sealed(entry("roll/c-1", "one")), entry("lot/c-1", "one", part=2)]
    (act,) = history(leaves, "c-1", lambda _index: None).acts
    assert (act.actor, act.role) == ("", "")


def test_the_lot_is_bound_to_definitions_that_were_entered() -> None:
    bound = Binding("lot_ascending@1", 3, "mine@1")
    leaves = [
        definition("mine@1"),
        definition("yours@1"),
        definition("never@1", outcome="refused"),
        entry("lot/c-1", "one", bind=bound),
        entry("case/c", "two", bind=Binding("case@1", 3, "yours@1")),
    ]
    assert history(leaves, "c-1", lambda _index: None).bound == (Bound("pack", "mine@1", "d" * 64),)


def test_a_leaf_that_is_no_entry_is_refused() -> None:
    with pytest.raises(IntegrityFault):
        history([b"{}"], "c-1", lambda _index: None)


def test_a_log_without_open_bodies_tells_nothing() -> None:
    told = history([sealed(entry("roll/c-1", "one"))], "c-1", lambda _index: None)
    assert (told.acts, told.closed) == ((), 1)
