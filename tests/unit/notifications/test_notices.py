"""Who must be told of what, and how often it is tried."""

from __future__ import annotations

import msgspec
import pytest

from trading.base.units import DAY_US, HOUR_US, MINUTE_US
from trading.notifications.notices import (
    MESSAGES,
    Notice,
    People,
    Said,
    lots_of,
    notices_for,
    pages,
    recipients,
    said,
)
from trading.notifications.rules import (
    ATTEMPTS_MAX,
    RECIPIENTS_MAX,
    Attempt,
    Attempted,
    CallSheet,
    Confirmed,
    Queued,
    Recipient,
    SheetPrinted,
    Telling,
    attempted,
    confirmed,
    next_attempt_us,
    queued,
    sheet_printed,
    waiting,
)
from trading.outbox import texts
from trading.record.entry import RawBody

PEOPLE = People(
    ("bidder-1", "bidder-2"), "bidder-2", ("rep-1",), "resident-9", ("officer-1",), ("operator-1",)
)


def told(stream: str, trigger: str, source: str, dest: str) -> dict[str, str]:
    step = Said(stream, trigger, source, dest)
    found = recipients(step, notices_for(step), PEOPLE)
    return {one.person: one.message for one in found}


@pytest.mark.parametrize(
    ("step", "wanted"),
    [
        (("registration/l-1-2", "submit", "new", "submitted"), {"bidder-2": "registered"}),
        (("registration/l-1-2", "qualify", "checking", "qualified"), {"bidder-2": "qualified"}),
        (("registration/l-1-2", "reject", "checking", "rejected"), {"bidder-2": "rejected"}),
        (("deposit/l-1-2", "release", "held", "refund_due"), {"bidder-2": "refund_due"}),
        (("case/c", "amend", "published", "published"),
         dict.fromkeys(("bidder-1", "bidder-2", "rep-1"), "amended")),
        (("lot/l-1", "suspend", "clear", "held"),
         dict.fromkeys(("bidder-1", "bidder-2", "rep-1"), "held")),
        (("lot/l-1", "resume", "held", "clear"),
         dict.fromkeys(("bidder-1", "bidder-2", "rep-1"), "resumed")),
        (("lot/l-1", "end", "bidding", "provisional"),
         {"bidder-2": "leading", "rep-1": "provisional"}),
        (("lot/l-1", "go_thin", "qualifying", "thin"),
         dict.fromkeys(("bidder-1", "bidder-2", "rep-1"), "thin")),
        (("lot/l-1", "negotiate", "qualifying", "negotiating"),
         dict.fromkeys(("bidder-1", "bidder-2", "rep-1"), "negotiating")),
        (("lot/l-1", "lapse", "provisional", "defaulted"),
         dict.fromkeys(("bidder-1", "bidder-2", "officer-1", "rep-1"), "defaulted")),
        (("lot/l-1", "succeed", "defaulted", "provisional"),
         {"bidder-2": "succeeded", "rep-1": "provisional"}),
        (("lot/l-1", "award", "cleared", "awarded"), {"bidder-1": "lost", "bidder-2": "won"}),
        (("objection/l-1-1", "dismiss", "admitted", "dismissed"),
         {"resident-9": "objection_answered"}),
        (("panel/l-1", "open_step", "seated", "seated"), {"rep-1": "step_opened"}),
        (("panel/c", "ask", "seated", "seated"), {"operator-1": "asked"}),
        (("panel/c", "answer_late", "seated", "seated"),
         dict.fromkeys(("operator-1", "rep-1"), "answer_late")),
        (("lot/l-1", "rerun", "publicity", "qualifying"),
         dict.fromkeys(("bidder-1", "bidder-2", "rep-1"), "rerun")),
        (("contract/lot-l-1", "approach", "in_force", "expiring_first"),
         {"officer-1": "contract_expiring"}),
    ],
)  # fmt: skip
def test_who_is_told_what(step: tuple[str, str, str, str], wanted: dict[str, str]) -> None:
    assert told(*step) == wanted


