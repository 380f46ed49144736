"""The kernel: what is decided, what a refusal says, what two persons do, and how states fold."""

from __future__ import annotations

from functools import partial

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import toy
from tests.support.desk import (
    Desk,
    act,
    bid,
    broken,
    entering,
    env,
    founding,
    make,
    nudge,
    put,
    put_up,
    run,
)
from trading.base.errors import IntegrityFault, UnknownName
from trading.base.units import HOUR_US
from trading.engine.builtin import SECURITY, Due, EnterDefinition
from trading.engine.context import Context, Envelope
from trading.engine.definitions import Transition
from trading.engine.kernel import GRANTED_GUARD, SECOND_PERSON_GUARD
from trading.engine.policy import Pack
from trading.engine.registry import PUBLIC, RESTRICTED, GuardSpec
from trading.engine.stream import GENESIS
from trading.record.entry import DONE, PROPOSED, REFUSED, Document, read
from trading.record.merkle import leaf_hash


def test_a_command_moves_its_stream_and_records_every_guard() -> None:
    desk = run(make(), put_up())
    decision = desk.do(bid(5))
    (part,) = decision.parts
    assert (part.out.source, part.out.dest, part.out.trigger) == ("up", "up", "bid")
    assert part.out.guards == {
        "not_held_v1": True, "before_end_v1": True, "higher_v1": True, "below_limit_v1": True,
    }  # fmt: skip
    assert desk.toy() == toy.Toy(toy.START_US + toy.SALE_US, 5, 1, 0, "bidder-1")


def test_a_refusal_is_an_entry_that_changes_nothing_but_the_chain() -> None:
    desk = run(make(), put_up(), bid(5))
    before = desk.stream()
    decision = desk.do(bid(5))
    after = desk.stream()
    assert (decision.outcome, decision.code) == (REFUSED, "guard_failed")
    assert after == msgspec.structs.replace(before, seq=before.seq + 1, hash=after.hash)


def test_wrong_state_is_refused_on_the_stream() -> None:
    desk = run(make())
    decision = desk.do(bid(5))
    assert (decision.code, decision.failed) == ("wrong_state", ())
    assert decision.parts[0].before.name == "toy/a"
    assert decision.parts[0].out.dest == "made"


def test_a_refusal_names_all_guards_that_failed() -> None:
    desk = run(make(), put_up(), bid(2_000), act("hold"))
    desk.now_us += toy.SALE_US
    decision = desk.decide(bid(1))
    assert decision.failed == ("not_held_v1", "before_end_v1", "higher_v1")
    assert decision.parts[0].out.failed == decision.failed
    assert decision.parts[0].out.guards["below_limit_v1"]


def test_of_two_edges_the_guards_of_the_nearest_one_are_named() -> None:
    """A guard that only tells two edges apart did not fail."""
    subject = _with_edges(
        Transition("hand_over", "made", "handed", ("clerk",), ("yes_v1", "no_v1")),
        Transition("hand_over", "made", "handed", ("clerk",), ("no_v1", "never_v1"),
                       unless=("yes_v1",)),
    )  # fmt: skip
    assert subject.do(act("hand_over")).failed == ("no_v1",)


def test_a_guard_that_must_not_hold_is_named_when_it_does() -> None:
    desk = _with_edges(
        Transition("hand_over", "made", "handed", ("clerk",), unless=("no_v1", "yes_v1"))
    )
    decision = desk.do(act("hand_over"))
    assert decision.failed == ("yes_v1",)
    assert decision.parts[0].out.guards == {GRANTED_GUARD: True, "no_v1": False, "yes_v1": True}


def test_a_role_without_the_edge_is_not_permitted() -> None:
    desk = run(make())
    assert desk.decide(_as(put_up(), "maker-1", "maker")).code == "not_permitted"
    assert desk.decide(_as(put_up(), "x", "nobody-knows-this-role")).code == "not_permitted"


def test_a_role_that_is_not_registered_is_not_permitted_even_where_an_edge_lists_it() -> None:
    desk = _with_edges(Transition("hand_over", "made", "handed", ("stranger",)))
    assert desk.decide(_as(act("hand_over"), "x", "stranger")).code == "not_permitted"


