"""Who may do what for whom, from when to when; the first of two persons only proposes."""

from __future__ import annotations

import pytest

from tests.support.acts import ALL_ROUNDER, ORG, OTHER_ORG, Act, asset, officer, staff
from tests.support.path import PATH
from tests.support.trade import At, Trade
from trading.base.units import DAY_US, FOR_EVER_US
from trading.centre import Personal
from trading.demo import cast
from trading.engine.builtin import WRITER
from trading.engine.stream import Command
from trading.people.commands import (
    CloseOrg,
    CreateOrg,
    EndGrant,
    EnrolPerson,
    GiveGrant,
    LinkAccounts,
    MergeOrg,
    RenameOrg,
    SetPhone,
    UnlinkAccount,
)

GROUP = CreateOrg("group-a1", ORG, "group", "甲社区一组")


def give(actor: str, org: str = ORG, from_us: int = 0, to_us: int = FOR_EVER_US) -> Act:
    data = GiveGrant("new-person", "community_officer", org, from_us, to_us)
    return Act("grant.give/1", data, actor, "office")


def test_a_new_group_stands_below_its_community_and_its_officer_may_act_for_it(at: At) -> None:
    trade = at("founded")
    trade.do(staff("org.create/1", GROUP, "office"))
    trade.do(officer("asset.register/1", asset("asset-of-group", GROUP.org)))
    assert trade.state("asset/asset-of-group").org == GROUP.org


@pytest.mark.parametrize(
    ("data", "guard"),
    [
        (CreateOrg(ORG, "demo-street", "community", "甲社区"), "org_new_v1"),
        (CreateOrg("x", "nowhere", "community", "无"), "granted_v1"),
        (CreateOrg("x", cast.DISTRICT, "community", "越级"), "org_below_parent_v1"),
        (CreateOrg("x", "", "district", "第二个区"), "granted_v1"),
    ],
)
def test_an_organisation_in_the_wrong_place_is_refused(at: At, data: CreateOrg, guard: str) -> None:
    assert at("founded").blockers(staff("org.create/1", data, "office")) == (guard,)


def test_after_the_founding_the_writer_creates_and_grants_nothing(at: At) -> None:
    trade = at("founded")
    give_self = GiveGrant("writer", "office", cast.DISTRICT, 0, FOR_EVER_US)
    for kind, data in (("org.create/1", GROUP), ("grant.give/1", give_self)):
        assert trade.refused(Act(kind, data, WRITER, WRITER)).code == "not_permitted"


def test_a_grant_needs_two_persons_and_then_holds(at: At) -> None:
    trade = at("founded")
    act = Act("asset.register/1", asset(), "new-person", "community_officer")
    assert trade.do(give("office-chen")).outcome == "proposed"
    assert trade.blockers(act) == ("granted_v1",)
    assert trade.blockers(give("office-chen")) == ("second_person_v1",)
    assert trade.do(give("office-peng")).outcome == "done"
    assert trade.do(act).outcome == "done"


def test_the_second_person_must_ask_for_the_very_same(at: At) -> None:
    trade = at("founded")
    trade.do(give("office-chen"))
    assert trade.do(give("office-peng", OTHER_ORG)).outcome == "proposed"
    assert trade.do(give("office-chen")).outcome == "proposed"


def test_a_grant_counts_from_its_first_microsecond_until_before_its_last(at: At) -> None:
    trade = at("founded")
    from_us = trade.clock.now_us() + DAY_US
    to_us = from_us + DAY_US
    for office in ("office-chen", "office-peng"):
        trade.do(give(office, from_us=from_us, to_us=to_us))
    act = [
        Act("asset.register/1", asset(f"asset-{n}"), "new-person", "community_officer")
        for n in range(3)
    ]
    trade.wait(from_us - 1)
    assert trade.blockers(act[0]) == ("granted_v1",)
    trade.wait(from_us)
    trade.do(act[0])
    trade.wait(to_us - 1)
    trade.do(act[1])
    trade.wait(to_us)
    assert trade.blockers(act[2]) == ("granted_v1",)


