"""Who and what the tests trade with: names, instants, and one builder for each kind of act."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from trading.awarding.commands import AwardLot
from trading.awarding.guards import PLANNED
from trading.awarding.rules import Contract
from trading.base.signature import fingerprint
from trading.base.units import DAY_US, HOUR_US, MINUTE_US
from trading.bidding.commands import Register
from trading.bidding.holds import ResumeLot, SuspendLot
from trading.bidding.outcomes import AcceptDeal
from trading.demo import cast
from trading.demo.devices import public_key, signed
from trading.deposits.commands import ReceiveDeposit
from trading.engine.stream import Command
from trading.listing.cases import PAPERS, Vote
from trading.listing.commands import ApplyCase, ApproveCase, DecideCase, DraftCase
from trading.listing.notices import PublishCase
from trading.listing.rules import LotPlan
from trading.observing.rules import Listed, Step
from trading.observing.watching import OpenStep, StateStep
from trading.people.device_commands import AddDevice, ConfirmDevice
from trading.record.entry import Document
from trading.register.commands import RegisterAsset
from trading.register.contract_commands import CloseContract
from trading.register.contracts import Agreement
from trading.register.rent import Instalments

ORIGIN = "trade.example/log"
START_US = 1_772_413_200_000_000
"""2026-03-02 09:00 in Beijing, a Monday."""
UNTIL_US = START_US + 16 * DAY_US + 8 * HOUR_US
OPENS_US = START_US + 17 * DAY_US
DECIDED_US = START_US + 8 * DAY_US
"""When the resolution has been posted for its five days and the weekend after them."""
CLOSES_US = OPENS_US + HOUR_US
BID_US = OPENS_US + 20 * MINUTE_US
LOCALITIES = {"a": "甲社区", "b": "乙社区"}
ORG, OTHER_ORG = "community-a", "community-b"
OFFICER = "officer-yi-a"
ALL_ROUNDER = "all-rounder"
CASE, LOT, ASSET = "case-a", "case-a-1", "asset-a"
BIDDERS = (101, 202, 303)
MEMBERS = tuple(f"rep-{n:02d}" for n in range(1, 24))
ROSTER = tuple(Listed(f"group-{n // 3}", n % 3 + 1, who) for n, who in enumerate(MEMBERS))
SEED, NUMBER, REP = "5eed" * 16, 4711, "resident_rep"
PANEL = ("rep-23", "rep-13", "rep-05", "rep-14", "rep-19")
START_FEN, STEP_FEN, RAISE_MAX_FEN, CEILING_FEN = 100_000, 1_000, 5_000, 110_000
SIGNED_DAY, ENDS_DAY = "2026-03-25", "2029-03-24"
"""When the lot of the path is signed, and the last day of its term."""
DEPOSIT_FEN, TERM_MONTHS = 20_000, 36
STAFF = {role: person for person, role in reversed(cast.STAFF.items())}
SECOND_OFFICE = "office-peng"


@dataclass(frozen=True, slots=True)
class Act:
    """One command with who gives it; ``facts`` and ``docs`` come from the edge."""

    kind: str
    data: Command
    actor: str
    role: str
    docs: tuple[Document, ...] = ()
    facts: dict[str, bool] = field(default_factory=dict)


def staff(kind: str, data: Command, role: str, **more: Any) -> Act:
    """Return an act of the one person of the demonstration who holds ``role``."""
    return Act(kind, data, STAFF[role], role, **more)


def officer(kind: str, data: Command, **more: Any) -> Act:
    """Return an act of the community's officer."""
    return Act(kind, data, OFFICER, "community_officer", **more)


def bidder(kind: str, data: Command, number: int) -> Act:
    """Return an act of a bidder."""
    return Act(kind, data, f"bidder-{number}", "bidder")


def paper(name: str) -> Document:
    """Return a document by its name in the trade."""
    return Document(name, sha256(name.encode()).hexdigest())


