"""A notice of twelve lots: rice per mu, rent per square metre and month, two lots withdrawn."""

from __future__ import annotations

from tests.support.acts import (
    BIDDERS,
    CASE,
    CLOSES_US,
    DECIDED_US,
    OPENS_US,
    ORG,
    SECOND_OFFICE,
    UNTIL_US,
    Act,
    apply,
    approve,
    bidder,
    by_phone,
    decision,
    draft,
    officer,
    opened,
    paper,
    plan,
    posted,
    staff,
    statement,
)
from tests.support.acts import PANEL as MEMBERS
from tests.support.path import PATH
from tests.support.trade import At, Trade
from trading.awarding.commands import (
    AwardLot,
    CertifyLot,
    ConfirmDeal,
    PublishResult,
    SignContract,
)
from trading.awarding.endings import WithdrawLot
from trading.awarding.guards import PLANNED
from trading.awarding.rules import Contract
from trading.base.deadline import local_date
from trading.base.units import DAY_US, MINUTE_US
from trading.bidding.commands import FailLot, GetReady, PlaceBid, Qualify, Register
from trading.bidding.outcomes import AcceptDeal
from trading.deposits.commands import ReceiveDeposit
from trading.listing import prices
from trading.listing.cases import APPRAISAL
from trading.listing.commands import AcceptCase
from trading.listing.rules import Escalator, LotPlan
from trading.observing.rules import Step
from trading.register.commands import RegisterAsset

MU_THOUSANDTHS, M2_THOUSANDTHS = 130_720, 36_500
RICE_JIN = 50_000
"""500 jin of rice for each mu and year, in hundredths of a jin."""
RENT_FEN, THREE_MONTHS_FEN = 3_000, 328_500
"""30 yuan for each square metre and month; three months of 36.5 square metres."""
RICE, SHOP, STALL = 1, 2, 3
GONE = (5, 9)
DRAWING = ("roster.", "person.", "panel.commit", "panel.call", "panel.draw")
"""The acts of the path that draw a panel, before anybody observes anything."""
LOTS = range(1, 13)


def lot(number: int) -> str:
    return f"{CASE}-{number}"


def plans() -> tuple[LotPlan, ...]:
    free = {"raise_max_fen": 0, "ceiling_fen": 0}
    rice = plan(
        RICE, "field", title_zh="水田", use_zh="种植水稻", tenure="contracting_out",
        price_unit="jin_rice/mu/year", start_price_fen=RICE_JIN, bid_step_fen=1_000,
        deposit_fen=200_000, term_months=120, appraisal_fen=1_500_000,
        appraisal_day="2026-02-01", escalator=Escalator(500, every_years=5), **free,
    )  # fmt: skip
    shop = plan(
        SHOP, "shop", price_unit="CNY/m2/month", start_price_fen=RENT_FEN, bid_step_fen=100,
        deposit_fen=THREE_MONTHS_FEN, payment_months=3, bond_fen=THREE_MONTHS_FEN, **free,
    )  # fmt: skip
    return (rice, shop, *(plan(n, f"stall-{n}", title_zh=f"摊位{n}号") for n in LOTS[2:]))


def assets() -> tuple[Act, ...]:
    field = RegisterAsset("field", ORG, "paddy", "水田", "一组", MU_THOUSANDTHS, "mu")
    shop = RegisterAsset("shop", ORG, "shop", "门面", "二组", M2_THOUSANDTHS, "m2")
    stalls = (
        RegisterAsset(f"stall-{n}", ORG, "stall", f"摊位{n}号", "市场", 1000, "lot")
        for n in LOTS[2:]
    )
    return tuple(officer("asset.register/1", one) for one in (field, shop, *stalls))


def seen(step: Step, *numbers: int) -> tuple[Act, ...]:
    """Open ``step`` for the lots of ``numbers`` and let a quorum state what it saw."""
    acts = [statement(step, member) for member in MEMBERS[:4]]
    return (opened(step, *map(lot, numbers)), *map(by_phone, acts[:2]), *acts[2:])


def all_of(trade: Trade, *acts: Act) -> None:
    for act in acts:
        trade.do(act)


def published(at: At) -> Trade:
    trade = at("founded")
    all_of(trade, *assets(), officer("case.draft/1", draft(*plans())), *decision())
    trade.wait(DECIDED_US)
    papers = (*apply().docs, paper(APPRAISAL))
    trade.do(apply(), docs=papers)
    accept = staff("case.accept/1", AcceptCase(CASE), "centre_reviewer")
    all_of(trade, approve(), approve("street_reviewer"), accept, posted())
    return trade


def registered(number: int, who: int, deposit_fen: int) -> tuple[Act, ...]:
    """Return registration, deposit and check of one bidder for one lot."""
    paid = ReceiveDeposit(lot(number), who, deposit_fen, OPENS_US - 17 * DAY_US, f"bank-{who}")
    return (
        bidder("registration.submit/1", Register(lot(number), who, f"who-{who}", 1), who),
        staff("deposit.receive/1", paid, "centre_cashier", facts={"payer_same_name": True}),
        staff("registration.qualify/1", Qualify(lot(number), who), "centre_reviewer",
              facts={"eligible": True}),
    )  # fmt: skip