def test_one_person_ends_a_grant_at_once_and_history_stays(at: At) -> None:
    trade = at("founded")
    trade.wait(trade.clock.now_us() + DAY_US)
    end = EndGrant("officer-yi-a", "community_officer", ORG)
    trade.do(staff("grant.end/1", end, "office"))
    assert trade.blockers(officer("asset.register/1", asset())) == ("granted_v1",)
    (grant,) = trade.state("person/officer-yi-a").facets["person"].grants
    assert grant.to_us == trade.clock.now_us()


def test_ending_one_grant_leaves_the_others(at: At) -> None:
    trade = at("founded")
    end = EndGrant(ALL_ROUNDER, "community_officer", cast.DISTRICT)
    trade.do(staff("grant.end/1", end, "office"))
    still = [g for g in trade.state(f"person/{ALL_ROUNDER}").facets["person"].grants if g.to_us]
    assert {g.role for g in still if g.to_us == FOR_EVER_US} >= {"office", "auditor"}


def test_permission_reaches_down_but_neither_sideways_nor_up(at: At) -> None:
    trade = at("founded")
    act = officer("asset.register/1", asset("asset-b", OTHER_ORG))
    assert trade.blockers(act) == ("granted_v1",)
    act = officer("asset.register/1", asset("asset-d", cast.DISTRICT))
    assert trade.blockers(act) == ("granted_v1",)
    trade.do(Act("asset.register/1", asset("asset-b", OTHER_ORG), ALL_ROUNDER, "community_officer"))


def test_a_grant_that_cannot_be_understood_is_refused(at: At) -> None:
    trade = at("founded")
    for data, guard in (
        (GiveGrant("new-person", "king", ORG, 0, 1), "role_known_v1"),
        (GiveGrant("new-person", "auditor", ORG, 5, 5), "grant_dated_v1"),
    ):
        assert trade.blockers(staff("grant.give/1", data, "office")) == (guard,)


def test_nobody_gives_away_what_belongs_to_another_organisation(at: At) -> None:
    """An office of one community holds no sway over the district, whoever it is given to."""
    trade = at("founded")
    local = [f"local-{n}" for n in (1, 2)]
    for person in (*local, "friend"):
        for office in ("office-chen", "office-peng"):
            data = GiveGrant(person, "office", ORG, 0, FOR_EVER_US)
            trade.do(Act("grant.give/1", data, office, "office"))
    too_much = GiveGrant("friend", "office", cast.DISTRICT, 0, FOR_EVER_US)
    sideways = GiveGrant("friend", "office", OTHER_ORG, 0, FOR_EVER_US)
    for data in (too_much, sideways):
        assert trade.blockers(Act("grant.give/1", data, local[0], "office")) == ("granted_v1",)
    lawful = GiveGrant("friend", "auditor", ORG, 0, FOR_EVER_US)
    acts = [Act("grant.give/1", lawful, person, "office") for person in local]
    assert [trade.do(act).outcome for act in acts] == ["proposed", "done"]


def test_a_name_is_sealed_and_only_its_digest_is_recorded(at: At) -> None:
    trade = at("founded")
    act = staff("person.enrol/1", EnrolPerson("new-person"), "office")
    assert trade.blockers(act) == ("name_disclosed_v1",)
    trade.do(act, personal=(Personal("new-person", "name", "张三丰"),))
    digest = trade.state("person/new-person").facets["person"].name_digest
    assert trade.centre.disclosed(digest) == "张三丰"
    assert not any("张三丰" in str(entry) for entry in trade.entries())


def twice(trade: Trade, kind: str, data: Command) -> None:
    """Let two persons of the office ask for the same."""
    outcomes = [trade.do(Act(kind, data, who, "office")).outcome for who in _OFFICES]
    assert outcomes == ["proposed", "done"]


_OFFICES = ("office-chen", "office-peng")


