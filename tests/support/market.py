"""Lots in bidding, quickly: a founded centre, its lots and their qualified bidders.

Everything goes through the writer as people's commands do, only in batches and on a clock that
stands still; bids then run on real time. Used by benchmarks and torture runs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256

from trading.base.clock import SimulatedClock
from trading.base.deadline import day_start_us, local_date
from trading.base.signature import fingerprint
from trading.base.units import DAY_US, HOUR_US, MINUTE_US
from trading.bidding.commands import GetReady, PlaceBid, Qualify, Register
from trading.bidding.rules import BIDDER_PREFIX
from trading.centre import Centre
from trading.demo import cast
from trading.demo.devices import public_key, signed
from trading.deposits.commands import ReceiveDeposit
from trading.engine.context import Envelope
from trading.engine.stream import Command
from trading.founding import found
from trading.listing.cases import PAPERS, PARTY_BODIES, Vote
from trading.listing.commands import (
    AcceptCase,
    ApplyCase,
    ApproveCase,
    DecideCase,
    DraftCase,
)
from trading.listing.notices import PublishCase
from trading.listing.rules import LotPlan
from trading.observing.commands import CallNumber, CommitSeed, DrawPanel, FreezeRoster
from trading.observing.draws import commitment_of
from trading.observing.rules import Step
from trading.observing.watching import OpenStep, StateStep
from trading.people.device_commands import AddDevice, ConfirmDevice
from trading.record.entry import Document
from trading.register.commands import RegisterAsset
from trading.store.engine import writing_engine
from trading.store.home import Home
from trading.store.migrations import migrate

ROW = "bench"
ORG = cast.community(ROW)
OFFICER = f"{cast.OFFICER}-{ROW}"
LOTS_PER_CASE = 20
REPRESENTATIVES = 5
QUORUM, PHONES = 4, 2
SEED = "5eed" * 16
FIRST_NUMBER = 100
START_FEN = 100_000
STEP_FEN = 100
NOTICE_DAYS = 21
POSTED_DAYS = 8
WAITING_MAX = 512
# A year whose calendar is shipped, on a simulated clock; the day begins at 09:00 in Changsha.
SIMULATED_US = 1_772_413_200_000_000


class RunningClock(SimulatedClock):
    """A simulated clock that, once told to run, goes on in real time from where it stood."""

    def __init__(self, now_us: int) -> None:
        super().__init__(now_us)
        self._since_us = 0

    def run(self, since_us: int = 0) -> None:
        """Go on in real time from now on, or as one that another process let run before."""
        self._since_us = since_us or _monotonic_us()

    def told(self) -> tuple[int, int]:
        """Return from which time it runs, and since when: what another process needs to know."""
        return self._now_us, self._since_us

    def now_us(self) -> int:
        return self._now_us + (_monotonic_us() - self._since_us if self._since_us else 0)


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot to be brought to bidding: its id, its bidders and how long bidding lasts."""

    id: str
    bidders: tuple[int, ...]

    @property
    def case(self) -> str:
        return self.id.rpartition("-")[0]

    @property
    def number(self) -> int:
        return int(self.id.rpartition("-")[2])


def lots_of(count: int, bidders: int) -> list[Lot]:
    """Return ``count`` lots with ``bidders`` each, in cases as large as a case may be."""
    numbers = tuple(range(FIRST_NUMBER, FIRST_NUMBER + bidders))
    return [
        Lot(f"case-{n // LOTS_PER_CASE:04d}-{n % LOTS_PER_CASE + 1}", numbers) for n in range(count)
    ]


def price_fen(bid: int) -> int:
    """Return the price of the bid that comes after ``bid`` others on its lot."""
    return START_FEN + bid * STEP_FEN


