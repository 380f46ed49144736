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
from trading.awarding.rules import Award, Contract
from trading.base.deadline import day_start_us, local_date
from trading.base.units import DAY_US, HOUR_US, MINUTE_US
from trading.bidding.commands import GetReady, PlaceBid, Qualify, Register
from trading.bidding.holds import ResumeLot
from trading.bidding.outcomes import AcceptDeal
from trading.bidding.rules import BIDDER_PREFIX, Sale
from trading.centre import Personal
from trading.demo import cast
from trading.demo.company import Company, Story, paper
from trading.deposits.commands import ReceiveDeposit, RefundDeposit
from trading.listing.cases import APPRAISAL, DESKS, PAPERS, PARTY_BODIES, Vote
from trading.listing.commands import AcceptCase, ApplyCase, ApproveCase, DecideCase, DraftCase
from trading.listing.flags import Reason
from trading.listing.notices import PublishCase
from trading.listing.rules import ENDED_PLACES, LotPlan, Schedule, Terms, lot_stream
from trading.observing.commands import CallNumber, CommitSeed, DrawPanel, FreezeRoster
from trading.observing.draws import commitment_of
from trading.observing.rules import Panel, Step
from trading.register.commands import RegisterAsset
from trading.register.contracts import last_day

NOTICE_DAYS = 30
POSTED_DAYS = 8
REPRESENTATIVES = 23
CALLED = 8_888
"""The number that the supervisor calls at every draw."""


# A pseudonym of digits could read like somebody's telephone.
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


class LotScript(msgspec.Struct, frozen=True):
    """One lot as it will go: its asset and plan, how many register, and the accepted prices.

    Without ``prices`` nobody bids. The first of the numbers drawn for the lot wins.
    """

    asset: RegisterAsset
    plan: LotPlan
    bidders: int
    prices: tuple[int, ...] = ()


class Script(msgspec.Struct, frozen=True):
    """One case as it will go; ``key`` names it in every id, ``reasons`` answer the red flags."""

    key: str
    title_zh: str
    lots: tuple[LotScript, ...]
    community: str
    reasons: tuple[Reason, ...] = ()
    notice_days: int = NOTICE_DAYS

    @property
    def org(self) -> str:
        """Return the community that owns the assets."""
        return cast.community(self.community)


class Lot:
    """One lot of a story: its id, and the numbers of its bidders with the winner first."""

    def __init__(self, case: str, script: LotScript, listing_round: int = 1) -> None:
        """Name the lot that ``script`` becomes in ``case``."""
        self.script = script
        self.stream = lot_stream(case, script.plan.number, listing_round)
        self.id = self.stream.partition("/")[2]
        self.numbers = cast.numbers(self.id, script.bidders)

    def bids(self) -> Iterator[tuple[int, int]]:
        """Yield (number, price) of every accepted bid; nobody raises their own."""
        last = len(self.script.prices) - 1
        for n, price_fen in enumerate(self.script.prices):
            yield self.numbers[(last - n) % len(self.numbers)], price_fen


