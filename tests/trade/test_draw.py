"""The draw of a panel: committed, called, opened; excluded before, replaced and recused after."""

from __future__ import annotations

import msgspec

from tests.support.acts import (
    BIDDERS,
    CASE,
    LOT,
    MEMBERS,
    NUMBER,
    ORG,
    OTHER_ORG,
    PANEL,
    ROSTER,
    SEED,
    UNTIL_US,
    Act,
    bidder,
    devices,
    observe,
    opened,
    staff,
    statement,
)
from tests.support.acts import register as registration
from tests.support.path import PATH
from tests.support.trade import At, Trade
from tests.trade.seeded import renamed
from trading.bidding.rules import Roll
from trading.engine.context import Context, Envelope
from trading.observing.commands import (
    CallNumber,
    CommitSeed,
    DrawPanel,
    ExcludeMember,
    FreezeRoster,
    ReplaceMember,
)
from trading.observing.draws import commitment_of
from trading.observing.facts import conflicts_known, recusals
from trading.observing.rules import Listed, Panel, roster_digest

CALL = staff("panel.call/1", CallNumber(CASE, NUMBER), "supervision_member")


def freeze(rows: tuple[Listed, ...] = ROSTER, org: str = ORG) -> Act:
    return staff("roster.freeze/1", FreezeRoster(org, rows), "office")


def commit(seed: str = SEED, org: str = ORG, who: str = "office-chen") -> Act:
    return Act("panel.commit/1", CommitSeed(CASE, org, commitment_of(seed)), who, "office")


def draw(seed: str = SEED) -> Act:
    return staff("panel.draw/1", DrawPanel(CASE, seed), "office")


def exclude(member: str) -> Act:
    return staff("panel.exclude/1", ExcludeMember(CASE, member, "interest"), "centre_clerk")


def replace(member: str, who: str) -> Act:
    return Act("panel.replace/1", ReplaceMember(CASE, member, "外出"), who, "office")


def panel(trade: Trade) -> Panel:
    found: Panel = trade.state(f"panel/{CASE}").facets["panel"]
    return found


def done(trade: Trade, *acts: Act) -> Trade:
    for act in acts:
        trade.do(act)
    return trade


def test_the_panel_is_the_sample_of_an_order_that_nobody_could_choose(at: At) -> None:
    trade = done(at("listed"), freeze(), commit(), CALL, draw())
    found = panel(trade)
    assert found.members == PANEL
    assert [seat.position for seat in found.seats] == [3, 7, 12, 17, 21]
    assert found.roster_digest == roster_digest(ROSTER)
    assert found.quorum == 4
    assert trade.state(f"roster/{ORG}").facets["roster"].served == (PANEL,)


def test_a_panel_is_drawn_once(at: At) -> None:
    trade = at("registered")
    assert [trade.refused(act).code for act in (commit(), CALL, draw())] == ["wrong_state"] * 3


def test_a_roster_names_everybody_once_and_in_order(at: At) -> None:
    trade = at("listed")
    twice = freeze((*ROSTER, Listed("group-9", 1, MEMBERS[0])))
    assert trade.blockers(twice) == ("members_distinct_v1",)
    assert trade.blockers(freeze(ROSTER[::-1])) == ("roster_ordered_v1",)
    same_row = freeze((*ROSTER[:4], Listed(ROSTER[3].group, ROSTER[3].number, "rep-99")))
    assert trade.blockers(same_row) == ("roster_ordered_v1",)


def test_four_representatives_are_too_few_for_a_panel_of_five(at: At) -> None:
    trade = at("listed")
    assert trade.blockers(commit()) == ("roster_large_enough_v1",)
    done(trade, freeze(ROSTER[:4]))
    assert trade.blockers(commit()) == ("roster_large_enough_v1",)


def test_the_roster_of_another_community_is_refused(at: At) -> None:
    trade = done(at("listed"), freeze(org=OTHER_ORG))
    assert trade.blockers(commit(org=OTHER_ORG)) == ("roster_of_owner_v1",)


def test_whoever_keeps_the_seed_calls_no_number(at: At) -> None:
    trade = done(at("listed"), freeze(), commit(who="all-rounder"))
    own = msgspec.structs.replace(CALL.data)
    assert trade.blockers(Act(CALL.kind, own, "all-rounder", CALL.role)) == ("caller_apart_v1",)


def test_another_seed_than_the_committed_one_draws_nothing(at: At) -> None:
    trade = done(at("listed"), freeze(), commit(), CALL)
    assert trade.blockers(draw("0" * 64)) == ("seed_opens_v1",)


def test_a_roster_that_changed_after_the_commitment_draws_nothing(at: At) -> None:
    trade = done(at("listed"), freeze(), commit(), CALL, freeze(ROSTER[:7]))
    assert trade.blockers(draw()) == ("roster_unchanged_v1",)
    assert trade.do(commit()).outcome == "proposed"
    assert trade.place(f"panel/{CASE}") == "called"
    done(trade, commit(who="office-peng"), CALL, draw())
    assert set(panel(trade).members) <= {row.member for row in ROSTER[:7]}


def test_the_excluded_are_left_out_and_before_the_number_is_called_alone(at: At) -> None:
    trade = done(at("listed"), freeze(), commit(), exclude(PANEL[0]))
    assert trade.blockers(exclude("stranger")) == ("on_roster_v1",)
    done(trade, CALL)
    assert trade.refused(exclude(PANEL[1])).code == "wrong_state"
    done(trade, draw())
    assert PANEL[0] not in panel(trade).order
    assert len(panel(trade).order) == 22


