"""What cannot be parsed is never logged; what is refused tells every rule and changes nothing."""

from __future__ import annotations

import json

import msgspec
import pytest

from tests.support.acts import (
    BID_US,
    BIDDERS,
    LOT,
    START_FEN,
    STEP_FEN,
    Act,
    bidder,
    deposit,
    staff,
)
from tests.support.trade import At, Trade
from trading.base.errors import InvalidInput, KeyReused, ReadOnly, TradingError
from trading.bidding.commands import GetReady, PlaceBid, Reject
from trading.bidding.holds import SuspendLot
from trading.engine.builtin import EnterDefinition
from trading.engine.texts import check_texts
from trading.words.explaining import explain

BID = "bid.place/1"


@pytest.fixture
def live(at: At) -> Trade:
    """Give a lot in bidding, twenty minutes after its start, where the first bidder leads."""
    trade = at("bidding")
    trade.wait(BID_US)
    trade.do(bidder(BID, PlaceBid(LOT, START_FEN), BIDDERS[0]))
    return trade


def body(price: str) -> bytes:
    return f'{{"lot": "{LOT}", "price_fen": {price}}}'.encode()


@pytest.mark.parametrize(
    ("raw", "field", "rule"),
    [
        (body('"１００００００"'), "price_fen", "schema"),
        (body("１００００００"), "", "json"),
        (body("1e3"), "price_fen", "schema"),
        (body("1000.0"), "price_fen", "schema"),
        (body("true"), "price_fen", "schema"),
        (body("null"), "price_fen", "schema"),
        (body('"100000"'), "price_fen", "schema"),
        (body("-100000"), "price_fen", "schema"),
        (body("0"), "price_fen", "schema"),
        (body("1000000000000001"), "price_fen", "schema"),
        (body("1" + "0" * 40), "price_fen", "schema"),
        (body("NaN"), "", "json"),
        (body('1, "discount": 5'), "discount", "schema"),
        (b'{"lot": "case-a-1"}', "price_fen", "schema"),
        (b'{"lot": "../a", "price_fen": 1}', "lot", "schema"),
        (b'{"lot": "\xff", "price_fen": 1}', "", "json"),
        (b"[1]", "", "schema"),
        (b"", "", "json"),
        (b"[" * 100_000, "", "schema"),
    ],
)
def test_what_cannot_be_parsed_names_its_field_and_is_never_logged(
    live: Trade, raw: bytes, field: str, rule: str
) -> None:
    size = live.size
    with live.leaves_no_change(), pytest.raises(InvalidInput) as caught:
        live.centre.parse(BID, raw)
    assert (caught.value.status, caught.value.params["rule"]) == (400, rule)
    assert caught.value.params["field"] == field
    told = explain(caught.value, live.centre)
    assert told["code"] == "invalid_input"
    assert told["message"]
    assert told["detail"]
    assert told.get("field", "") == field
    assert live.size == size


def test_a_field_deep_inside_is_named_by_its_path(live: Trade) -> None:
    contract = {"number": "HT-1", "asset": "a", "use_zh": "x", "price_unit": "x", "price_fen": "1"}
    raw = json.dumps({"lot": LOT, "contract": contract}).encode()
    with pytest.raises(InvalidInput) as caught:
        live.centre.parse("lot.sign/1", raw)
    assert caught.value.params["field"] == "contract.price_fen"
    raw = json.dumps({"lot": LOT, "contract": {"bribe_fen": 1}}).encode()
    with pytest.raises(InvalidInput) as caught:
        live.centre.parse("lot.sign/1", raw)
    assert caught.value.params["field"] == "contract.bribe_fen"


def test_what_can_be_parsed_is_the_command_itself(live: Trade) -> None:
    assert live.centre.parse(BID, body("100000")) == PlaceBid(LOT, 100_000)
    assert live.centre.encode(PlaceBid(LOT, 1)) == f'{{"lot":"{LOT}","price_fen":1}}'.encode()


def suspended(reason_zh: str) -> Act:
    return staff("lot.suspend/1", SuspendLot(LOT, "system_fault", reason_zh), "office")


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (suspended("联系人 13800138000"), "reason_zh"),
        (suspended("张三 11010519491231002X"), "reason_zh"),
        (suspended("账号 4111111111111111"), "reason_zh"),
        (
            staff(
                "registration.reject/1",
                Reject(LOT, 101, ("papers_missing",), "１３８００１３８０００"),
                "office",
            ),
            "reason_zh",
        ),
    ],
)
def test_personal_numbers_in_typed_text_are_refused_before_the_record(
    live: Trade, act: Act, field: str
) -> None:
    size = live.size
    with live.leaves_no_change(), pytest.raises(InvalidInput) as caught:
        live.do(act)
    assert (caught.value.params["rule"], caught.value.params["field"]) == ("personal", field)
    assert live.size == size


def test_a_digest_that_holds_the_digits_of_a_number_by_chance_is_no_personal_data() -> None:
    digest = ("a13800138000b" + "c" * 64)[:64]
    check_texts(EnterDefinition("calendar", "cn-2026@1", digest, {}))
    with pytest.raises(InvalidInput):
        check_texts(EnterDefinition("calendar", "cn-2026@1", digest[:63], {}))