def test_a_village_that_became_a_community_is_reached_by_its_successor(at: At) -> None:
    """村改社区: entries keep the organisation that they were written with."""
    trade = at("founded")
    village = CreateOrg("village-x", "demo-street", "village", "下村")
    trade.do(staff("org.create/1", village, "office"))
    twice(trade, "grant.give/1", GiveGrant("elder", "community_officer", "village-x", 0,
                                           FOR_EVER_US))  # fmt: skip
    trade.do(Act("asset.register/1", asset("pond", "village-x"), "elder", "community_officer"))
    trade.wait(trade.clock.now_us() + DAY_US)
    twice(trade, "org.merge/1", MergeOrg("village-x", ORG))
    late = Act("asset.register/1", asset("mill", "village-x"), "elder", "community_officer")
    assert trade.blockers(late) == ("granted_v1",)
    assert trade.blockers(officer("asset.register/1", asset("mill", "village-x"))) == (
        "org_known_v1",
    )
    trade.do(officer("asset.register/1", asset("mill")))
    assert trade.state("asset/pond").org == "village-x"
    village_now = trade.state("orgs").facets["orgs"].nodes["village-x"]
    assert (village_now.successor, village_now.to_us) == (ORG, trade.clock.now_us())


@pytest.mark.parametrize("into", [ORG, "demo-street", "nowhere", "gone"])
def test_an_organisation_merges_only_into_another_of_its_rank_that_exists(
    at: At, into: str
) -> None:
    trade = at("founded")
    gone = CreateOrg("gone", "demo-street", "community", "旧社区")
    trade.do(staff("org.create/1", gone, "office"))
    twice(trade, "org.close/1", CloseOrg("gone"))
    refused = trade.blockers(staff("org.merge/1", MergeOrg(ORG, into), "office"))
    assert refused == (("granted_v1",) if into == "nowhere" else ("successor_fits_v1",))


def test_what_others_stand_below_is_not_closed_and_nothing_grows_on_what_is_closed(at: At) -> None:
    trade = at("founded")
    trade.do(staff("org.create/1", GROUP, "office"))
    for org in (cast.DISTRICT, "demo-street", ORG):
        assert trade.blockers(staff("org.close/1", CloseOrg(org), "office")) == ("org_closable_v1",)
    twice(trade, "org.close/1", CloseOrg(GROUP.org))
    twice(trade, "org.close/1", CloseOrg(ORG))
    again = CreateOrg("group-a2", ORG, "group", "二组")
    assert trade.blockers(staff("org.create/1", again, "office")) == ("org_below_parent_v1",)


def test_a_name_changes_and_the_old_one_is_kept(at: At) -> None:
    trade = at("founded")
    trade.do(staff("org.rename/1", RenameOrg(ORG, "甲新社区"), "office"))
    org = trade.state("orgs").facets["orgs"].nodes[ORG]
    assert (org.name_zh, org.former[0].name_zh) == ("甲新社区", "甲社区")


def test_a_deputy_steps_back_with_whom_they_stand_in_for(at: At) -> None:
    trade = at("founded")
    until_us = trade.clock.now_us() + 9 * DAY_US
    stand_in = GiveGrant("helper", "community_officer", ORG, 0, until_us, "officer-yi-a")
    twice(trade, "grant.give/1", stand_in)
    acts = [Act("asset.register/1", asset(f"a-{n}"), "helper", "community_officer") for n in (1, 2)]
    trade.do(acts[0])
    end = EndGrant("officer-yi-a", "community_officer", ORG)
    trade.do(staff("grant.end/1", end, "office"))
    assert trade.blockers(acts[1]) == ("granted_v1",)


@pytest.mark.parametrize(
    ("deputy_of", "guard"),
    [
        ("office-chen", "deputy_of_holder_v1"),
        ("nobody", "deputy_of_holder_v1"),
        ("helper", "deputy_of_holder_v1"),
        ("officer-yi-a", "deputy_dated_v1"),
    ],
)
def test_a_deputy_stands_in_for_a_holder_and_for_a_time(at: At, deputy_of: str, guard: str) -> None:
    to_us = FOR_EVER_US if guard == "deputy_dated_v1" else 10**15
    data = GiveGrant("helper", "community_officer", ORG, 0, to_us, deputy_of)
    assert at("founded").blockers(staff("grant.give/1", data, "office")) == (guard,)


