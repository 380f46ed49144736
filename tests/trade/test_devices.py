"""Own devices: added by oneself, confirmed by two others, and what they sign counts fully."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.support.acts import (
    CASE,
    LOT,
    MEMBERS,
    ORG,
    OTHER_ORG,
    PANEL,
    REP,
    Act,
    by_phone,
    devices,
    opened,
    statement,
)
from tests.support.trade import At, Trade
from trading.base.signature import fingerprint
from trading.base.units import HOUR_US
from trading.demo.devices import public_key
from trading.observing.rules import Panel, complete
from trading.people.device_commands import AddDevice, ConfirmDevice, RevokeDevice

WHO = PANEL[2]
KEY = fingerprint(public_key(WHO))
ADD, *CONFIRM = devices(WHO)


def changed(act: Act, **fields: Any) -> Act:
    return Act(act.kind, msgspec.structs.replace(act.data, **fields), act.actor, act.role)


def by(actor: str, act: Act) -> Act:
    return Act(act.kind, act.data, actor, act.role)


def known(trade: Trade) -> Trade:
    for act in (ADD, *CONFIRM):
        trade.do(act)
    return trade


def revoke(actor: str, role: str = REP, key: str = KEY) -> Act:
    return Act("person.revoke_device/1", RevokeDevice(WHO, key), actor, role)


def complete_for(trade: Trade, step: str, lot: str = LOT) -> bool:
    panel: Panel = trade.state(f"panel/{CASE}").facets["panel"]
    return complete(panel, step, lot, "1/2")


def test_a_device_counts_when_two_others_of_the_roster_have_confirmed_it(at: At) -> None:
    trade = at("registered")
    trade.do(opened("O3"))
    said = by_phone(statement("O3", WHO))
    for act in (ADD, *CONFIRM):
        assert trade.blockers(said) == ("signature_valid_v1",)
        trade.do(act)
    trade.do(said)
    (made,) = trade.state(f"panel/{CASE}").facets["panel"].steps["O3"][0].statements
    assert (made.member, made.assurance) == (WHO, "device_key")
    event = msgspec.json.decode(trade.entries()[-1].out)["events"][0]
    assert event["public_key"] == public_key(WHO)


def test_nobody_adds_a_device_for_another(at: At) -> None:
    assert at("registered").blockers(by(PANEL[3], ADD)) == ("oneself_v1",)


def test_a_device_is_added_once_and_there_are_not_too_many(at: At) -> None:
    trade = at("registered")
    trade.do(ADD)
    assert trade.blockers(ADD) == ("device_new_v1",)
    for n in range(7):
        trade.do(changed(ADD, public_key=public_key(f"phone {n}")))
    assert trade.blockers(changed(ADD, public_key=public_key("one more"))) == ("device_new_v1",)


def test_what_is_no_key_is_no_device(at: At) -> None:
    act = Act("person.add_device/1", AddDevice(WHO, "p256", "04" + "00" * 64), WHO, REP)
    assert at("registered").blockers(act) == ("key_sound_v1",)


def test_a_device_is_confirmed_by_others_of_the_same_roster_once_each(at: At) -> None:
    trade = at("registered")
    trade.do(ADD)
    first = CONFIRM[0]
    assert trade.blockers(by(WHO, first)) == ("confirms_another_v1",)
    assert trade.blockers(by("stranger", first)) == ("same_roster_v1",)
    assert trade.blockers(changed(first, org=OTHER_ORG)) == ("same_roster_v1",)
    assert trade.blockers(changed(first, fingerprint="0" * 64)) == ("device_live_v1",)
    trade.do(first)
    assert trade.blockers(first) == ("confirms_once_v1",)


def test_a_stranger_has_no_device_to_confirm(at: At) -> None:
    act = Act("person.confirm_device/1", ConfirmDevice("office-chen", ORG, KEY), MEMBERS[0], REP)
    assert at("registered").blockers(act) == ("same_roster_v1", "device_live_v1")


def test_a_revoked_device_signs_no_longer_but_what_it_signed_stands(at: At) -> None:
    trade = known(at("registered"))
    trade.do(opened("O3"))
    trade.do(by_phone(statement("O3", WHO)))
    assert trade.blockers(revoke(MEMBERS[0])) == ("oneself_or_office_v1",)
    trade.do(revoke(WHO))
    assert trade.blockers(revoke("office-chen", "office")) == ("device_live_v1",)
    trade.do(changed(opened("O3"), shown="1" * 64))
    said = by_phone(statement("O3", WHO, shown="1" * 64))
    assert trade.blockers(said) == ("signature_valid_v1",)


def test_the_office_may_revoke_a_lost_device(at: At) -> None:
    trade = known(at("registered"))
    trade.do(revoke("office-chen", "office"))
    assert trade.state(f"person/{WHO}").facets["devices"].known[KEY].revoked_us > 0


@pytest.mark.parametrize(
    "fields",
    [{"verdict": "refused", "reason_zh": "不符"}, {"lot": LOT}, {"signature": "00" * 64},
     {"device": "0" * 64}, {"reason_zh": "另有说明"}, {"signature": ""}],
)  # fmt: skip
def test_a_signature_is_over_everything_that_is_stated(at: At, fields: dict[str, Any]) -> None:
    trade = known(at("registered"))
    trade.do(opened("O3"))
    said = by_phone(statement("O3", WHO))
    assert trade.blockers(changed(said, **fields)) == ("signature_valid_v1",)


def test_nobody_signs_with_the_device_of_another(at: At) -> None:
    trade = known(at("registered"))
    trade.do(opened("O3"))
    said = by_phone(statement("O3", WHO))
    assert trade.blockers(by(PANEL[3], said)) == ("signature_valid_v1",)


def test_a_code_or_a_paper_bears_no_signature(at: At) -> None:
    trade = known(at("registered"))
    trade.do(opened("O3"))
    said = changed(by_phone(statement("O3", WHO)), assurance="paper")
    assert trade.blockers(said) == ("signature_valid_v1",)


def test_codes_alone_make_no_quorum(at: At) -> None:
    trade = known(at("registered"))
    trade.do(opened("O3"))
    for member in (*PANEL[:2], *PANEL[3:]):
        trade.do(statement("O3", member, assurance="assisted"))
    assert not complete_for(trade, "O3")
    trade.do(by_phone(statement("O3", WHO)))
    assert not complete_for(trade, "O3")


def test_the_supervision_committee_stands_in_when_the_retry_is_over(at: At) -> None:
    trade = at("registered")
    trade.do(opened("O3"))
    for member in PANEL[:2]:
        trade.do(by_phone(statement("O3", member)))
    trade.do(statement("O3", PANEL[2]))
    said = statement("O3", "supervisor-fang")
    stands_in = Act(said.kind, said.data, said.actor, "supervision_member")
    trade.wait(trade.clock.now_us() + 24 * HOUR_US - 1_000_000)
    assert trade.blockers(stands_in) == ("quorum_missed_v1",)
    trade.wait(trade.clock.now_us() + 1_000_000)
    assert not complete_for(trade, "O3")
    trade.do(stands_in)
    assert complete_for(trade, "O3")
    assert trade.blockers(stands_in) == ("states_once_v1",)


def test_who_sits_on_the_panel_stands_in_for_nobody(at: At) -> None:
    trade = at("registered")
    trade.do(opened("O3"))
    trade.wait(trade.clock.now_us() + 24 * HOUR_US)
    said = statement("O3", PANEL[0])
    act = Act(said.kind, said.data, said.actor, "supervision_member")
    assert trade.refused(act).code == "not_permitted"
