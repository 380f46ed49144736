"""Due instants: derived from the state, in order, and exactly as much later as a hold lasted."""

from __future__ import annotations

import msgspec

from tests.support import toy
from tests.support.desk import Desk, act, bid, env, make, put_up, run
from trading.engine import timers
from trading.engine.builtin import Delay, Due
from trading.engine.definitions import Timer
from trading.record.entry import DONE, PROPOSED


def test_an_instant_in_the_state_is_due_as_it_stands() -> None:
    desk = run(make(), put_up(sale_us=77))
    assert (desk.stream().due_us, desk.stream().due) == (toy.START_US + 77, "end")


def test_an_instant_that_the_state_does_not_know_yet_is_due_never() -> None:
    assert run(make()).stream().due_us == 0
    desk = run(make(), put_up(sale_us=-toy.START_US))
    assert desk.toy().ends_us == 0
    assert (desk.stream().due_us, desk.stream().due) == (0, "")


def test_a_period_counts_from_the_due_instant_of_the_timer_before_it() -> None:
    """Deciding late moves no later date: the sale was over when it was over."""
    desk = run(make(), put_up(), bid(5))
    ended_us = desk.stream().due_us
    _fire(desk, "end", toy.SALE_US + 12_345)
    assert desk.stream().entered_us == ended_us
    assert desk.stream().due_us == ended_us + toy.LAPSE_US
    _fire(desk, "lapse", 9 * toy.LAPSE_US)
    assert desk.stream().due_us == ended_us + 2 * toy.LAPSE_US


def test_the_reason_of_a_deadline_can_be_told() -> None:
    desk = _sold()
    kernel = desk.kernel
    (timer,) = kernel.catalogue.workflow("toy@1").timers_of["sold"]
    told = timers.deadline(kernel.catalogue, desk.stream(), timer)
    assert (told.rule, told.source, told.unit, told.count) == ("silence_hours", "test", "hour", 1)
    assert told.end_us == desk.stream().due_us


def test_the_earliest_of_several_timers_is_next_and_the_first_of_equals() -> None:
    desk = _sold()
    kernel, stream = desk.kernel, desk.stream()
    late = Timer("sold", "hand_over", at="sale_end")
    workflow = kernel.catalogue.workflow("toy@1")
    for given, trigger in (
        (workflow.timers, "lapse"),
        ((*workflow.timers, late), "hand_over"),
        ((late, *workflow.timers), "hand_over"),
        ((*workflow.timers, Timer("sold", "forget", after="silence_hours")), "lapse"),
    ):
        kernel.catalogue.add_workflow(msgspec.structs.replace(workflow, timers=given))
        assert timers.next_due(kernel.registry, kernel.catalogue, stream)[1] == trigger


def test_the_order_of_the_timers_in_the_file_does_not_matter() -> None:
    desk = _sold()
    kernel, stream = desk.kernel, desk.stream()
    workflow = kernel.catalogue.workflow("toy@1")
    early = Timer("sold", "hand_over", at="sale_end")
    kernel.catalogue.add_workflow(
        msgspec.structs.replace(workflow, timers=(early, *workflow.timers))
    )
    due_us, trigger = timers.next_due(kernel.registry, kernel.catalogue, stream)
    assert (due_us, trigger) == (desk.toy().ends_us, "hand_over")


def test_resume_needs_two_and_gives_back_the_exact_time() -> None:
    desk = run(make(), put_up())
    desk.now_us += 123_456_789
    left_us = desk.stream().due_us - desk.now_us
    desk.do(act("hold"))
    assert (desk.stream().due_us, desk.stream().due) == (0, "")
    desk.now_us += 987_654_321
    assert desk.do(act("resume")).outcome == PROPOSED
    desk.now_us += 1
    assert desk.do(act("resume", actor="clerk-2")).outcome == DONE
    assert desk.stream().due_us - desk.now_us == left_us
    assert not desk.stream().held


def test_time_held_does_not_count_for_a_period() -> None:
    desk = _sold()
    due_us = desk.stream().due_us
    desk.now_us += 7
    desk.do(act("hold"))
    desk.now_us += 1_000
    desk.do(act("resume"))
    desk.do(act("resume", actor="clerk-2"))
    assert (desk.stream().paused_us, desk.stream().due_us) == (1_000, due_us + 1_000)


def test_time_held_before_the_present_place_does_not_count_for_its_period() -> None:
    desk = run(make(), put_up(), bid(5))
    sold_us = desk.stream().due_us
    desk.now_us = sold_us - 100
    held = Delay("toy/a", desk.now_us)
    desk.do(env("hold.delay/1", held, "writer", "writer"))
    due = Due("toy/a", sold_us)
    desk.now_us = sold_us + 50
    desk.do(env("toy.end/1", due, "clock", "clock"))
    assert (desk.stream().place, desk.stream().held) == ("sold", True)
    desk.now_us = sold_us + 250
    desk.do(act("resume"))
    desk.do(act("resume", actor="clerk-2"))
    assert desk.stream().paused_us == 250
    assert desk.stream().due_us == sold_us + toy.LAPSE_US + 250


def test_a_hold_with_an_end_is_lifted_in_that_instant_and_gives_back_all_of_it() -> None:
    desk = run(make(), put_up())
    end_us = desk.stream().due_us
    desk.now_us += 123_456_789
    pause = env("toy.pause/1", toy.Pause("a", 60_000_007), "clerk-1", "clerk")
    assert desk.do(pause).outcome == DONE
    over_us = desk.now_us + 60_000_007
    assert (desk.stream().due_us, desk.stream().due) == (over_us, "expire")
    desk.now_us = over_us + 999
    assert desk.do(env("toy.expire/1", Due("toy/a", over_us), "clock", "clock")).outcome == DONE
    assert not desk.stream().held
    assert (desk.stream().due_us, desk.stream().due) == (end_us + 60_000_007, "end")


def test_people_may_end_a_hold_before_its_end() -> None:
    desk = run(make(), put_up())
    desk.do(env("toy.pause/1", toy.Pause("a", 60_000_007), "clerk-1", "clerk"))
    desk.now_us += 5
    desk.do(act("resume"))
    desk.do(act("resume", actor="clerk-2"))
    assert (desk.stream().held, desk.stream().due) == (False, "end")


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