def test_two_accounts_of_one_human_are_one_person(at: At) -> None:
    trade = at("founded")
    link = LinkAccounts("office-peng", "office-chen")
    trade.do(Act("person.link/1", link, ALL_ROUNDER, "office"))
    trade.do(give("office-chen"))
    assert trade.blockers(give("office-peng")) == ("second_person_v1",)
    assert trade.do(give(ALL_ROUNDER)).outcome == "done"
    again = Act("person.link/1", LinkAccounts("office-chen", "office-peng"), ALL_ROUNDER, "office")
    assert trade.blockers(again) == ("accounts_differ_v1",)


def test_another_desk_and_another_hand_are_those_of_another_human(at: At) -> None:
    for place, act, first, guard in (
        ("contracted", PATH["certified"][-1], "operator-tan", "another_hand_v1"),
        ("approved", PATH["accepted"][-1], "officer-yi-a", "another_desk_v1"),
    ):
        trade = at(place)
        assert isinstance(act, Act)
        for step in PATH["certified"][:-1] if guard == "another_hand_v1" else ():
            assert isinstance(step, Act)
            trade.do(step)
        link = LinkAccounts(act.actor, first)
        trade.do(Act("person.link/1", link, ALL_ROUNDER, "office"))
        assert trade.blockers(act) == (guard,)


def test_a_third_account_joins_all_and_leaves_again(at: At) -> None:
    trade = at("founded")

    def accounts() -> list[tuple[str, ...]]:
        people = (*_OFFICES, "clerk-liu")
        return [trade.state(f"person/{who}").facets["person"].accounts for who in people]

    for person, same_as in (_OFFICES, ("office-peng", "clerk-liu")):
        trade.do(Act("person.link/1", LinkAccounts(person, same_as), ALL_ROUNDER, "office"))
    assert accounts() == [("clerk-liu", *_OFFICES)] * 3
    unlink = UnlinkAccount("clerk-liu", "同名不同人")
    trade.do(Act("person.unlink/1", unlink, ALL_ROUNDER, "office"))
    assert trade.do(Act("person.unlink/1", unlink, "office-chen", "office")).outcome == "done"
    assert accounts() == [_OFFICES, _OFFICES, ()]
    unlink = UnlinkAccount("office-chen", "同名不同人")
    trade.do(Act("person.unlink/1", unlink, ALL_ROUNDER, "office"))
    trade.do(Act("person.unlink/1", unlink, "office-peng", "office"))
    assert accounts() == [(), (), ()]


def test_a_telephone_is_sealed_and_set_by_oneself_or_by_staff(at: At) -> None:
    trade = at("founded")
    own = Act("person.set_phone/1", SetPhone("bidder-101"), "bidder-101", "bidder")
    phone = (Personal("bidder-101", "phone", "13800138000"),)
    assert trade.blockers(own) == ("phone_disclosed_v1",)
    other = Act("person.set_phone/1", SetPhone("bidder-101"), "bidder-202", "bidder")
    assert trade.blockers(other, personal=phone) == ("oneself_or_staff_v1",)
    trade.do(own, personal=phone)
    trade.do(staff("person.set_phone/1", SetPhone("rep-01"), "office"), personal=phone)
    digest = trade.state("person/bidder-101").facets["person"].phone_digest
    assert trade.centre.disclosed(digest) == "13800138000"
    assert not any("13800138000" in str(entry) for entry in trade.entries())


@pytest.mark.parametrize(
    ("from_us", "to_us", "holds"),
    [(0, DAY_US, False), (DAY_US - 1, 2 * DAY_US, False), (DAY_US, 2 * DAY_US, True)],
)
def test_the_same_grant_is_not_given_twice_for_the_same_time(
    at: At, from_us: int, to_us: int, holds: bool
) -> None:
    trade = at("founded")
    for actor in cast.OFFICE:
        trade.do(give(actor, to_us=DAY_US))
    again = give("office-chen", from_us=from_us, to_us=to_us)
    if holds:
        assert trade.do(again).outcome == "proposed"
    else:
        assert trade.blockers(again) == ("grant_new_v1",)
    assert trade.do(give("office-chen", OTHER_ORG)).outcome == "proposed"