def test_of_two_edges_of_a_trigger_each_keeps_its_own_roles() -> None:
    desk = _with_edges(
        Transition("hand_over", "made", "handed", ("maker",), ("yes_v1",)),
        Transition("hand_over", "made", "handed", ("clerk",), unless=("yes_v1",)),
    )
    assert desk.decide(act("hand_over")).code == "not_permitted"
    assert desk.decide(_as(act("hand_over"), "maker-1", "maker")).outcome == DONE


def test_a_role_that_needs_a_grant_is_refused_without_one() -> None:
    desk = run(make())
    decision = desk.decide(_as(put_up(), "thief", "clerk"))
    assert (decision.code, decision.failed) == ("not_permitted", (GRANTED_GUARD,))
    assert decision.parts[0].out.guards == {GRANTED_GUARD: False}


def test_an_unknown_object_is_refused_on_the_veiled_security_stream() -> None:
    desk = run(make())
    decision = desk.do(bid(5, "nowhere"))
    (part,) = decision.parts
    assert (decision.code, part.before.name, part.audience) == ("not_found", SECURITY, RESTRICTED)
    assert part.out.bind is not None
    assert "toy/nowhere" not in desk.states
    again = desk.do(bid(6, "nowhere"))
    assert (again.parts[0].before.seq, again.parts[0].out.bind) == (1, None)


def test_a_refused_creation_leaves_no_object_behind() -> None:
    desk = Desk()
    decision = desk.do(_as(make("z"), "clerk-1", "clerk"))
    assert decision.parts[0].before.name == SECURITY
    assert "toy/z" not in desk.states


def test_a_refused_act_of_the_hold_machine_says_where_that_machine_stands() -> None:
    desk = run(make(), put_up(), act("hold"))
    decision = desk.decide(act("hold"))
    assert (decision.code, decision.parts[0].out.source) == ("wrong_state", "held")
    lost = desk.decide(act("hold", "nowhere"))
    assert (lost.parts[0].out.source, lost.parts[0].out.region) == ("founding", "place")


def test_an_unknown_command_is_an_error_of_the_code() -> None:
    with pytest.raises(UnknownName):
        Desk().decide(env("toy.fly/1", toy.Name("a"), "maker-1", "maker"))


def test_a_group_moves_all_its_streams() -> None:
    desk = run(make("a"), make("b"), make("c"))
    decision = desk.do(nudge("a", "b", "c"))
    assert [part.before.name for part in decision.parts] == ["toy/a", "toy/b", "toy/c"]
    assert [desk.toy(name).nudges for name in "abc"] == [1, 1, 1]


def test_one_refused_part_refuses_the_whole_group() -> None:
    desk = run(make("a"), make("b"), make("c"), nudge("c"), nudge("c"), nudge("c"))
    decision = desk.do(nudge("a", "b", "c"))
    (part,) = decision.parts
    assert (decision.outcome, decision.code) == (REFUSED, "group_refused")
    assert (part.before.name, decision.failed) == ("toy/a", ("sturdy_v1",))
    assert [desk.toy(name).nudges for name in "abc"] == [0, 0, 3]


def test_a_group_part_on_a_stream_that_never_was_is_refused() -> None:
    desk = run(make("a"))
    assert desk.decide(nudge("a", "never")).code == "group_refused"


def test_a_group_that_moves_one_stream_twice_is_a_fault() -> None:
    desk = run(make())
    with pytest.raises(IntegrityFault):
        desk.decide(broken("twice"))


def test_a_group_may_create_a_stream_bound_as_the_first() -> None:
    """Entering ``centre.found`` also moves ``definitions``, which need not exist before."""
    desk = Desk(founded=False)
    decision = desk.do(founding()[-1])
    assert [part.before.name for part in decision.parts] == ["centre", "definitions"]
    assert decision.parts[1].out.bind is not None
    assert desk.states["definitions"].place == "open"


def test_two_persons_one_proposes_another_executes() -> None:
    desk = _sold()
    decision = desk.do(act("hand_over"))
    (part,) = decision.parts
    assert (decision.outcome, part.out.source, part.out.dest) == (PROPOSED, "sold", "sold")
    assert desk.stream().pending["hand_over"].actor == "clerk-1"
    second = desk.do(act("hand_over", actor="clerk-2"))
    assert second.parts[0].out.guards[SECOND_PERSON_GUARD]
    assert (second.outcome, desk.stream().place) == (DONE, "handed")
    assert desk.stream().pending == {}


