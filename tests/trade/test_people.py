"""Who may do what for whom, from when to when; the first of two persons only proposes."""

from __future__ import annotations

import pytest

from tests.support.acts import ALL_ROUNDER, ORG, OTHER_ORG, Act, asset, officer, staff
from tests.support.trade import At
from trading.base.units import DAY_US
from trading.centre import Personal
from trading.demo import cast
from trading.engine.builtin import WRITER
from trading.founding import FOR_EVER_US
from trading.people.commands import CreateOrg, EndGrant, EnrolPerson, GiveGrant

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