class Market:
    """A centre on a standing clock whose lots are brought to bidding, phase by phase."""

    def __init__(self, centre: Centre, clock: SimulatedClock, simulated: str = "bench") -> None:
        """Found ``centre`` with one community; its schema must be there."""
        self.centre = centre
        self.clock = clock
        localities = {ROW: "测试社区"}
        found(centre, cast.orgs(localities), cast.grants(localities), simulated=simulated)

    def open_lots(self, lots: list[Lot], lasting_us: Callable[[str], int] | None = None) -> None:
        """Bring ``lots`` to bidding; those of one case are open equally long, an hour at first.

        The clock stands at the opening afterwards. ``lasting_us`` tells by case how long.
        """
        today_us = day_start_us(local_date(self.clock.now_us()))
        opens_us = today_us + (NOTICE_DAYS + 1) * DAY_US + 9 * HOUR_US
        self.list_lots(lots, opens_us, lasting_us or (lambda _case: HOUR_US))
        self.open_at(lots, opens_us)

    def list_lots(
        self,
        lots: list[Lot],
        opens_us: int,
        lasting_us: Callable[[str], int],
        *,
        ready: bool = True,
    ) -> None:
        """Bring ``lots`` to the notice and, unless not ``ready``, to where they wait to open."""
        cases = _by_case(lots)
        self._all(self._asset(lot) for lot in lots)
        self._list_cases(cases, opens_us, lasting_us)
        if ready:
            self._get_ready(lots, opens_us)

    def _get_ready(self, lots: list[Lot], opens_us: int) -> None:
        self._seat_panels(lots)
        self._bidders(lots)
        reviewer = self._staff("centre_reviewer")
        self._all(
            self.centre.envelope(
                "registration.qualify/1", Qualify(lot.id, number), reviewer, "centre_reviewer",
                facts={"eligible": True},
            )
            for lot in lots
            for number in lot.bidders
        )  # fmt: skip
        # Registration is over eight hours before the opening.
        self.clock.advance_to(opens_us - 8 * HOUR_US)
        self._fire()
        self._observe(lots, ("O4", "O5"))
        operator = self._staff("centre_operator")
        self._all(
            self._command("lot.get_ready/1", GetReady(lot.id), operator, "centre_operator")
            for lot in lots
        )

    def open_at(self, lots: list[Lot], opens_us: int) -> None:
        """Let the opening come and check that every lot is in bidding."""
        self.clock.advance_to(opens_us)
        self._fire()
        for lot in lots:
            state = self.centre.state(f"lot/{lot.id}")
            assert state is not None
            assert state.place == "bidding"

    def _list_cases(
        self, cases: dict[str, list[Lot]], opens_us: int, lasting_us: Callable[[str], int]
    ) -> None:
        drafts = {
            case: DraftCase(case, ORG, "cn-collective", "测试项目", tuple(map(_plan, lots)))
            for case, lots in cases.items()
        }
        officer, clerk = "community_officer", "centre_clerk"
        self._all(self._command("case.draft/1", drafts[c], OFFICER, officer) for c in cases)
        self._decide(cases)
        for kind, struct, role in (
            ("case.approve/1", lambda c: ApproveCase(c, "同意"), "asset3_reviewer"),
            ("case.approve/1", lambda c: ApproveCase(c, "同意"), "street_reviewer"),
            ("case.accept/1", AcceptCase, "centre_reviewer"),
        ):
            waiting = [c for c in cases if role != "street_reviewer" or self._at_street(c)]
            self._all(self._command(kind, struct(c), self._staff(role), role) for c in waiting)
        until_us = opens_us - 16 * HOUR_US
        self._all(
            self.centre.envelope(
                "case.publish/1",
                PublishCase(c, f"notice-{c}", until_us, opens_us, opens_us + lasting_us(c),
                            "书面提出", "0731-85880000"),
                self._staff(clerk), clerk, docs=(_paper("notice"), _paper("contract_draft")),
            )
            for c in cases
        )  # fmt: skip

    def _decide(self, cases: Iterable[str]) -> None:
        """Take the four steps, wait until the resolution was posted, and apply."""
        held, today_us = str(local_date(self.clock.now_us() - 3 * DAY_US)), self.clock.now_us()
        role, docs = "community_officer", {name: _paper(name) for name in PAPERS}
        for kind, body in (*PARTY_BODIES.items(), ("case.decide/1", "residents_meeting")):
            step = Vote(body, held, 45, 41, 38)
            self._all(
                self.centre.envelope(
                    kind, DecideCase(case, step), OFFICER, role, docs=(docs["minutes"],)
                )
                for case in cases
            )
        self.clock.advance_to(today_us + POSTED_DAYS * DAY_US)
        self._fire()
        papers = tuple(docs.values())
        self._all(
            self.centre.envelope("case.apply/1", ApplyCase(case), OFFICER, role, docs=papers)
            for case in cases
        )

    def _at_street(self, case: str) -> bool:
        state = self.centre.state(f"case/{case}")
        return state is not None and state.place == "street_review"

    def _seat_panels(self, lots: list[Lot]) -> None:
        office = self._staff("office")
        rows = cast.representatives(ROW, REPRESENTATIVES)
        self._all([self._command("roster.freeze/1", FreezeRoster(ORG, rows), office, "office")])
        self._know_phones([row.member for row in rows])
        cases = _by_case(lots)
        commitment, supervisor = commitment_of(SEED), self._staff("supervision_member")
        for kind, struct, actor, role in (
            ("panel.commit/1", lambda c: CommitSeed(c, ORG, commitment), office, "office"),
            ("panel.call/1", lambda c: CallNumber(c, 1), supervisor, "supervision_member"),
            ("panel.draw/1", lambda c: DrawPanel(c, SEED), office, "office"),
        ):
            self._all(self._command(kind, struct(case), actor, role) for case in cases)
        self._observe(lots, ("O1", "O2"))

    def _know_phones(self, members: list[str]) -> None:
        """Let the phones of those who sign by phone be known, confirmed by the last two."""
        for member in members[:PHONES]:
            key, rep = public_key(member), "resident_rep"
            add = AddDevice(member, "ed25519", key)
            confirm = ConfirmDevice(member, ORG, fingerprint(key))
            self._all([self._command("person.add_device/1", add, member, rep)])
            self._all(
                self._command("person.confirm_device/1", confirm, other, rep)
                for other in members[-2:]
            )

    def _observe(self, lots: list[Lot], steps: tuple[Step, ...]) -> None:
        """Let a quorum of every panel see ``steps``, once for all lots of a notice."""
        shown, operator = sha256(b"screen").hexdigest(), self._staff("centre_operator")
        members = [row.member for row in cast.representatives(ROW, REPRESENTATIVES)]
        cases = _by_case(lots)
        self._all(
            self._command(
                "panel.open_step/1",
                OpenStep(case, step, shown, tuple(lot.id for lot in of_case)),
                operator, "centre_operator",
            )
            for case, of_case in cases.items()
            for step in steps
        )  # fmt: skip
        self._all(
            self._command("panel.state/1", said if n >= PHONES else signed(said, member), member,
                          "resident_rep")
            for case in cases
            for step in steps
            for said in (StateStep(case, step, shown, "seen", "session_code"),)
            for n, member in enumerate(members[:QUORUM])
        )  # fmt: skip

    def _bidders(self, lots: list[Lot]) -> None:
        self._all(
            self._command(
                "registration.submit/1",
                Register(lot.id, number, f"who-{number}", acknowledged_version=1),
                f"{BIDDER_PREFIX}{number}", "bidder",
            )
            for lot in lots
            for number in lot.bidders
        )  # fmt: skip
        cashier, paid_us = self._staff("centre_cashier"), self.clock.now_us() - MINUTE_US
        self._all(
            self.centre.envelope(
                "deposit.receive/1",
                ReceiveDeposit(lot.id, number, START_FEN, paid_us, f"bank-{lot.id}-{number}"),
                cashier, "centre_cashier", facts={"payer_same_name": True},
            )
            for lot in lots
            for number in lot.bidders
        )  # fmt: skip

    def _asset(self, lot: Lot) -> Envelope:
        data = RegisterAsset(f"asset-{lot.id}", ORG, "pond", "测试鱼塘", "测试社区", 10_000, "mu")
        return self._command("asset.register/1", data, OFFICER, "community_officer")

    def _command(self, kind: str, data: Command, actor: str, role: str) -> Envelope:
        return self.centre.envelope(kind, data, actor, role)

    def _all(self, commands: Iterable[Envelope]) -> None:
        submit_all(self.centre, commands)

    def _fire(self) -> None:
        """Decide everything that is due now."""
        self.centre.writer.stop()
        while self.centre.writer.tick():
            pass

    def _staff(self, role: str) -> str:
        return next(person for person, held in cast.STAFF.items() if held == role)