def test_the_same_person_twice_is_refused() -> None:
    desk = _sold()
    desk.do(act("hand_over"))
    decision = desk.do(act("hand_over"))
    assert (decision.code, decision.failed) == ("guard_failed", (SECOND_PERSON_GUARD,))
    assert desk.stream().pending["hand_over"].actor == "clerk-1"
    assert desk.do(act("hand_over", actor="clerk-2")).outcome == DONE


@pytest.mark.parametrize(
    "other",
    [{"note": "for less"}, {"docs": (Document("contract", "0" * 64),)}],
    ids=["data", "documents"],
)
def test_a_second_person_who_asks_for_something_else_proposes_anew(other: dict[str, str]) -> None:
    desk = _sold()
    desk.do(act("hand_over"))
    decision = desk.do(act("hand_over", actor="clerk-2", **other))
    assert decision.outcome == PROPOSED
    assert desk.stream().pending["hand_over"].actor == "clerk-2"
    assert desk.do(act("hand_over", actor="clerk-1", **other)).outcome == DONE


def test_a_proposal_expires() -> None:
    for early_us, outcome in ((1, DONE), (0, PROPOSED)):
        desk = run(make(), put_up(), act("hold"))
        desk.do(act("resume"))
        desk.now_us += toy.PENDING_HOURS * HOUR_US - early_us
        assert desk.do(act("resume", actor="clerk-2")).outcome == outcome


def test_a_proposal_falls_when_the_object_goes_on_without_it() -> None:
    desk = _sold()
    desk.do(act("hand_over"))
    _fire(desk, "lapse", toy.LAPSE_US)
    assert (desk.stream().place, desk.stream().pending) == ("lapsed", {})


def test_a_proposal_outside_a_case_waits_without_end() -> None:
    """Where no pack binds a stream there is no policy that could end the waiting."""
    desk = Desk()
    entered = entering("pack", _next_pack(), "clerk-1", "office")
    assert desk.do(entered).outcome == PROPOSED
    desk.now_us += 10_000 * HOUR_US
    entered = entering("pack", _next_pack(), "clerk-2", "office")
    edition = desk.kernel.catalogue.edition
    assert desk.do(entered).outcome == DONE
    assert desk.kernel.catalogue.edition == edition + 1


def test_a_new_stream_is_bound_for_its_whole_life() -> None:
    desk = Desk()
    decision = desk.do(make(org="org-7"))
    bind = decision.parts[0].out.bind
    assert bind is not None
    assert msgspec.structs.astuple(bind) == ("toy@1", 6, "toy-pack@1", "org-7")
    state = desk.stream()
    assert (state.workflow, state.edition, state.pack, state.org) == msgspec.structs.astuple(bind)
    assert desk.do(put_up()).parts[0].out.bind is None


def test_inside_a_case_the_parent_binds() -> None:
    desk = run(make(org="org-7"))
    for actor in ("clerk-1", "clerk-2"):
        desk.do(entering("pack", _next_pack(), actor, "office"))
    desk.do(env("part.make/1", toy.MakePart("a", "p"), "maker-1", "maker"))
    part = desk.stream("part/p")
    assert (part.edition, part.pack, part.org) == (6, "toy-pack@1", "org-7")
    assert desk.kernel.catalogue.edition == 7


def test_without_a_parent_what_is_in_the_log_binds() -> None:
    desk = Desk()
    desk.do(env("part.make/1", toy.MakePart("nowhere", "p"), "maker-1", "maker"))
    part = desk.stream("part/p")
    assert (part.edition, part.pack, part.org) == (6, "", "")


def test_a_pack_never_binds_a_running_object_anew() -> None:
    desk = run(make())
    decision = desk.do(make(org="org-2"))
    assert decision.code == "wrong_state"
    assert desk.stream().org == "org-1"


def test_the_audience_is_that_of_the_stream() -> None:
    desk = Desk()
    assert desk.do(make()).parts[0].audience == PUBLIC
    assert desk.do(put("gold")).parts[0].audience == RESTRICTED


