"""Which object waits for whom, and when a desk has been silent for too long."""

from __future__ import annotations

import msgspec

from tests.cli.conftest import command, told
from tests.support.acts import BIDDERS, CASE, LOT, STAFF, staff, suspend
from tests.support.trade import At, Places, Trade
from trading import desks
from trading.base.calendar import days_between
from trading.base.units import HOUR_US
from trading.deposits.commands import RefundDeposit
from trading.engine.desks import Waiting, at_desk
from trading.words.language import words

replace = msgspec.structs.replace


def waiting(trade: Trade, stream: str) -> Waiting | None:
    trade.centre.refresh()
    kernel = trade.centre.kernel
    return at_desk(kernel.registry, kernel.catalogue, trade.state(stream))


def test_an_approved_case_waits_for_the_centre_until_the_end_of_its_days(at: At) -> None:
    trade = at("approved")
    found = waiting(trade, f"case/{CASE}")
    assert found is not None
    assert (found.role, found.rule) == ("centre_reviewer", "acceptance_days")
    calendar = trade.centre.kernel.catalogue.calendar(trade.state(f"case/{CASE}").edition)
    assert days_between(found.since_us, found.due_us, "working_day", calendar) == 3
    assert [found.overdue(found.due_us - 1), found.overdue(found.due_us)] == [False, True]


def test_a_confirmed_lot_waits_for_the_clerk_and_a_held_one_for_nobody(at: At) -> None:
    trade = at("confirmed")
    found = waiting(trade, f"lot/{LOT}")
    assert found is not None
    assert (found.role, found.since_us) == ("centre_clerk", trade.state().entered_us)
    trade.do(suspend())
    assert waiting(trade, f"lot/{LOT}") is None


def test_time_that_was_held_is_no_silence(at: At) -> None:
    trade = at("confirmed")
    trade.centre.refresh()
    kernel, lot = trade.centre.kernel, trade.state()
    before = at_desk(kernel.registry, kernel.catalogue, lot)
    after = at_desk(kernel.registry, kernel.catalogue, replace(lot, paused_us=HOUR_US))
    assert before is not None
    assert after == replace(before, due_us=before.due_us + HOUR_US)


def test_a_deposit_due_back_waits_for_the_cashier_and_stays_when_it_is_late(at: At) -> None:
    trade = at("awarded")
    name = f"deposit/{LOT}-{BIDDERS[0]}"
    due = waiting(trade, name)
    assert due is not None
    assert (due.role, due.rule) == ("centre_cashier", "refund_losers_days")
    kernel, state = trade.centre.kernel, trade.state(name)
    late = replace(state, place="refund_overdue", entered_us=due.due_us)
    found = at_desk(kernel.registry, kernel.catalogue, late)
    assert found is not None
    assert (found.role, found.due_us, found.overdue(due.due_us)) == (due.role, due.due_us, True)
    assert name in {one.stream for one in desks.waiting(trade.centre)}
    refund = RefundDeposit(LOT, BIDDERS[0])
    trade.do(staff("deposit.refund/1", refund, "centre_cashier"))
    assert waiting(trade, name) is None
    assert name not in {one.stream for one in desks.waiting(trade.centre)}


def test_what_waits_for_no_staff_is_at_no_desk(at: At) -> None:
    trade = at("bidding")
    assert waiting(trade, f"lot/{LOT}") is None
    assert waiting(trade, "orgs") is None


def test_the_desk_of_a_person_lists_what_they_may_do_and_who_was_silent(at: At) -> None:
    trade = at("confirmed")

    def listed(*words: str) -> list[dict[str, object]]:
        data = ("desk", "list", "--data", str(trade.centre.home.path), "--json")
        found: list[dict[str, object]] = told(command(*data, *words))
        return found

    (one,) = listed()
    assert (one["stream"], one["role"], one["overdue"]) == (f"lot/{LOT}", "centre_clerk", True)
    assert listed("--overdue") == listed("--actor", STAFF["centre_clerk"]) == [one]
    assert listed("--actor", STAFF["office"]) == []
    unknown = command("desk", "list", "--data", trade.centre.home.path, "--actor", "nobody")
    assert (unknown.exit_code, "no person nobody" in unknown.stderr) == (1, True)
    text = command("desk", "list", "--data", trade.centre.home.path, lang="zh").stdout
    assert text.startswith(f"逾期\tlot/{LOT}\t")


def test_every_desk_stands_where_its_role_can_act(places: Places) -> None:
    kernel = places.kernel
    for (kind, place), desk in kernel.registry.desks.items():
        edition = kernel.catalogue.edition
        name = kernel.catalogue.latest("workflow", kernel.registry.streams[kind].workflow, edition)
        edges = kernel.catalogue.workflow(name).transitions
        leaving = {role for e in edges if e.source == place != e.dest for role in e.roles}
        assert desk.role in leaving, (kind, place)
        known = kernel.catalogue.pack("cn-collective@1")
        assert known.get(desk.within).value if desk.within else kernel.registry.instants[desk.at]
        assert desk.within or desk.at in words("zh", "instants"), "a deadline is told in words"
