"""What the kernel records of itself: founding, definitions, outages, incidents, holds."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.support import toy
from tests.support.desk import Desk, act, bid, entering, env, founding, make, put_up, run
from trading.engine import builtin
from trading.engine.builtin import (
    Delay,
    Due,
    EnterDefinition,
    Found,
    Hold,
    Incident,
    Outage,
    SimulateClock,
    Suppressed,
)
from trading.engine.catalogue import parsed
from trading.engine.context import Context
from trading.engine.policy import Pack
from trading.engine.stream import Command, Stream
from trading.record.entry import DONE, PROPOSED, REFUSED


def test_founding_ends_once_and_for_ever() -> None:
    desk = Desk(founded=False)
    for command in founding():
        assert desk.do(command).outcome == DONE
    assert (desk.states["centre"].place, desk.states["definitions"].place) == ("open", "open")
    assert desk.decide(founding()[-1]).code == "wrong_state"


def test_after_the_founding_a_definition_needs_two_people_of_the_office() -> None:
    desk = Desk()
    later = Pack.from_body({**toy.PACK.body, "id": "toy-pack@2"})
    assert desk.decide(entering("pack", later)).code == "not_permitted"
    assert desk.do(entering("pack", later, "clerk-1", "office")).outcome == PROPOSED
    assert desk.do(entering("pack", later, "clerk-2", "office")).outcome == DONE


def test_a_version_is_entered_once() -> None:
    decision = Desk().decide(entering("pack", toy.PACK, "clerk-1", "office"))
    assert decision.failed == ("new_version_v1",)


_PACK = toy.PACK.body
_LOST_STATE = {**toy.TOY_WORKFLOW.body, "version": 9, "initial": "nowhere"}
_LOST_EDGE = msgspec.structs.replace(
    toy.PART_WORKFLOW,
    version=9,
    transitions=(msgspec.structs.replace(toy.PART_WORKFLOW.transitions[0], dest="nowhere"),),
)


@pytest.mark.parametrize(
    ("kind", "name", "body"),
    [
        ("pack", "toy-pack@2", {}),
        ("pack", "toy-pack@2", {**_PACK, "id": "toy-pack@3"}),
        ("pack", "toy-pack@2", {**_PACK, "id": "toy-pack@2", "extends": "nobody@1"}),
        ("pack", "toy-pack@2", {**_PACK, "id": "toy-pack@2", "values": {"unknown_key": 1}}),
        ("calendar", "cn-2027@1", {"id": "cn-2027@1", "year": 2026}),
        ("workflow", "toy@9", {"name": "toy"}),
        ("workflow", "toy@9", _LOST_STATE),
        ("workflow", "part@9", _LOST_EDGE.body),
    ],
)
def test_a_body_that_is_not_sound_never_enters(kind: Any, name: str, body: dict[str, Any]) -> None:
    """It could never be read back: every writer would stop at it."""
    data = EnterDefinition(kind, name, _digest_of(kind, body), body)
    desk = Desk()
    decision = desk.decide(env("definition.enter/1", data, "clerk-1", "office"))
    assert (decision.outcome, decision.failed) == (REFUSED, ("sound_v1",))


def test_a_body_must_have_its_digest() -> None:
    data = EnterDefinition("pack", "toy-pack@2", "0" * 64, {**_PACK, "id": "toy-pack@2"})
    decision = Desk().decide(env("definition.enter/1", data, "clerk-1", "office"))
    assert decision.failed == ("sound_v1",)


def test_a_pack_may_extend_one_that_was_entered() -> None:
    later = Pack.from_body({**_PACK, "id": "more@1", "extends": "toy-pack@1"})
    assert Desk().decide(entering("pack", later, "clerk-1", "office")).outcome == PROPOSED


def test_a_simulated_clock_is_only_ever_the_first_entry() -> None:
    desk = Desk(founded=False)
    said = env("clock.simulated/1", SimulateClock("show"), "writer", "writer")
    assert desk.do(said).outcome == DONE
    assert desk.do(said).failed == ("first_entry_v1",)


@pytest.mark.parametrize(
    ("kind", "data", "cause", "since_us"),
    [
        ("centre.outage/1", Outage(toy.START_US - 9, toy.START_US, ("toy/a", "toy/b")), "outage",
         toy.START_US - 9),
        ("centre.incident/1", Incident("clock_drift", 900_000, ("toy/a", "toy/b")), "clock_drift",
         toy.START_US + 3),
    ],
)  # fmt: skip
def test_an_outage_or_an_incident_holds_every_live_lot(
    kind: str, data: Command, cause: str, since_us: int
) -> None:
    desk = run(make("a"), put_up("a"), make("b"), put_up("b"))
    desk.now_us += 3
    decision = desk.do(env(kind, data, "writer", "writer"))
    assert [part.before.name for part in decision.parts] == ["centre", "toy/a", "toy/b"]
    for name in ("toy/a", "toy/b"):
        state = desk.states[name]
        assert (state.held, state.held_us, state.due_us) == (True, since_us, 0)
        assert state.facets["hold"] == Hold(cause, since_us)
    desk.do(act("resume"))
    desk.do(act("resume", actor="clerk-2"))
    assert desk.states["toy/a"].facets["hold"] == Hold()


def test_an_outage_turns_a_hold_that_would_end_by_itself_into_one_that_does_not() -> None:
    desk = run(make(), put_up())
    desk.now_us += 3
    desk.do(env("toy.pause/1", toy.Pause("a", 50), "clerk-1", "clerk"))
    held_us = desk.now_us
    desk.now_us += 100
    said = Outage(held_us + 10, desk.now_us, ("toy/a",))
    assert desk.do(env("centre.outage/1", said, "writer", "writer")).outcome == DONE
    state = desk.stream()
    assert (state.held_us, state.due_us) == (held_us, 0)
    assert state.facets["hold"] == Hold("outage", held_us)


def test_a_stream_that_was_never_held_has_no_end_of_a_hold() -> None:
    assert builtin.hold_until(Stream("toy/a")) is None


def test_our_delay_holds_a_lot_from_the_instant_of_receipt() -> None:
    desk = run(make(), put_up())
    said = Delay("toy/a", toy.START_US + 5)
    assert desk.do(env("hold.delay/1", said, "writer", "writer")).outcome == DONE
    assert desk.stream().facets["hold"] == Hold("delay", toy.START_US + 5)
    assert desk.do(bid(7)).failed == ("not_held_v1",)


def test_suppressed_refusals_are_told_on_the_veiled_stream() -> None:
    desk = Desk()
    said = env("refused.suppressed/1", Suppressed("bidder-1", 7), "writer", "writer")
    assert desk.do(said).parts[0].before.name == "security"


def test_only_the_engine_speaks_for_the_centre() -> None:
    desk = Desk()
    for role in ("clerk", "clock", "maker"):
        said = env("centre.outage/1", Outage(0, 1, ()), "clerk-1", role)
        assert desk.decide(said).code == "not_permitted"


def test_founding_is_told_to_the_guards_of_others() -> None:
    for desk, holds in ((Desk(founded=False), True), (Desk(), False)):
        context = Context(
            desk.kernel.registry, desk.kernel.catalogue, founding()[-1], desk.states,
            Stream("toy/a"), desk.now_us,
        )  # fmt: skip
        assert builtin.founding(context) is holds


def test_a_due_timer_becomes_a_command() -> None:
    state = run(make(), put_up()).stream()
    assert builtin.timer_command(state) == Due("toy/a", toy.START_US + toy.SALE_US)


def test_the_definition_of_a_command_and_of_a_stored_entry() -> None:
    command = entering("pack", toy.PACK)
    assert builtin.definition_of(command.data) == ("pack", toy.PACK.body)
    assert builtin.definition_of(Found("x")) is None
    stored = msgspec.json.encode({"actor": "writer", "data": command.data})
    assert builtin.definition_in(stored) == ("pack", msgspec.to_builtins(toy.PACK.body))


def _digest_of(kind: str, body: dict[str, Any]) -> str:
    """Return the digest that the body has, so that the digest alone does not refuse it."""
    try:
        return parsed(kind, body).digest
    except Exception:  # noqa: BLE001 - a body that cannot be read has no digest
        return "0" * 64