def test_exclusions_may_not_leave_too_few(at: At) -> None:
    trade = done(at("listed"), freeze(ROSTER[:5]), commit(), exclude(MEMBERS[0]), CALL)
    assert trade.blockers(draw()) == ("enough_eligible_v1",)


def test_before_the_draw_nobody_states_anything(at: At) -> None:
    trade = at("listed")
    assert trade.refused(statement("O2", PANEL[0])).code == "not_found"
    assert trade.entries()[-1].stream == "security"
    done(trade, freeze(), commit())
    assert trade.refused(statement("O2", PANEL[0])).code == "wrong_state"


def test_an_excluded_observer_states_nothing(at: At) -> None:
    trade = done(at("listed"), freeze(), commit(), exclude(PANEL[0]), CALL, draw(), opened("O3"))
    assert trade.blockers(statement("O3", PANEL[0])) == ("on_panel_v1",)


def test_a_roster_of_two_hundred_is_drawn_from(at: At) -> None:
    rows = tuple(Listed(f"group-{n // 3:02d}", n % 3 + 1, f"rep-jia-{n:03d}") for n in range(200))
    trade = done(at("listed"), freeze(rows), commit(), CALL, draw())
    assert len(panel(trade).order) == 200


def test_a_seat_passes_to_the_nearest_by_two_people(at: At) -> None:
    trade = at("registered")
    order = panel(trade).order
    assert trade.blockers(replace("stranger", "office-chen")) == ("member_seated_v1",)
    assert trade.do(replace(PANEL[0], "office-chen")).outcome == "proposed"
    done(trade, replace(PANEL[0], "office-peng"))
    found = panel(trade)
    assert (found.members, found.seats[0].position) == ((order[3], *PANEL[1:]), 4)
    assert found.gone == {PANEL[0]: "unavailable"}


def test_a_seat_that_nobody_can_take_is_gone(at: At) -> None:
    trade = done(at("listed"), freeze(ROSTER[:5]), commit(), CALL, draw())
    for leaving, quorum in ((0, 3), (1, 2)):
        for who in ("office-chen", "office-peng"):
            trade.do(replace(MEMBERS[leaving], who))
        assert len(panel(trade).members) == 4 - leaving
        assert panel(trade).quorum == quorum


def context_of(trade: Trade, stream: str, **rolls: Roll) -> Context:
    """Return a context that looks at ``stream``, with the conflicts of a roll as given."""
    kernel, states = trade.centre.kernel, trade.states()
    trade.centre.refresh()
    for lot, roll in rolls.items():
        name = f"roll/{lot.replace('_', '-')}"
        states[name] = msgspec.structs.replace(
            states[f"roll/{LOT}"], name=name, facets={"roll": roll}
        )
    env = Envelope("x", None, "clock", "clock", 0, "c" * 32)
    return Context(kernel.registry, kernel.catalogue, env, states, states[stream], 0)


def test_a_registration_recuses_whom_it_bars_and_names_no_bidder(at: At) -> None:
    trade = at("registered")
    order = panel(trade).order
    barred = (PANEL[0], order[3], "rep-99")
    (part,) = recusals(context_of(trade, f"lot/{LOT}", case_a_1=Roll(conflicts=barred)))
    assert (part.stream, part.trigger) == (f"panel/{CASE}", "recuse")
    (event,) = part.events
    said = msgspec.to_builtins(event)
    assert said == {
        "event": "seat_passed/1", "member": PANEL[0], "cause": "recused", "to": order[1],
        "position": 2, "quorum": 4,
    }  # fmt: skip


def test_recusals_are_applied_when_registration_closes_and_not_sooner(at: At) -> None:
    trade = at("listed")
    done(trade, freeze(), commit(), CALL, draw(), *devices(*PANEL[:2]), *observe("O1"))
    number = BIDDERS[0]
    register = msgspec.structs.replace(registration(number), conflicts=(PANEL[1],))
    done(trade, bidder("registration.submit/1", register, number))
    assert panel(trade).members == PANEL
    trade.wait(UNTIL_US)
    assert panel(trade).gone == {PANEL[1]: "recused"}
    assert len(panel(trade).members) == 5
    assert trade.blockers(statement("O1", PANEL[1])) == ("on_panel_v1", "states_once_v1")


def test_without_conflict_or_panel_nobody_is_recused(at: At) -> None:
    assert recusals(context_of(at("registered"), f"lot/{LOT}")) == ()
    trade = done(at("listed"), freeze())
    assert recusals(context_of(trade, f"lot/{LOT}")) == ()


def test_conflicts_are_known_to_a_draw_only_when_registration_is_closed(at: At) -> None:
    roll = Roll(conflicts=(MEMBERS[0],))
    open_still = context_of(at("registered"), f"panel/{CASE}", case_a_1=roll)
    assert conflicts_known(open_still) == frozenset()
    closed = context_of(at("qualified"), f"panel/{CASE}", case_a_1=roll)
    assert conflicts_known(closed) == {MEMBERS[0]}


def test_who_sat_twice_in_a_row_rests_the_third_time(at: At) -> None:
    trade = at("registered")
    drafts = [act for act in PATH["drafted"] if isinstance(act, Act)]
    for n in (2, 3):
        done(trade, *(renamed(act, n) for act in (*drafts, commit(), CALL, draw())))
    served = trade.state(f"roster/{ORG}").facets["roster"].served
    assert served[:2] == (PANEL, PANEL)
    assert not set(served[2]) & set(PANEL)