def submit_all(centre: Centre, commands: Iterable[Envelope]) -> None:
    """Decide all ``commands`` in order, many in one transaction; raise the first refusal."""
    writer = centre.writer
    writer.start()
    try:
        waiting = []
        for env in commands:
            waiting.append(writer.submit(env))
            if len(waiting) == WAITING_MAX:
                for future in waiting:
                    future.result()
                waiting = []
        for future in waiting:
            future.result()
    finally:
        writer.stop()


def bid_envelope(centre: Centre, lot: Lot, bid: int, key: str) -> Envelope:
    """Return the bid that comes after ``bid`` others on ``lot``, by its bidders in turn."""
    number = lot.bidders[bid % len(lot.bidders)]
    return centre.envelope(
        "bid.place/1", PlaceBid(lot.id, price_fen(bid)), f"{BIDDER_PREFIX}{number}", "bidder",
        key=key,
    )  # fmt: skip


def found_market(home: Home, clock: SimulatedClock, simulated: str = "bench") -> Market:
    """Migrate the database of ``home`` and found a centre there."""
    owner = writing_engine(home.database_url)  # who migrates owns the tables; a centre does not
    migrate(owner)
    owner.dispose()
    centre = Centre(home, clock)
    return Market(centre, clock, simulated)


def _paper(name: str) -> Document:
    return Document(name, sha256(name.encode()).hexdigest())


def _by_case(lots: list[Lot]) -> dict[str, list[Lot]]:
    cases: dict[str, list[Lot]] = {}
    for lot in lots:
        cases.setdefault(lot.case, []).append(lot)
    return cases


def _plan(lot: Lot) -> LotPlan:
    return LotPlan(
        number=lot.number, asset=f"asset-{lot.id}", title_zh="测试鱼塘承包", use_zh="养殖",
        tenure="contracting_out", price_unit="CNY/mu/year", start_price_fen=START_FEN,
        bid_step_fen=STEP_FEN, raise_max_fen=0, ceiling_fen=0, deposit_fen=START_FEN,
        term_months=60,
    )  # fmt: skip


def _monotonic_us() -> int:
    return time.monotonic_ns() // 1000
