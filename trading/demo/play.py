"""Play one real listing from the register to the certificate, as its people would."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256

import msgspec

from trading.awarding.commands import (
    AwardLot,
    CertifyLot,
    ConfirmDeal,
    PublishResult,
    SignContract,
)
from trading.awarding.guards import PLANNED
from trading.awarding.rules import Contract
from trading.base.clock import SimulatedClock
from trading.base.deadline import day_start_us, local_date
from trading.base.errors import IntegrityFault, Refused
from trading.base.signature import fingerprint
from trading.base.units import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from trading.bidding.commands import GetReady, PlaceBid, Qualify, Register
from trading.bidding.outcomes import AcceptDeal
from trading.bidding.rules import BIDDER_PREFIX
from trading.centre import Centre, Personal
from trading.demo import cast
from trading.demo.devices import public_key, signed
from trading.demo.rows import Row, ladder
from trading.deposits.commands import ReceiveDeposit, RefundDeposit
from trading.engine.stream import Command
from trading.listing.cases import APPRAISAL, DESKS, PAPERS, PARTY_BODIES, Vote
from trading.listing.commands import (
    AcceptCase,
    ApplyCase,
    ApproveCase,
    DecideCase,
    DraftCase,
)
from trading.listing.notices import PublishCase
from trading.listing.rules import LotPlan, Terms
from trading.observing.commands import CallNumber, CommitSeed, DrawPanel, FreezeRoster
from trading.observing.draws import commitment_of
from trading.observing.rules import Panel, Step
from trading.observing.watching import OpenStep, StateStep
from trading.people.device_commands import AddDevice, ConfirmDevice
from trading.record.entry import Document
from trading.register.commands import RegisterAsset
from trading.register.contracts import last_day
from trading.store.batch import Receipt

NOTICE_DAYS = 16
POSTED_DAYS = 8
JSON = "application/json"
REPRESENTATIVES = 23
CALLED = 8_888
"""The number that the supervisor calls at every draw."""


class Paper(msgspec.Struct, frozen=True):
    """A document of the case file: what it is in the trade, and its bytes."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Return the digest that the entry names, in hex."""
        return sha256(self.content).hexdigest()