class CaseStory:
    """A case that goes as most cases do.

    ``opening_us`` is the time of day at which bidding opens; ``ends_before`` names the act before
    which the story stops, for a case that is still under way. ``said`` tells in Chinese and
    English what is not as in most cases.
    """

    said = ("", "")
    opening_us = 9 * HOUR_US + 30 * MINUTE_US
    ends_before = ""

    def __init__(self, company: Company, script: Script) -> None:
        """Tell ``script`` with the people of ``company``."""
        self.company = company
        self.script = script
        self.case = f"case-{script.key}"
        self.officer = f"{cast.OFFICER}-{script.community}"
        self.lots = [Lot(self.case, lot) for lot in script.lots]
        self.opens_us = 0
        self.version = 1

    def run(self) -> Story:
        """Live the whole case."""
        for act in (
            self.decide, self.publish, self.draw, self.register, self.qualify, self.bid,
            self.confirm, self.award, self.certify,
        ):  # fmt: skip
            if act.__name__ == self.ends_before:
                return
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
        draft = DraftCase(self.case, self.script.org, "cn-collective", self.script.title_zh, plans)
        company.do("case.draft/1", draft, self.officer, role)
        minutes = paper("minutes", f"{self.script.title_zh} 会议记录")
        held = str(local_date(self.now_us - 3 * DAY_US))
        for kind, body in PARTY_BODIES.items():
            step = DecideCase(self.case, Vote(body, held, 9, 8, 8))
            company.do(kind, step, self.officer, role, minutes)
        vote = Vote("member_representative_assembly", held, 45, 41, 38)
        company.do("case.decide/1", DecideCase(self.case, vote), self.officer, role, minutes)
        yield self.now_us + POSTED_DAYS * DAY_US
        while (case := company.state(f"case/{self.case}")).place == "resolved":
            yield morning_us(case.due_us)

    def publish(self) -> Story:
        """Apply with all papers, pass every desk, and publish the notice."""
        company, title = self.company, self.script.title_zh
        papers = tuple(paper(name, f"{title} {name}") for name in (*PAPERS, APPRAISAL))
        applied = ApplyCase(self.case, reasons=self.script.reasons)
        company.do("case.apply/1", applied, self.officer, "community_officer", *papers)
        while role := DESKS.get(company.state(f"case/{self.case}").place):
            yield self.now_us + DAY_US
            company.staff("case.approve/1", ApproveCase(self.case, "同意"), role)
        company.staff("case.accept/1", AcceptCase(self.case), "centre_reviewer")
        draft = next(one for one in papers if one.name == "contract_draft")
        company.staff(
            "case.publish/1", self.notice(), "centre_clerk", paper("notice", f"{title} 公告"), draft
        )

    def notice(self) -> PublishCase:
        """Return the notice: so many days to register, bidding on the morning after."""
        today_us = day_start_us(local_date(self.now_us))
        days = self.script.notice_days
        self.opens_us = today_us + (days + 1) * DAY_US + self.opening_us
        until_us = today_us + days * DAY_US + 17 * HOUR_US
        return PublishCase(
            self.case, f"notice-{self.script.key}", until_us, self.opens_us,
            self.opens_us + HOUR_US, "公示期内向社区居务监督委员会书面提出异议", "0731-85880000",
            "签约后五个工作日内交接，首期款在交接前付清",
        )  # fmt: skip

    def draw(self) -> Story:
        """Freeze the roster and draw the panel by two who cannot choose it."""
        company = self.company
        rows = cast.representatives(self.script.community, REPRESENTATIVES)
        company.staff("roster.freeze/1", FreezeRoster(self.script.org, rows), "office")
        seed = sha256(f"{self.case} seed".encode()).hexdigest()
        commit = CommitSeed(self.case, self.script.org, commitment_of(seed))
        company.staff("panel.commit/1", commit, "office")
        company.staff("panel.call/1", CallNumber(self.case, CALLED), "supervision_member")
        company.staff("panel.draw/1", DrawPanel(self.case, seed), "office")
        self.know_phones()
        self.observe("O1", "O2")
        yield self.now_us + DAY_US

    def know_phones(self) -> None:
        """Let two others of the roster confirm the phone of everybody on the panel."""
        members = self.panel.members
        others = [
            row.member
            for row in cast.representatives(self.script.community, REPRESENTATIVES)
            if row.member not in members
        ]
        self.company.know_phones(self.script.org, members, others)

    def register(self) -> Story:
        """Let every bidder register in their own time, pay, and be checked on the next day."""
        for lot in self.lots:
            for n, number in enumerate(lot.numbers):
                yield self.now_us + 4 * HOUR_US
                self.submit(lot, n, number)
        yield self.now_us + DAY_US
        for lot in self.lots:
            for number in lot.numbers:
                self.check(lot, number)

    def check(self, lot: Lot, number: int) -> None:
        """Find registration ``number`` in order."""
        self.company.staff(
            "registration.qualify/1", Qualify(lot.id, number), "centre_reviewer",
            facts={"eligible": True, "not_barred": True},
        )  # fmt: skip

    def submit(self, lot: Lot, n: int, number: int) -> None:
        """Register bidder ``number``, the ``n``-th, and report the deposit."""
        who = sha256(f"{lot.id}/{number}".encode()).hexdigest()[:24].translate(_LETTERS)
        register = Register(lot.id, number, who, acknowledged_version=self.version)
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
        """Close the list before the panel once registration is over, and get ready."""
        while self.going("listed"):
            yield max(self.schedule(lot).registration_until_us for lot in self.lots) + HOUR_US // 2
        self.observe("O4", "O5")
        for lot in self.going("qualifying"):
            if len(lot.numbers) > 1:
                self.company.staff("lot.get_ready/1", GetReady(lot.id), "centre_operator")

    def bid(self) -> Story:
        """Let the bidders of all lots bid against each other for an hour."""
        moments = sorted(
            (self.schedule(lot).opens_us + n * (HOUR_US // (len(lot.script.prices) + 1)), index,
             number, fen)
            for index, lot in enumerate(self.lots)
            for n, (number, fen) in enumerate(lot.bids(), 1)
        )  # fmt: skip
        for n, (at_us, index, number, price_fen) in enumerate(moments):
            yield at_us
            self.before_bid(n)
            lot = self.lots[index]
            if lot in self.going("bidding"):
                bid = PlaceBid(lot.id, price_fen)
                self.company.do("bid.place/1", bid, f"{BIDDER_PREFIX}{number}", "bidder")
        while self.going("bidding"):
            yield max(self.company.state(lot.stream).due_us for lot in self.going("bidding"))
        yield self.now_us + HOUR_US

    def before_bid(self, n: int) -> None:
        """Do nothing before the ``n``-th bid of the case, counted from 0."""

    def confirm(self) -> Story:
        """Confirm what was bid, before the panel, and publish the result."""
        yield from self.post()
        yield from self.posted()

    def post(self) -> Story:
        """Confirm every deal and post its result."""
        if self.going("provisional"):
            self.observe("O6", "O7")
        for lot in self.going("provisional"):
            sale: Sale = self.company.state(lot.stream).facets["sale"]
            winner = f"{BIDDER_PREFIX}{sale.lead_number}"
            self.company.do("lot.accept_deal/1", AcceptDeal(lot.id), winner, "bidder")
            self.company.staff("lot.confirm/1", ConfirmDeal(lot.id), "centre_operator")
        yield self.now_us + HOUR_US
        for lot in self.going("confirmed"):
            published = PublishResult(lot.id, f"{cast.surname(0)}**")
            self.company.staff("lot.publish_result/1", published, "centre_clerk")

    def posted(self) -> Story:
        """Wait until every result has been up for its whole time."""
        while lots := self.going("publicity"):
            yield morning_us(max(self.company.state(lot.stream).due_us for lot in lots))

    def award(self) -> Story:
        """Award every lot before the panel, and file its contract."""
        if self.going("cleared"):
            self.observe("O9")
        yield from self.award_lots()

    def award_lots(self) -> Story:
        """Award every lot by two people and file its contract."""
        for lot in self.going("cleared"):
            notice = paper("award_notice", f"{lot.id} 成交通知书")
            self.company.both("lot.award/1", AwardLot(lot.id, f"CJ-{lot.id}"), notice)
        yield self.now_us + DAY_US
        for lot in self.going("awarded"):
            contract = paper("contract", f"{lot.id} 合同")
            sign = SignContract(lot.id, self.contract(lot))
            self.company.staff("lot.sign/1", sign, "centre_clerk", contract)

    def certify(self) -> Story:
        """Issue the certificates and pay back the deposits of those who did not win."""
        if self.going("contracted"):
            self.observe("O10")
        for lot in self.going("contracted"):
            certify = CertifyLot(lot.id, f"JZ-{lot.id}")
            self.company.staff("lot.certify/1", certify, "centre_certifier")
        yield self.now_us + HOUR_US
        self.pay_back()

    def pay_back(self) -> None:
        """Send back the deposits that are due."""
        for lot in self.lots:
            for number in lot.numbers:
                if self.company.state(f"deposit/{lot.id}-{number}").place == "refund_due":
                    refund = RefundDeposit(lot.id, number)
                    self.company.staff("deposit.refund/1", refund, "centre_cashier")

    def going(self, place: str) -> list[Lot]:
        """Return the lots that are in ``place``; what was held, the office lets go on first."""
        found = []
        for lot in self.lots:
            state = self.company.state(lot.stream)
            if state.place != place:
                continue
            if state.held:
                self.resume(lot)
            found.append(lot)
        return found

    def resume(self, lot: Lot) -> None:
        """Let two people of the office resume ``lot``."""
        proof = paper("evidence", f"{lot.id} 恢复说明")
        self.company.both("lot.resume/1", ResumeLot(lot.id, "中止原因已消除"), proof)

    def schedule(self, lot: Lot) -> Schedule:
        """Return the instants of ``lot`` as they are now."""
        found: Schedule = self.company.state(lot.stream).facets["schedule"]
        return found

    def contract(self, lot: Lot) -> Contract:
        """Return the contract that equals notice and award."""
        facets = self.company.state(lot.stream).facets
        terms: Terms = facets["terms"]
        award: Award = facets["award"]
        starts, months = local_date(self.now_us), terms.plan.term_months
        planned = {field: getattr(terms.plan, field) for field in PLANNED}
        return Contract(
            number=f"HT-{lot.id}", quantity_thousandths=terms.quantity_thousandths,
            quantity_unit=terms.quantity_unit, price_fen=award.price_fen,
            starts_day=str(starts), ends_day=str(last_day(starts, months)) if months else "",
            bidder=award.bidder, **planned,
        )  # fmt: skip

    @property
    def panel(self) -> Panel:
        """Return the panel as it sits now."""
        found: Panel = self.company.state(f"panel/{self.case}").facets["panel"]
        return found

    def observe(self, *steps: Step) -> None:
        """Show every step to the panel and let a quorum state it, each with the own phone."""
        lots = tuple(
            lot.id for lot in self.lots
            if self.company.state(lot.stream).place not in {*ENDED_PLACES, "failed"}
        )  # fmt: skip
        if not lots:
            return
        for step in steps:
            self.company.observe(self.case, step, lots)


def morning_us(at_us: int) -> int:
    """Return when the office opens on the day of ``at_us``: nobody acts at midnight."""
    return max(at_us, day_start_us(local_date(at_us)) + 9 * HOUR_US)
