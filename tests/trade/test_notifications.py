"""Whoever is concerned is told once, is tried again within limits, and is called in the end."""

from __future__ import annotations

import pytest

from tests.cli.conftest import command
from tests.support.acts import (
    ASSET,
    BIDDERS,
    CASE,
    LOT,
    OFFICER,
    PANEL,
    STAFF,
    Act,
    bidder,
    paper,
    staff,
    suspend,
)
from tests.support.trade import At, Places, Trade
from trading.base.units import DAY_US
from trading.centre import Personal
from trading.disputes.commands import FileObjection
from trading.engine.registry import HOLD
from trading.notifications.commands import AttemptNotification, ConfirmNotification
from trading.notifications.notices import RULES, People, Said
from trading.notifications.rules import ATTEMPTS_MAX, Attempt, Notification, waiting
from trading.notifications.tables import concerning
from trading.outbox import Outbox, name_of, people_around, phone_of, waiting_names
from trading.people.commands import SetPhone
from trading.store import log

WINNER, LOSER = f"bidder-{BIDDERS[1]}", f"bidder-{BIDDERS[0]}"


class Gateway:
    """A gateway that takes what it is told to, or is away."""

    name = "sms"

    def __init__(self, *answers: bool | OSError) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, str, str]] = []

    def send(self, person: str, phone: str, text: str) -> bool:
        self.sent.append((person, phone, text))
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, OSError):
            raise answer
        return answer


def notifications(trade: Trade) -> dict[str, Notification]:
    return {
        state.name.partition("/")[2]: state.facets["notification"]
        for state in trade.centre.states_of("notification")
    }


def messages(trade: Trade, person: str) -> list[str]:
    found = sorted(notifications(trade).values(), key=lambda one: one.entry)
    return [t.message for one in found for t in one.tellings if t.person == person]


def phone(trade: Trade, person: str, number: str = "13800138000") -> None:
    act = Act("person.set_phone/1", SetPhone(person), person, "bidder")
    trade.do(act, personal=(Personal(person, "phone", number),))


def test_a_whole_trade_tells_everybody_what_concerns_them(at: At) -> None:
    trade = at("certified")
    queued = Outbox(trade.centre).run()
    assert queued == len(notifications(trade)) > 0
    won, lost = messages(trade, WINNER), messages(trade, LOSER)
    assert won[0] == lost[0] == "registered"
    assert {"deposit_received", "qualified", "leading", "won"} <= set(won)
    assert {"deposit_received", "qualified", "lost", "refund_due"} <= set(lost)
    assert not {"won", "leading"} & set(lost)
    assert {"seated", "ready", "provisional"} <= set(messages(trade, PANEL[0]))


def test_what_was_told_is_not_told_again_by_anybody(at: At) -> None:
    trade = at("provisional")
    first = Outbox(trade.centre)
    assert first.run() > 0
    before = notifications(trade)
    assert first.run() == Outbox(trade.centre).run() == 0
    assert notifications(trade) == before