def test_entries_are_chained_by_stream() -> None:
    desk = run(make("a"), make("b"), put_up("a"), nudge("a", "b"), bid(3, "a"))
    desk.do(bid(2, "a"))
    last: dict[str, tuple[int, str]] = {}
    for body in desk.bodies:
        raw = read(body)
        assert (raw.seq - 1, raw.prev) == last.get(raw.stream, (0, GENESIS))
        last[raw.stream] = (raw.seq, _hash(body))
    assert {name: (state.seq, state.hash) for name, state in desk.states.items()} == last


def test_live_and_replay_decide_alike() -> None:
    live, replayed = Desk(founded=False), Desk(live=False, founded=False)
    told = (make(), put_up(), bid(5), bid(5), bid(9), act("hold"), bid(10), act("resume"))
    for command in (*founding(), *told):
        assert live.do(command) == replayed.do(command)
    assert live.states == replayed.states


_moves = st.lists(
    st.one_of(
        st.builds(bid, st.integers(1, 30), st.sampled_from("ab")),
        st.builds(nudge, st.sampled_from("ab")),
        st.builds(nudge, st.just("a"), st.just("b")),
        st.builds(put_up, st.sampled_from("ab")),
        st.builds(
            act, st.sampled_from(["hold", "resume", "hand_over"]), st.sampled_from("ab"),
            actor=st.sampled_from(["clerk-1", "clerk-2"]),
        ),
        st.integers(1, toy.SALE_US),
    ),
    max_size=25,
)  # fmt: skip


@settings(max_examples=60)
@given(_moves)
def test_the_state_is_the_fold_of_the_entries_and_nothing_else(moves: list[object]) -> None:
    """Whoever folds the stored outs alone gets the states, and the table decides as the machine."""
    desk, replayed = run(make("a"), make("b")), Desk(live=False)
    replayed.states, replayed.now_us = dict(desk.states), desk.now_us
    folded = dict(desk.states)
    for move in moves:
        if isinstance(move, int):
            desk.now_us += move
            replayed.now_us += move
            continue
        decision = desk.do(move)  # type: ignore[arg-type]
        assert replayed.do(move) == decision  # type: ignore[arg-type]
        for part in decision.parts:
            name = part.before.name
            after = desk.states[name]
            folded[name] = desk.kernel.evolve(folded[name], part.out, desk.now_us, after.hash)
    assert folded == desk.states == replayed.states


def _hash(body: bytes) -> str:
    return leaf_hash(body).hex()


def _as(command: Envelope, actor: str, role: str) -> Envelope:
    return msgspec.structs.replace(command, actor=actor, role=role)


def _fire(desk: Desk, trigger: str, after_us: int) -> None:
    """Let a period pass and fire the timer that ends it."""
    due_us = desk.stream().due_us
    desk.now_us += after_us
    assert desk.stream().due == trigger
    due = Due("toy/a", due_us)
    assert desk.do(env(f"toy.{trigger}/1", due, "clock", "clock")).outcome == DONE


def _sold() -> Desk:
    desk = run(make(), put_up(), bid(5))
    _fire(desk, "end", toy.SALE_US)
    assert desk.stream().place == "sold"
    return desk


def _next_pack() -> Pack:
    return Pack.from_body({**toy.PACK.body, "id": "toy-pack@2"})


def _with_edges(*edges: Transition) -> Desk:
    """Return a desk whose toys, once made, have only ``edges``; made under workflow toy@2."""
    desk = Desk()
    guards = {"yes_v1": True, "no_v1": False, "never_v1": False}
    for name, holds in guards.items():
        desk.kernel.registry.guards[name] = GuardSpec(name, partial(_says, holds), "toy", "test")
    make_edge = Transition("make", "new", "made", ("maker",))
    workflow = msgspec.structs.replace(
        toy.TOY_WORKFLOW, version=2, transitions=(make_edge, *edges), timers=()
    )
    data = EnterDefinition("workflow", workflow.id, workflow.digest, workflow.body)
    for actor in ("clerk-1", "clerk-2"):
        desk.do(env("definition.enter/1", data, actor, "office"))
    assert desk.do(make()).outcome == DONE
    assert desk.stream().workflow == "toy@2"
    return desk


def _says(holds: bool, _context: Context) -> bool:
    return holds