@pytest.mark.parametrize(
    "step",
    [
        ("lot/l-1", "bid", "bidding", "bidding"),
        ("lot/l-1", "waive", "ready", "ready"),
        ("deposit/l-1-2", "correct", "held", "held"),
        ("asset/a", "reserve", "idle", "reserved"),
    ],
)
def test_a_step_that_concerns_nobody_or_stays_in_its_place_is_not_told(
    step: tuple[str, str, str, str],
) -> None:
    assert told(*step) == {}


def test_where_nobody_won_and_nobody_filed_nobody_is_made_up() -> None:
    step = Said("lot/l-1", "end", "bidding", "provisional")
    everybody = tuple(Notice(who, "x") for who in ("winner", "filer", "losers"))
    assert recipients(step, everybody, People(("bidder-1",))) == (Recipient("bidder-1", "x"),)


def test_the_lot_of_a_step() -> None:
    names = ("registration/c-1-7", "deposit/c-1-7", "objection/c-1-1", "lot/c-1", "panel/c-1")
    assert {lots_of(Said(name, "", "", "")) for name in names} == {"c-1"}
    assert lots_of(Said("case/c", "", "", "")) == "c"


@pytest.mark.parametrize("outcome", ["done", "proposed", "refused"])
def test_only_what_was_done_is_told(outcome: str) -> None:
    out = {"outcome": outcome, "trigger": "award", "from": "cleared", "to": "awarded", "code": ""}
    raw = msgspec.Raw(msgspec.json.encode(out))
    body = RawBody("v", "lot.award/1", "lot/l-1", 1, "", "", (1, 1), 0, raw)
    step = Said("lot/l-1", "award", "cleared", "awarded")
    assert said(body) == (step if outcome == "done" else None)


def test_many_recipients_are_parted_and_none_are_a_page() -> None:
    many = tuple(Recipient(f"b-{n}", "x") for n in range(RECIPIENTS_MAX + 1))
    assert [len(page) for page in pages(many)] == [RECIPIENTS_MAX, 1]
    assert pages(()) == ((),)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_message_has_a_text(lang: str) -> None:
    assert texts(lang).keys() == MESSAGES
    assert all("{about}" in text for text in texts(lang).values())


def test_a_notification_from_queued_to_confirmed() -> None:
    first = queued(None, Queued("lot/l", 7, 9, (Recipient("a", "x"), Recipient("b", "y"))))
    tried = attempted(first, Attempted((Attempt("a", "call", reached=True),), 11))
    assert tried.tellings == (Telling("a", "x", 1, 11, "call", reached=True), Telling("b", "y"))
    done = confirmed(tried, Confirmed("b", 12))
    assert [telling.person for telling in waiting(done)] == ["a"]
    assert (done.about, done.entry, done.queued_us) == ("lot/l", 7, 9)


def test_a_channel_is_tried_again_later_and_later_and_then_no_more() -> None:
    telling, waits = Telling("a", "x"), []
    for _attempt in range(ATTEMPTS_MAX):
        due_us = next_attempt_us(telling)
        assert due_us is not None
        waits.append(due_us - telling.last_us)
        telling = msgspec.structs.replace(telling, attempts=telling.attempts + 1, last_us=100)
    assert waits == [0, 10 * MINUTE_US, HOUR_US, 6 * HOUR_US, DAY_US]
    assert next_attempt_us(telling) is None
    assert next_attempt_us(Telling("a", "x", reached=True)) is None
    assert next_attempt_us(Telling("a", "x", confirmed_us=1)) is None


def test_sheets_are_counted() -> None:
    once = sheet_printed(None, SheetPrinted("d1", 3))
    assert sheet_printed(once, SheetPrinted("d2", 1)) == CallSheet(2, "d2")