def concluded(trade: Trade, number: int, price_fen: int) -> Contract:
    """Award, sign and certify a lot that has its result; return its contract."""
    name, winner = lot(number), BIDDERS[number - 1]
    terms = trade.state(f"lot/{name}").facets["terms"]
    notice = (paper("award_notice"),)
    for who in ("office-chen", SECOND_OFFICE):
        trade.do(Act("lot.award/1", AwardLot(name, f"CJ-{number}"), who, "office", notice))
    starts = local_date(trade.clock.now_us())
    last = {120: "2036-03-24", 36: "2029-03-24"}[terms.plan.term_months]
    contract = Contract(
        number=f"HT-{number}", quantity_thousandths=terms.quantity_thousandths,
        quantity_unit=terms.quantity_unit, price_fen=price_fen, starts_day=str(starts),
        ends_day=last, bidder=winner, **{f: getattr(terms.plan, f) for f in PLANNED},
    )  # fmt: skip
    sign = SignContract(name, contract)
    trade.do(staff("lot.sign/1", sign, "centre_clerk", docs=(paper("contract"),)))
    return contract


def test_scenario_12_every_lot_of_a_notice_comes_to_its_own_end(at: At) -> None:
    trade = published(at)
    for number in GONE:
        withdraw = WithdrawLot(lot(number), "owner_decision", "改作便民摊位")
        trade.do(officer("lot.withdraw/1", withdraw))
        trade.do(Act("lot.withdraw/1", withdraw, "office-chen", "office"))
        assert trade.place(f"lot/{lot(number)}") == "withdrawn"
        assert trade.place(f"asset/stall-{number}") == "idle"
    drawing = (act for act in PATH["registered"] if isinstance(act, Act))
    all_of(trade, *(act for act in drawing if act.kind.startswith(DRAWING)))
    left = [number for number in LOTS if number not in GONE]
    all_of(trade, *seen("O2", *left))
    rival = BIDDERS[2]
    for number, who in ((RICE, BIDDERS[0]), (SHOP, BIDDERS[1]), (RICE, rival), (SHOP, rival)):
        all_of(trade, *registered(number, who, plans()[number - 1].deposit_fen))
    trade.wait(UNTIL_US)
    all_of(trade, *seen("O5", *left))
    for number in left:
        ready = number in {RICE, SHOP}
        kind, data = ("get_ready", GetReady) if ready else ("fail", FailLot)
        trade.do(staff(f"lot.{kind}/1", data(lot(number)), "centre_operator"))

    trade.wait(OPENS_US)
    all_of(
        trade,
        bidder("bid.place/1", PlaceBid(lot(RICE), RICE_JIN + 2_000), BIDDERS[0]),
        bidder("bid.place/1", PlaceBid(lot(SHOP), RENT_FEN + 100), BIDDERS[1]),
    )
    trade.wait(CLOSES_US + MINUTE_US)
    places = {number: trade.place(f"lot/{lot(number)}") for number in LOTS}
    assert places == {
        n: "withdrawn" if n in GONE else "provisional" if n in {RICE, SHOP} else "failed"
        for n in LOTS
    }

    all_of(trade, *seen("O7", RICE, SHOP))
    for number in (RICE, SHOP):
        trade.do(bidder("lot.accept_deal/1", AcceptDeal(lot(number)), BIDDERS[number - 1]))
        trade.do(staff("lot.confirm/1", ConfirmDeal(lot(number)), "centre_operator"))
        result = PublishResult(lot(number), "张**")
        trade.do(staff("lot.publish_result/1", result, "centre_clerk"))
    trade.wait(CLOSES_US + 6 * DAY_US)
    all_of(trade, *seen("O9", RICE, SHOP))
    concluded(trade, RICE, RICE_JIN + 2_000)
    concluded(trade, SHOP, RENT_FEN + 100)
    all_of(trade, *seen("O10", RICE, SHOP))
    for number in (RICE, SHOP):
        certify = CertifyLot(lot(number), f"JZ-{number}")
        trade.do(staff("lot.certify/1", certify, "centre_certifier"))

    rice = trade.state(f"contract/lot-{lot(RICE)}").facets["contract"]
    # 520 jin × 130.72 mu; five per cent more from the sixth year on. Rice stays rice.
    assert [(run.count, run.amount_fen) for run in rice.agreement.schedule] == [
        (5, 6_797_440), (5, 7_137_312),
    ]  # fmt: skip
    assert rice.agreement.price_unit == "jin_rice/mu/year"
    shop = trade.state(f"contract/lot-{lot(SHOP)}").facets["contract"]
    # 31 yuan × 36.5 m² × 3 months, twelve times.
    assert [(run.count, run.amount_fen) for run in shop.agreement.schedule] == [(12, 339_450)]
    assert {trade.place(f"asset/{name}") for name in ("field", "shop")} == {"let"}


def test_three_months_of_a_price_per_square_metre_and_month_are_the_deposit(at: At) -> None:
    trade = published(at)
    terms = trade.state(f"lot/{lot(SHOP)}").facets["terms"]
    found = prices.for_months(prices.rent_of(terms, RENT_FEN), 3)
    assert found.amount_fen == terms.plan.deposit_fen == THREE_MONTHS_FEN
    assert "36.5" in found.formula_zh
