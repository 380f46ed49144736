"""One case as its people live it, from the register to the certificate, act by act.

Every act is a generator that yields the instant at which the next one begins. What goes another
way than most cases is a class of its own that replaces the act in which it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import msgspec

from trading.awarding.commands import AwardLot, CertifyLot, ConfirmDeal, PublishResult, SignContract
from trading.awarding.guards import PLANNED
from trading.awarding.rules import Contract
from trading.base.deadline import day_start_us, local_date
from trading.base.units import DAY_US, HOUR_US, MINUTE_US
from trading.bidding.commands import GetReady, PlaceBid, Qualify, Register
from trading.bidding.rules import BIDDER_PREFIX
from trading.centre import Personal
from trading.demo import cast
from trading.demo.company import Company, Story, paper
from trading.deposits.commands import ReceiveDeposit, RefundDeposit
from trading.listing.cases import APPRAISAL, DESKS, PAPERS, PARTY_BODIES, Vote
from trading.listing.commands import (
    AcceptCase,
    ApplyCase,
    ApproveCase,
    DecideCase,
    DraftCase,
    PublishCase,
)
from trading.listing.rules import LotPlan, Terms
from trading.observing.commands import CallNumber, CommitSeed, DrawPanel, FreezeRoster
from trading.observing.draws import commitment_of
from trading.observing.rules import Panel, Step
from trading.observing.watching import OpenStep, StateStep
from trading.register.commands import RegisterAsset
from trading.register.contracts import last_day

NOTICE_DAYS = 30
POSTED_DAYS = 8
PUBLICITY_DAYS = 6
REPRESENTATIVES = 23
CALLED = 8_888
"""The number that the supervisor calls at every draw."""


class LotScript(msgspec.Struct, frozen=True):
    """One lot as it will go: its asset and plan, how many register, and the accepted prices.

    Without ``prices`` nobody bids. The first of the numbers drawn for the lot wins.
    """

    asset: RegisterAsset
    plan: LotPlan
    bidders: int
    prices: tuple[int, ...] = ()


class Script(msgspec.Struct, frozen=True):
    """One case as it will go; ``key`` names it in every id."""

    key: str
    title_zh: str
    lots: tuple[LotScript, ...]

    @property
    def org(self) -> str:
        """Return the community that owns the assets."""
        return cast.community(self.key)


class Lot:
    """One lot of a story: its id, and the numbers of its bidders with the winner first."""

    def __init__(self, case: str, script: LotScript) -> None:
        """Name the lot that ``script`` becomes in ``case``."""
        self.script = script
        self.id = f"{case}-{script.plan.number}"
        self.stream = f"lot/{self.id}"
        self.numbers = cast.numbers(self.id, script.bidders)

    def bids(self) -> Iterator[tuple[int, int]]:
        """Yield (number, price) of every accepted bid; nobody raises their own."""
        last = len(self.script.prices) - 1
        for n, price_fen in enumerate(self.script.prices):
            yield self.numbers[(last - n) % len(self.numbers)], price_fen


class CaseStory:
    """A case that goes as most cases do."""

    def __init__(self, company: Company, script: Script) -> None:
        """Tell ``script`` with the people of ``company``."""
        self.company = company
        self.script = script
        self.case = f"case-{script.key}"
        self.officer = f"{cast.OFFICER}-{script.key}"
        self.lots = [Lot(self.case, lot) for lot in script.lots]
        self.opens_us = 0

    def run(self) -> Story:
        """Live the whole case."""
        for act in (
            self.decide, self.publish, self.draw, self.register, self.qualify, self.bid,
            self.confirm, self.award, self.certify,
        ):  # fmt: skip
            yield from act()

    @property
    def now_us(self) -> int:
        """Return the present instant."""
        return self.company.clock.now_us()

    def decide(self) -> Story:
        """Register the assets, draft the case, decide it in four steps and post the resolution."""
        company, role = self.company, "community_officer"
        for lot in self.lots:
            company.do("asset.register/1", lot.script.asset, self.officer, role)
        plans = tuple(lot.script.plan for lot in self.lots)
        draft = DraftCase(
            self.case, self.script.org, "cn-collective", self.script.title_zh, plans
        )
        company.do("case.draft/1", draft, self.officer, role)
        minutes = paper("minutes", f"{self.script.title_zh} 会议记录")
        held = str(local_date(self.now_us - 3 * DAY_US))
        for kind, body in PARTY_BODIES.items():
            step = DecideCase(self.case, Vote(body, held, 9, 8, 8))
            company.do(kind, step, self.officer, role, minutes)
        vote = Vote("member_representative_assembly", held, 45, 41, 38)
        company.do("case.decide/1", DecideCase(self.case, vote), self.officer, role, minutes)
        yield self.now_us + POSTED_DAYS * DAY_US

    def publish(self) -> Story:
        """Apply with all papers, pass every desk, and publish the notice."""
        company = self.company
        papers = (paper(name, f"{self.script.title_zh} {name}") for name in (*PAPERS, APPRAISAL))
        company.do(
            "case.apply/1", ApplyCase(self.case), self.officer, "community_officer", *papers
        )
        while role := DESKS.get(company.state(f"case/{self.case}").place):
            yield self.now_us + DAY_US
            company.staff("case.approve/1", ApproveCase(self.case, "同意"), role)
        company.staff("case.accept/1", AcceptCase(self.case), "centre_reviewer")
        company.staff("case.publish/1", self.notice(), "centre_clerk")

    def notice(self) -> PublishCase:
        """Return the notice: so many days to register, bidding on the morning after."""
        today_us = day_start_us(local_date(self.now_us))
        self.opens_us = today_us + (NOTICE_DAYS + 1) * DAY_US + 9 * HOUR_US + 30 * MINUTE_US
        until_us = today_us + NOTICE_DAYS * DAY_US + 17 * HOUR_US
        return PublishCase(
            self.case, f"notice-{self.script.key}", until_us, self.opens_us, self.opens_us + HOUR_US
        )

    def draw(self) -> Story:
        """Freeze the roster and draw the panel by two who cannot choose it."""
        company = self.company
        rows = cast.representatives(self.script.key, REPRESENTATIVES)
        company.staff("roster.freeze/1", FreezeRoster(self.script.org, rows), "office")
        seed = sha256(f"{self.case} seed".encode()).hexdigest()
        commit = CommitSeed(self.case, self.script.org, commitment_of(seed))
        company.staff("panel.commit/1", commit, "office")
        company.staff("panel.call/1", CallNumber(self.case, CALLED), "supervision_member")
        company.staff("panel.draw/1", DrawPanel(self.case, seed), "office")
        self.observe("O1", "O2")
        yield self.now_us + DAY_US

    def register(self) -> Story:
        """Let every bidder register in their own time and pay the deposit."""
        for lot in self.lots:
            for n, number in enumerate(lot.numbers):
                yield self.now_us + 7 * HOUR_US
                self.submit(lot, n, number)

    def submit(self, lot: Lot, n: int, number: int) -> None:
        """Register bidder ``number``, the ``n``-th, and report the deposit."""
        who = sha256(f"{lot.id}/{number}".encode()).hexdigest()[:24]
        register = Register(lot.id, number, who, acknowledges_notice=True)
        name = Personal(f"{lot.id}/{number}", "name", f"{cast.surname(n)}先生")
        self.company.do(
            "registration.submit/1", register, f"{BIDDER_PREFIX}{number}", "bidder",
            personal=(name,),
        )  # fmt: skip
        deposit_fen = lot.script.plan.deposit_fen
        paid = ReceiveDeposit(
            lot.id, number, deposit_fen, self.now_us - MINUTE_US, f"bank-{lot.id}-{number}"
        )
        self.company.staff(
            "deposit.receive/1", paid, "centre_cashier", facts={"payer_same_name": True}
        )

    def qualify(self) -> Story:
        """Check every registration once registration is over, and get ready."""
        yield self.opens_us - 16 * HOUR_US
        for lot in self.lots:
            for number in lot.numbers:
                self.company.staff(
                    "registration.qualify/1", Qualify(lot.id, number), "centre_reviewer",
                    facts={"eligible": True},
                )  # fmt: skip
        self.observe("O4", "O5")
        for lot in self.lots:
            self.company.staff("lot.get_ready/1", GetReady(lot.id), "centre_operator")

    def bid(self) -> Story:
        """Let the bidders of all lots bid against each other for an hour."""
        yield self.opens_us
        moments = sorted(
            (self.opens_us + n * (HOUR_US // (len(lot.script.prices) + 1)), index, number, fen)
            for index, lot in enumerate(self.lots)
            for n, (number, fen) in enumerate(lot.bids(), 1)
        )
        for at_us, index, number, price_fen in moments:
            yield at_us
            bid = PlaceBid(self.lots[index].id, price_fen)
            self.company.do("bid.place/1", bid, f"{BIDDER_PREFIX}{number}", "bidder")
        yield self.opens_us + 3 * HOUR_US

    def confirm(self) -> Story:
        """Confirm what was bid, before the panel, and publish the result."""
        self.observe("O6", "O7")
        for lot in self.lots:
            self.company.staff("lot.confirm/1", ConfirmDeal(lot.id), "centre_operator")
            published = PublishResult(lot.id, f"{cast.surname(0)}**")
            self.company.staff("lot.publish_result/1", published, "centre_clerk")
        yield self.now_us + PUBLICITY_DAYS * DAY_US

    def award(self) -> Story:
        """Award every lot by two people and file its contract."""
        self.observe("O9")
        for lot in self.lots:
            notice = paper("award_notice", f"{lot.id} 成交通知书")
            self.company.both("lot.award/1", AwardLot(lot.id, f"CJ-{lot.id}"), notice)
            yield self.now_us + DAY_US
            signed = SignContract(lot.id, self.contract(lot))
            contract = paper("contract", f"{lot.id} 合同")
            self.company.staff("lot.sign/1", signed, "centre_clerk", contract)

    def certify(self) -> Story:
        """Issue the certificates and pay back the deposits of those who did not win."""
        self.observe("O10")
        for lot in self.lots:
            certify = CertifyLot(lot.id, f"JZ-{lot.id}")
            self.company.staff("lot.certify/1", certify, "centre_certifier")
            yield self.now_us + HOUR_US
            for number in lot.numbers[1:]:
                refund = RefundDeposit(lot.id, number)
                self.company.staff("deposit.refund/1", refund, "centre_cashier")

    def contract(self, lot: Lot) -> Contract:
        """Return the contract that equals notice and award."""
        terms: Terms = self.company.state(lot.stream).facets["terms"]
        starts, months = local_date(self.now_us), terms.plan.term_months
        planned = {field: getattr(terms.plan, field) for field in PLANNED}
        return Contract(
            number=f"HT-{lot.id}", quantity_thousandths=terms.quantity_thousandths,
            quantity_unit=terms.quantity_unit, price_fen=lot.script.prices[-1],
            starts_day=str(starts), ends_day=str(last_day(starts, months)) if months else "",
            bidder=lot.numbers[0], **planned,
        )  # fmt: skip

    def observe(self, *steps: Step) -> None:
        """Show every step to the panel and let a quorum state it."""
        panel: Panel = self.company.state(f"panel/{self.case}").facets["panel"]
        lots = tuple(lot.id for lot in self.lots)
        for step in steps:
            shown = sha256(f"{self.case} {step}".encode()).hexdigest()
            opened = OpenStep(self.case, step, shown, lots)
            self.company.staff("panel.open_step/1", opened, "centre_operator")
            for member in panel.members[: panel.quorum]:
                said = StateStep(self.case, step, shown, "seen", "session_code")
                self.company.do("panel.state/1", said, member, "resident_rep")