def plan(number: int = 1, asset: str = ASSET, **more: Any) -> LotPlan:
    """Return a plan that obeys every rule, but for what ``more`` changes."""
    values: dict[str, Any] = {
        "title_zh": "门面", "use_zh": "零售", "tenure": "lease", "price_unit": "CNY/lot/year",
        "start_price_fen": START_FEN, "bid_step_fen": STEP_FEN, "raise_max_fen": RAISE_MAX_FEN,
        "ceiling_fen": CEILING_FEN, "deposit_fen": DEPOSIT_FEN, "term_months": TERM_MONTHS,
    }  # fmt: skip
    return LotPlan(number=number, asset=asset, **{**values, **more})


def asset(name: str = ASSET, org: str = ORG) -> RegisterAsset:
    """Return the entry of one asset in the ledger."""
    return RegisterAsset(name, org, "shop", "门面一号", "甲社区一组", 1000, "lot")


def draft(*lots: LotPlan, case: str = CASE, org: str = ORG) -> DraftCase:
    """Return a draft of ``lots``, or of the one usual lot."""
    return DraftCase(case, org, "cn-collective", "门面招租", lots or (plan(),))


def vote(day: str = "2026-02-27", eligible: int = 45, present: int = 41, favour: int = 38) -> Vote:
    """Return a resolution that passes, but for what is given."""
    return Vote("member_representative_assembly", day, eligible, present, favour)


def meeting(kind: str, body: str, day: str, case: str = CASE) -> Act:
    """Return one of the three steps before the resolution, with its minutes."""
    return officer(kind, DecideCase(case, Vote(body, day, 7, 6, 5)), docs=(paper("minutes"),))


def decide(found: Vote | None = None, case: str = CASE, name: str = "minutes") -> Act:
    """Return the resolution, the usual one unless given."""
    return officer("case.decide/1", DecideCase(case, found or vote()), docs=(paper(name),))


def decision(case: str = CASE) -> tuple[Act, ...]:
    """Return the four steps of the decision, in their order."""
    return (
        meeting("case.propose/1", "party_branch", "2026-02-24", case),
        meeting("case.deliberate/1", "two_committees", "2026-02-25", case),
        meeting("case.review/1", "party_members", "2026-02-26", case),
        decide(case=case),
    )


def apply(case: str = CASE) -> Act:
    """Return the application with its papers."""
    return officer("case.apply/1", ApplyCase(case), docs=tuple(map(paper, sorted(PAPERS))))


def approve(role: str = "asset3_reviewer", case: str = CASE) -> Act:
    """Return the approval of one desk."""
    return staff("case.approve/1", ApproveCase(case, "同意"), role)


def publish(until_us: int = UNTIL_US, opens_us: int = OPENS_US) -> PublishCase:
    """Return the publication of the notice."""
    return PublishCase(
        CASE, "notice-a", until_us, opens_us, CLOSES_US, "向社区居务监督委员会书面提出",
        "0731-85880000",
    )  # fmt: skip


def posted(data: PublishCase | None = None) -> Act:
    """Return the publication with its papers, the usual one unless given."""
    docs = (paper("notice"), paper("contract_draft"))
    return staff("case.publish/1", data or publish(), "centre_clerk", docs=docs)


def register(number: int, lot: str = LOT) -> Register:
    """Return a bidder's own submit."""
    return Register(lot, number, f"who-{number}", acknowledged_version=1)


def deposit(number: int, paid_us: int = 0, amount_fen: int = DEPOSIT_FEN) -> ReceiveDeposit:
    """Return the report of the bank, in time unless ``paid_us`` is given."""
    return ReceiveDeposit(LOT, number, amount_fen, paid_us or START_US, f"bank-{number}")


def contract(**more: Any) -> Contract:
    """Return the contract that equals the award, but for what ``more`` changes."""
    agreed = plan()
    values: dict[str, Any] = {
        "number": "HT-1", "quantity_thousandths": 1000, "quantity_unit": "lot",
        "price_fen": START_FEN + STEP_FEN, "starts_day": SIGNED_DAY, "ends_day": ENDS_DAY,
        "bidder": BIDDERS[1], **{field: getattr(agreed, field) for field in PLANNED},
    }  # fmt: skip
    return Contract(**{**values, **more})