def test_who_was_interrupted_goes_on_where_it_stopped(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    trade, seen = at("certified"), 0
    whole = at("certified")
    Outbox(whole.centre).run()
    outbox = Outbox(trade.centre)
    do = trade.centre.do

    def cut(kind: str, *given: object, **more: object) -> object:
        nonlocal seen
        seen += 1
        if seen == 5:
            raise KeyboardInterrupt
        return do(kind, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(trade.centre, "do", cut)
    with pytest.raises(KeyboardInterrupt):
        outbox.run()
    monkeypatch.undo()
    Outbox(trade.centre).run()

    def recipients(one: Trade) -> dict[str, list[tuple[str, str]]]:
        return {
            name: [(telling.person, telling.message) for telling in found.tellings]
            for name, found in notifications(one).items()
        }

    assert recipients(trade) == recipients(whole)


def test_a_notification_is_a_blind_leaf_and_its_number_tells_nothing_of_how_many(at: At) -> None:
    trade = at("listed")
    size = trade.size
    trade.do(suspend())
    Outbox(trade.centre).run()
    told = [entry for entry in trade.entries(size) if entry.kind == "notification.queue/1"]
    assert len(told) == 1
    (found,) = [one for one in notifications(trade).values() if one.entry == size]
    assert found.tellings == ()
    rows = log.entries(trade.centre.reading, size, 99)
    assert {row.audience for row in rows if row.stream.startswith("notif")} == {"restricted"}


def test_a_gateway_is_tried_within_limits_and_whoever_confirmed_is_left_alone(at: At) -> None:
    trade = at("qualified")
    phone(trade, LOSER)
    away = Gateway(OSError("no line"), *[False] * 99)
    outbox = Outbox(trade.centre, (away,))
    outbox.run()
    once = len(away.sent)
    assert once == len(messages(trade, LOSER))
    outbox.run()
    assert len(away.sent) == once
    for _day in range(9):
        trade.clock.advance_to(trade.clock.now_us() + DAY_US)
        outbox.run()
    assert len(away.sent) == once * ATTEMPTS_MAX
    assert {one[:2] for one in away.sent} == {(LOSER, "13800138000")}
    assert all(LOT in one[2] for one in away.sent)


def test_what_got_through_is_not_sent_again_but_still_waits_to_be_confirmed(at: At) -> None:
    trade = at("qualified")
    phone(trade, LOSER)
    gateway = Gateway()
    outbox = Outbox(trade.centre, (gateway,))
    outbox.run()
    sent = len(gateway.sent)
    trade.clock.advance_to(trade.clock.now_us() + DAY_US)
    outbox.run()
    assert len(gateway.sent) == sent > 0
    with trade.centre.reading.connect() as connection:
        names = concerning(connection, LOSER, 2**53 - 1, 50)
        assert len(names) == sent
        assert concerning(connection, LOSER, 2**53 - 1, 1) == names[:1]
        assert concerning(connection, "bidder_101", 2**53 - 1, 50) == []
    for name in names:
        trade.do(Act("notification.confirm/1", ConfirmNotification(name, LOSER), LOSER, "bidder"))
    assert not any(
        telling.person == LOSER
        for found in notifications(trade).values()
        for telling in waiting(found)
    )


def test_nobody_confirms_for_another_but_the_clerk_who_called(at: At) -> None:
    trade = at("qualified")
    Outbox(trade.centre).run()
    name = next(n for n, one in notifications(trade).items() if one.tellings[0].person == LOSER)
    confirm = ConfirmNotification(name, LOSER)
    other = Act("notification.confirm/1", confirm, WINNER, "bidder")
    assert trade.blockers(other) == ("own_or_called_v1",)
    call = AttemptNotification(name, (Attempt(LOSER, "call", reached=True),))
    trade.do(staff("notification.attempt/1", call, "centre_clerk"))
    trade.do(staff("notification.confirm/1", confirm, "centre_clerk"))
    assert trade.blockers(bidder("notification.confirm/1", confirm, BIDDERS[0])) == (
        "addressed_v1",
    )
    stranger = ConfirmNotification(name, "nobody")
    assert "addressed_v1" in trade.blockers(
        staff("notification.confirm/1", stranger, "centre_clerk")
    )


def test_after_the_last_attempt_no_other_is_made(at: At) -> None:
    trade = at("registered")
    Outbox(trade.centre).run()
    name = next(n for n, one in notifications(trade).items() if one.tellings)
    person = notifications(trade)[name].tellings[0].person
    call = AttemptNotification(name, (Attempt(person, "call", reached=False),))
    for _attempt in range(ATTEMPTS_MAX):
        trade.do(staff("notification.attempt/1", call, "centre_clerk"))
    refused = trade.blockers(staff("notification.attempt/1", call, "centre_clerk"))
    assert refused == ("attempts_left_v1",)


def test_a_restored_copy_tells_nobody(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    trade = at("provisional")
    monkeypatch.setattr(type(trade.centre.home), "read_only_reason", lambda _home: "restored")
    assert Outbox(trade.centre).run() == 0


def test_who_was_erased_or_never_told_a_number_is_not_called(at: At) -> None:
    trade = at("founded")
    assert (phone_of(trade.centre, "nobody"), name_of(trade.centre, "office-chen")) == ("", "")
    phone(trade, "bidder-101")
    assert phone_of(trade.centre, "bidder-101") == "13800138000"
    trade.centre.subject_keys.destroy("bidder-101")
    assert phone_of(trade.centre, "bidder-101") == ""


def test_who_stands_around_a_case_a_contract_and_an_objection(at: At) -> None:
    trade = at("publicity")
    case = people_around(trade.centre, Said(f"case/{CASE}", "amend", "", ""), {"bidders"})
    assert case.bidders == tuple(f"bidder-{number}" for number in BIDDERS)
    filing = FileObjection(LOT, 1, "objection", "procedure")
    docs = (paper("objection"),)
    trade.do(Act("objection.file/1", filing, LOSER, "bidder", docs=docs))
    filed = people_around(trade.centre, Said(f"objection/{LOT}-1", "file", "", ""), {"filer"})
    assert filed.filer == LOSER
    panel = people_around(trade.centre, Said(f"panel/{CASE}", "ask", "", ""), {"operators"})
    assert STAFF["centre_operator"] in panel.operators
    asset = people_around(trade.centre, Said(f"asset/{ASSET}", "approach", "", ""), {"officers"})
    assert OFFICER in asset.officers
    assert "office-chen" not in asset.officers
    nothing = people_around(trade.centre, Said("case/none", "x", "", ""), {"bidders", "officers"})
    assert nothing == People()


def test_a_record_with_notifications_replays_to_the_same_rows(at: At) -> None:
    trade = at("provisional")
    phone(trade, LOSER)
    Outbox(trade.centre, (Gateway(),)).run()
    path = trade.centre.home.path
    trade.close()
    done = command("replay", "--data", path)
    assert (done.exit_code, done.stderr) == (0, "")


def test_all_that_wait_are_found_page_by_page(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    trade = at("certified")
    Outbox(trade.centre).run()
    wanted = sorted((one.entry, name) for name, one in notifications(trade).items() if waiting(one))
    monkeypatch.setattr("trading.outbox.PAGE", 2)
    assert list(waiting_names(trade.centre)) == [name for _entry, name in wanted]


def test_every_rule_speaks_of_a_step_that_a_workflow_knows(places: Places) -> None:
    known = {
        (kind, edge.trigger, edge.dest)
        for workflow in places.kernel.catalogue._workflows.values()
        for kind in {workflow.stream, "lot" if workflow.name == HOLD else workflow.stream}
        for edge in workflow.transitions
    }
    for rule in RULES:
        assert any(
            kind == rule.stream and rule.trigger in {"", trigger} and rule.dest in {"", dest}
            for kind, trigger, dest in known
        ), rule