def test_text_inside_lists_and_structs_is_looked_at_too(at: At) -> None:
    from tests.support.acts import draft, officer, plan

    trade = at("founded")
    act = officer("case.draft/1", draft(plan(use_zh="找王五 13912345678")))
    with pytest.raises(InvalidInput) as caught:
        trade.do(act)
    assert caught.value.params["field"] == "lots.use_zh"


@pytest.mark.parametrize(
    "act",
    [
        bidder(BID, PlaceBid(LOT, START_FEN + STEP_FEN), BIDDERS[0]),
        bidder(BID, PlaceBid(LOT, START_FEN + 1), BIDDERS[1]),
        bidder(BID, PlaceBid(LOT, START_FEN - 1), 999),
        Act(BID, PlaceBid(LOT, START_FEN + STEP_FEN), "office-chen", "office"),
        Act(BID, PlaceBid(LOT, START_FEN + STEP_FEN), "office-chen", "bidder"),
        Act(BID, PlaceBid("no-such-lot", START_FEN), "bidder-101", "bidder"),
        staff("lot.get_ready/1", GetReady(LOT), "centre_operator"),
        staff("deposit.receive/1", deposit(101), "centre_cashier"),
        Act("lot.suspend/1", SuspendLot(LOT, "system_fault", "停电"), "officer-yi-a", "office"),
    ],
)
def test_every_refusal_explains_each_rule_in_words_with_field_and_source(
    live: Trade, act: Act
) -> None:
    error = live.refused(act)
    told = explain(error, live.centre)
    assert told["message"]
    assert told["receipt"]["index"] == live.size - 1
    for rule in told["rules"]:
        assert rule["text"] != rule["rule"]
        assert rule["field"]
        assert rule["source"]
    if error.code == "guard_failed":
        assert told["rules"]


def test_an_unknown_object_is_refused_where_nobody_can_read_it(live: Trade) -> None:
    act = Act(BID, PlaceBid("no-such-lot", START_FEN), "bidder-101", "bidder")
    assert live.refused(act).code == "not_found"
    assert live.entries()[-1].stream == "security"


def test_a_key_that_comes_back_with_another_body_is_refused(live: Trade) -> None:
    first = bidder(BID, PlaceBid(LOT, START_FEN + STEP_FEN), BIDDERS[1])
    receipt = live.do(first, key="k1")
    size = live.size
    assert live.do(first, key="k1") == receipt
    other = bidder(BID, PlaceBid(LOT, START_FEN + 2 * STEP_FEN), BIDDERS[1])
    with live.leaves_no_change(), pytest.raises(KeyReused):
        live.do(other, key="k1")
    assert live.size == size


def test_a_retried_refusal_is_refused_with_the_same_receipt(live: Trade) -> None:
    act = bidder(BID, PlaceBid(LOT, START_FEN), BIDDERS[1])
    first = live.refused(act, key="k2")
    with pytest.raises(TradingError) as again:
        live.do(act, key="k2")
    assert again.value.params["receipt"] == first.params["receipt"]
    assert again.value.params["guards"] == ("raises_enough_v1",)


def test_a_copy_that_was_not_verified_takes_no_command(live: Trade) -> None:
    live.centre.home.path.joinpath("UNVERIFIED").write_text("restored from a backup\n")
    with live.leaves_no_change(), pytest.raises(ReadOnly, match="restored from a backup"):
        live.do(bidder(BID, PlaceBid(LOT, START_FEN + STEP_FEN), BIDDERS[1]))


def test_a_flood_of_refusals_is_told_in_one_entry(live: Trade) -> None:
    act = bidder(BID, PlaceBid(LOT, START_FEN), BIDDERS[2])
    size = live.size
    for _ in range(35):
        with pytest.raises(TradingError):
            live.do(act)
    assert live.size == size + 20
    live.wait(live.clock.now_us() + 60_000_000)
    live.centre.writer.tick()
    (entry,) = live.entries(size + 20)
    assert entry.kind == "refused.suppressed/1"
    assert msgspec.json.decode(entry.given)["data"] == {"actor": "bidder-303", "count": 15}


@pytest.mark.parametrize(
    "act",
    [
        bidder(BID, PlaceBid(LOT, 10**15 + 1), BIDDERS[1]),
        bidder(BID, PlaceBid(LOT, -5), BIDDERS[1]),
        bidder(BID, PlaceBid(LOT, 2**70), BIDDERS[1]),
        bidder(BID, PlaceBid("\ud800", START_FEN), BIDDERS[1]),
        bidder(BID, PlaceBid("../a", START_FEN), BIDDERS[1]),
    ],
)
def test_a_struct_made_in_code_obeys_its_bounds_or_is_never_recorded(live: Trade, act: Act) -> None:
    size = live.size
    with live.leaves_no_change(), pytest.raises(InvalidInput):
        live.do(act)
    assert live.size == size