class Play:
    """One lot of the demonstration; ``lot`` is its id once it is listed."""

    def __init__(self, centre: Centre, clock: SimulatedClock, row: Row) -> None:
        """Play ``row`` at ``centre``, whose clock is ``clock``."""
        self._centre = centre
        self._clock = clock
        self._row = row
        self._org = cast.community(row.id)
        self._officer = f"{cast.OFFICER}-{row.id.lower()}"
        self._numbers = cast.numbers(row.id, row.bidders)
        self.case = f"case-{row.id.lower()}"
        self.lot = f"{self.case}-1"

    def run(self, told: Callable[[str], None]) -> None:
        """Play every act in order; ``told`` is given each act's name as it begins."""
        for name, act in (
            ("登记与民主决策 register and decide", self._decide),
            ("审核、受理、公告 review, accept, publish", self._publish),
            ("抽取居民代表 draw the panel", self._draw),
            ("报名与保证金 registration and deposits", self._register),
            ("资格审查 qualification", self._qualify),
            ("动态竞价 ascending bidding", self._bid),
            ("成交确认与公示 confirmation and publicity", self._confirm),
            ("成交、合同、鉴证 award, contract, certificate", self._certify),
        ):
            told(f"{self._row.id} {name}")
            act()

    def wait(self, until_us: int) -> None:
        """Let simulated time pass; everything that falls due on the way is decided."""
        while True:
            due_us = self._centre.next_due_us()
            if not 0 < due_us <= until_us:
                break
            self._clock.advance_to(due_us)
            self._centre.writer.tick()
        self._clock.advance_to(until_us)
        self._centre.writer.tick()

    def _do(self, kind: str, data: Command, actor: str, role: str, *papers: Paper) -> Receipt:
        self._clock.advance_to(self._clock.now_us() + 40 * SECOND_US)
        docs = tuple(Document(paper.name, paper.sha256) for paper in papers)
        files = tuple((paper.content, JSON) for paper in papers)
        return self._centre.do(kind, data, actor, role, docs=docs, files=files)

    def _refuse(self, kind: str, data: Command, actor: str, role: str, *papers: Paper) -> None:
        """Ask for what the rules forbid: the refusal is an entry, and nothing else changes."""
        try:
            self._do(kind, data, actor, role, *papers)
        except Refused:
            return
        raise IntegrityFault(f"{kind} by {actor} ought to have been refused")

    def _staff(self, role: str) -> str:
        return next(person for person, held in cast.STAFF.items() if held == role)

    def _decide(self) -> None:
        row = self._row
        asset = RegisterAsset(
            self._asset, self._org, row.category, row.title_zh, row.locality_zh,
            row.quantity_thousandths, row.quantity_unit,
        )  # fmt: skip
        self._do("asset.register/1", asset, self._officer, "community_officer")
        draft = DraftCase(self.case, self._org, "cn-collective", row.title_zh, (self._plan,))
        self._do("case.draft/1", draft, self._officer, "community_officer")
        held = str(local_date(self._clock.now_us() - 3 * DAY_US))
        minutes = _paper("minutes", f"{row.id} 会议记录")
        for kind, body in PARTY_BODIES.items():
            step = DecideCase(self.case, Vote(body, held, 9, 8, 8))
            self._do(kind, step, self._officer, "community_officer", minutes)
        vote = Vote("member_representative_assembly", held, 45, 41, 38)
        short = DecideCase(self.case, msgspec.structs.replace(vote, in_favour=29))
        self._refuse("case.decide/1", short, self._officer, "community_officer", minutes)
        decide = DecideCase(self.case, vote)
        self._do("case.decide/1", decide, self._officer, "community_officer", minutes)
        self.wait(self._clock.now_us() + POSTED_DAYS * DAY_US)

    def _publish(self) -> None:
        papers = (_paper(name, f"{self._row.id} {name}") for name in sorted({*PAPERS, APPRAISAL}))
        self._do(
            "case.apply/1", ApplyCase(self.case), self._officer, "community_officer", *papers
        )  # fmt: skip
        self._approve("asset3_reviewer")
        self._approve("street_reviewer")
        self._do(
            "case.accept/1", AcceptCase(self.case), self._staff("centre_reviewer"),
            "centre_reviewer",
        )  # fmt: skip
        today_us = day_start_us(local_date(self._clock.now_us()))
        opens_us = today_us + (NOTICE_DAYS + 1) * DAY_US + 9 * HOUR_US + 30 * MINUTE_US
        publish = PublishCase(
            self.case, f"notice-{self._row.id.lower()}", today_us + NOTICE_DAYS * DAY_US
            + 17 * HOUR_US, opens_us, opens_us + HOUR_US,
            "公示期内向社区居务监督委员会书面提出异议", "0731-85880000",
            "签约后五个工作日内交接，首期款在交接前付清",
        )  # fmt: skip
        self._opens_us = opens_us
        hasty = msgspec.structs.replace(publish, registration_until_us=today_us + 3 * DAY_US)
        clerk, text = "centre_clerk", f"{self._row.id} 公告"
        files = (_paper("notice", text), _paper("contract_draft", f"{self._row.id} contract_draft"))
        self._refuse("case.publish/1", hasty, self._staff(clerk), clerk, *files)
        self._do("case.publish/1", publish, self._staff(clerk), clerk, *files)

    def _approve(self, role: str) -> None:
        """Approve at the desk of ``role``, where the value brings the case there."""
        case = self._centre.state(f"case/{self.case}")
        if case is not None and DESKS.get(case.place) == role:
            self._do("case.approve/1", ApproveCase(self.case, "同意"), self._staff(role), role)

    def _draw(self) -> None:
        office = self._staff("office")
        rows = cast.representatives(self._row.id.lower(), REPRESENTATIVES)
        self._do("roster.freeze/1", FreezeRoster(self._org, rows), office, "office")
        self._know_phones([row.member for row in rows])
        seed = sha256(f"{self.case} seed".encode()).hexdigest()
        commit = CommitSeed(self.case, self._org, commitment_of(seed))
        self._do("panel.commit/1", commit, office, "office")
        call = CallNumber(self.case, CALLED)
        supervisor = self._staff("supervision_member")
        self._do("panel.call/1", call, supervisor, "supervision_member")
        self._do("panel.draw/1", DrawPanel(self.case, seed), office, "office")
        self._observe("O1")
        self._observe("O2")

    def _know_phones(self, members: list[str]) -> None:
        """Let all phones be known but the last two, whose owners confirm the others."""
        for member in members[:-2]:
            key = public_key(member)
            add = AddDevice(member, "ed25519", key)
            self._do("person.add_device/1", add, member, "resident_rep")
            confirm = ConfirmDevice(member, self._org, fingerprint(key))
            for other in members[-2:]:
                self._do("person.confirm_device/1", confirm, other, "resident_rep")

    def _register(self) -> None:
        for n, number in enumerate(self._numbers):
            self.wait(self._clock.now_us() + 7 * HOUR_US)
            who = sha256(f"{self.lot}/{number}".encode()).hexdigest()[:24]
            register = Register(self.lot, number, who, acknowledged_version=1)
            name = Personal(f"{self.lot}/{number}", "name", f"{cast.SURNAMES[n]}先生")
            self._clock.advance_to(self._clock.now_us() + MINUTE_US)
            self._centre.do(
                "registration.submit/1", register, f"{BIDDER_PREFIX}{number}", "bidder",
                personal=(name,),
            )  # fmt: skip
            paid_us = self._clock.now_us() - MINUTE_US
            deposit = ReceiveDeposit(
                self.lot, number, self._row.deposit_fen, paid_us, f"bank-{n + 1:04d}"
            )
            self._centre.do(
                "deposit.receive/1", deposit, self._staff("centre_cashier"), "centre_cashier",
                facts={"payer_same_name": True},
            )  # fmt: skip

    def _qualify(self) -> None:
        for number in self._numbers:
            self._centre.do(
                "registration.qualify/1", Qualify(self.lot, number),
                self._staff("centre_reviewer"), "centre_reviewer", facts={"eligible": True},
            )  # fmt: skip
        self.wait(self._opens_us - 16 * HOUR_US)
        operator = self._staff("centre_operator")
        self._refuse("lot.get_ready/1", GetReady(self.lot), operator, "centre_operator")
        self._observe("O4")
        self._observe("O5")
        self._do("lot.get_ready/1", GetReady(self.lot), operator, "centre_operator")

    def _bid(self) -> None:
        self.wait(self._opens_us)
        prices = ladder(self._row)
        pause_us = HOUR_US // (len(prices) + 1)
        for n, price_fen in enumerate(prices):
            self.wait(self._clock.now_us() + pause_us)
            winner = len(prices) - 1 - n
            number = self._numbers[winner % len(self._numbers)]
            bid = PlaceBid(self.lot, price_fen)
            self._centre.do("bid.place/1", bid, f"{BIDDER_PREFIX}{number}", "bidder")
        leader = f"{BIDDER_PREFIX}{self._numbers[0]}"
        above = PlaceBid(self.lot, self._row.result_fen + self._row.step_fen)
        self._refuse("bid.place/1", above, leader, "bidder")
        other = f"{BIDDER_PREFIX}{self._numbers[1]}"
        self._refuse("bid.place/1", PlaceBid(self.lot, self._row.result_fen), other, "bidder")
        self.wait(self._clock.now_us() + 2 * HOUR_US)
        self._refuse("bid.place/1", above, other, "bidder")

    def _confirm(self) -> None:
        self._observe("O6")
        self._observe("O7")
        winner = f"{BIDDER_PREFIX}{self._numbers[0]}"
        self._do("lot.accept_deal/1", AcceptDeal(self.lot), winner, "bidder")
        operator = self._staff("centre_operator")
        self._do("lot.confirm/1", ConfirmDeal(self.lot), operator, "centre_operator")
        publish = PublishResult(self.lot, "张**")
        self._do("lot.publish_result/1", publish, self._staff("centre_clerk"), "centre_clerk")
        self.wait(self._clock.now_us() + 6 * DAY_US)

    def _certify(self) -> None:
        row, winner = self._row, self._numbers[0]
        self._observe("O9")
        award = AwardLot(self.lot, f"CJ-{row.id}")
        notice = _paper("award_notice", f"{row.id} 成交通知书")
        self._do("lot.award/1", award, "office-chen", "office", notice)
        self._refuse("lot.award/1", award, "office-chen", "office", notice)
        self._do("lot.award/1", award, "office-peng", "office", notice)
        contract = self._contract(winner)
        paper = _paper("contract", f"{row.id} 合同")
        cheaper = msgspec.structs.replace(contract, price_fen=row.start_fen)
        clerk = self._staff("centre_clerk")
        self._refuse("lot.sign/1", SignContract(self.lot, cheaper), clerk, "centre_clerk", paper)
        sign = SignContract(self.lot, contract)
        self._do("lot.sign/1", sign, self._staff("centre_clerk"), "centre_clerk", paper)
        self._observe("O10")
        certify = CertifyLot(self.lot, f"JZ-{row.id}")
        self._do("lot.certify/1", certify, self._staff("centre_certifier"), "centre_certifier")
        for number in self._numbers[1:]:
            refund = RefundDeposit(self.lot, number)
            self._do("deposit.refund/1", refund, self._staff("centre_cashier"), "centre_cashier")

    def _contract(self, winner: int) -> Contract:
        lot = self._centre.state(f"lot/{self.lot}")
        if lot is None:
            raise IntegrityFault(f"no lot {self.lot}")
        terms: Terms = lot.facets["terms"]
        starts = local_date(self._clock.now_us())
        months = terms.plan.term_months
        planned = {field: getattr(terms.plan, field) for field in PLANNED}
        return Contract(
            number=f"HT-{self._row.id}", quantity_thousandths=terms.quantity_thousandths,
            quantity_unit=terms.quantity_unit, price_fen=self._row.result_fen,
            starts_day=str(starts), ends_day=str(last_day(starts, months)) if months else "",
            bidder=winner, **planned,
        )  # fmt: skip

    def _observe(self, step: Step) -> None:
        state = self._centre.state(f"panel/{self.case}")
        if state is None:
            raise IntegrityFault(f"{self.case} has no panel")
        panel: Panel = state.facets["panel"]
        shown = sha256(f"{self.lot} {step}".encode()).hexdigest()
        opened = OpenStep(self.case, step, shown, (self.lot,))
        self._do("panel.open_step/1", opened, self._staff("centre_operator"), "centre_operator")
        for member in panel.members[: panel.quorum]:
            said = StateStep(self.case, step, shown, "seen", "session_code")
            person = self._centre.state(f"person/{member}")
            if person is not None and "devices" in person.facets:
                said = signed(said, member)
            self._do("panel.state/1", said, member, "resident_rep")

    @property
    def _asset(self) -> str:
        return f"asset-{self._row.id.lower()}"

    @property
    def _plan(self) -> LotPlan:
        row = self._row
        return LotPlan(
            number=1, asset=self._asset, title_zh=row.title_zh, use_zh="按公告用途使用",
            tenure=row.tenure, price_unit=row.price_unit, start_price_fen=row.start_fen,  # type: ignore[arg-type]
            bid_step_fen=row.step_fen, raise_max_fen=0, ceiling_fen=0,
            deposit_fen=row.deposit_fen, term_months=row.term_months,
        )  # fmt: skip


def _paper(name: str, text: str) -> Paper:
    return Paper(name, json.dumps({"name": name, "text": text}, ensure_ascii=False).encode())