def shown(step: Step) -> str:
    """Return the digest of what ``step`` shows."""
    return paper(step).sha256


def opened(step: Step, *lots: str) -> Act:
    """Return the opening of ``step`` for ``lots``, or for the one usual lot."""
    data = OpenStep(CASE, step, shown(step), lots or (LOT,))
    return staff("panel.open_step/1", data, "centre_operator")


def award(who: str = "office-chen", notice: str = "CJ-1") -> Act:
    """Return the award by one of the office."""
    return Act("lot.award/1", AwardLot(LOT, notice), who, "office", (paper("award_notice"),))


def agreement(**more: Any) -> Agreement:
    """Return a paper contract of two years and yearly rent, but for what ``more`` changes."""
    values: dict[str, Any] = {
        "number": "旧合同1号", "tenure": "lease", "use_zh": "零售", "price_unit": "CNY/lot/year",
        "price_fen": START_FEN, "term_months": 24, "starts_day": "2026-01-01",
        "ends_day": "2027-12-31", "bond_fen": 0,
        "schedule": (Instalments(0, 12, 2, START_FEN),),
    }  # fmt: skip
    return Agreement(**{**values, **more})


def settled(contract: str, arrears_fen: int = 0) -> Act:
    """Return the closing of a contract without bond."""
    data = CloseContract(contract, 0, 0, arrears_fen)
    return officer("contract.close/1", data, docs=(paper("inspection"),))


def devices(*members: str, others: tuple[str, ...] = MEMBERS[:2]) -> tuple[Act, ...]:
    """Return how the phones of ``members`` become known, each confirmed by two ``others``."""
    return tuple(
        act
        for member in members
        for key in (public_key(member),)
        for act in (
            Act("person.add_device/1", AddDevice(member, "ed25519", key), member, REP),
            *(
                Act("person.confirm_device/1", ConfirmDevice(member, ORG, fingerprint(key)), n, REP)
                for n in others
            ),
        )
    )


def statement(step: Step, member: str, **more: Any) -> Act:
    """Return what one representative states of ``step`` by code, without a device."""
    values = {"shown": shown(step), "verdict": "seen", "assurance": "session_code", **more}
    return Act("panel.state/1", StateStep(CASE, step, **values), member, REP)


def by_phone(act: Act) -> Act:
    """Return the statement of ``act`` signed by its actor's own phone."""
    assert isinstance(act.data, StateStep)
    return Act(act.kind, signed(act.data, act.actor), act.actor, act.role)


def observe(step: Step) -> tuple[Act, ...]:
    """Return the opening of ``step`` and the statements of a quorum, two of them by phone."""
    by_code = [statement(step, member) for member in PANEL[:4]]
    return (opened(step), *map(by_phone, by_code[:2]), *by_code[2:])


def observe_again(step: Step) -> tuple[Act, ...]:
    """Open ``step`` over new evidence and let a quorum state that."""
    anew = paper(f"{step} again").sha256
    opening = OpenStep(CASE, step, anew, (LOT,))
    acts = [statement(step, member, shown=anew) for member in PANEL[:4]]
    return (
        staff("panel.open_step/1", opening, "centre_operator"),
        *map(by_phone, acts[:2]), *acts[2:],
    )  # fmt: skip


def pair(kind: str, data: Command, **more: Any) -> tuple[Act, Act]:
    """Return one act of two persons of the office, with its evidence."""
    more.setdefault("docs", (paper("evidence"),))
    first, second = STAFF["office"], SECOND_OFFICE
    return Act(kind, data, first, "office", **more), Act(kind, data, second, "office", **more)


def accept(number: int = BIDDERS[1]) -> Act:
    """Return the winner's own acceptance of the deal."""
    return bidder("lot.accept_deal/1", AcceptDeal(LOT), number)


def suspend(role: str = "centre_operator", until_us: int = 0, **more: Any) -> Act:
    """Return the hold that one person may order."""
    data = SuspendLot(LOT, "system_fault", "停电", until_us)
    return staff("lot.suspend/1", data, role, **{"docs": (paper("evidence"),), **more})


RESUME = pair("lot.resume/1", ResumeLot(LOT, "已来电"))
