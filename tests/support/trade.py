"""A founded centre with one lot in any named place of its life, on a simulated clock.

``PATH`` tells, for each place, the acts that lead there from the place before. A centre walks it
once for all tests and is copied in every place, so that a test begins where it wants to; the
same path is walked live on PostgreSQL.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from trading.awarding.commands import (
    AwardLot,
    CertifyLot,
    ConfirmDeal,
    PublishResult,
    SignContract,
)
from trading.awarding.rules import Contract
from trading.base.clock import SimulatedClock
from trading.base.errors import Refused
from trading.base.units import DAY_US, HOUR_US, MINUTE_US
from trading.bidding.commands import GetReady, PlaceBid, Qualify, Register
from trading.centre import Centre
from trading.demo import cast
from trading.deposits.commands import ReceiveDeposit, RefundDeposit
from trading.engine.builtin import SECURITY
from trading.engine.registry import GRANTED
from trading.engine.stream import Command, Stream
from trading.founding import FirstGrant, found
from trading.listing.commands import AcceptCase, ApproveCase, DecideCase, DraftCase, PublishCase
from trading.listing.rules import LotPlan, Vote
from trading.observing.commands import DrawPanel, FreezeRoster, StateStep
from trading.observing.rules import Step
from trading.people import SUBJECT as PEOPLE
from trading.record.entry import Document, RawBody, read
from trading.register.commands import RegisterAsset
from trading.store.engine import writing_engine
from trading.store.home import Home
from trading.store.migrations import migrate

ORIGIN = "trade.example/log"
START_US = 1_772_413_200_000_000
"""2026-03-02 09:00 in Beijing, a Monday."""
UNTIL_US = START_US + 16 * DAY_US + 8 * HOUR_US
OPENS_US = START_US + 17 * DAY_US
CLOSES_US = OPENS_US + HOUR_US
BID_US = OPENS_US + 20 * MINUTE_US
LOCALITIES = {"a": "甲社区", "b": "乙社区"}
ORG, OTHER_ORG = "community-a", "community-b"
OFFICER = "officer-yi-a"
ALL_ROUNDER = "all-rounder"
CASE, LOT, ASSET = "case-a", "case-a-1", "asset-a"
BIDDERS = (101, 202, 303)
MEMBERS = tuple(f"rep-{n:02d}" for n in range(1, 24))
PANEL = tuple(MEMBERS[n - 1] for n in (3, 7, 12, 17, 21))
START_FEN, STEP_FEN, RAISE_MAX_FEN, CEILING_FEN = 100_000, 1_000, 5_000, 110_000
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


def publish(until_us: int = UNTIL_US, opens_us: int = OPENS_US) -> PublishCase:
    """Return the publication of the notice."""
    return PublishCase(CASE, "notice-a", until_us, opens_us, CLOSES_US)


def register(number: int, lot: str = LOT) -> Register:
    """Return a bidder's own submit."""
    return Register(lot, number, f"who-{number}", acknowledges_notice=True)


def deposit(number: int, paid_us: int = 0, amount_fen: int = DEPOSIT_FEN) -> ReceiveDeposit:
    """Return the report of the bank, in time unless ``paid_us`` is given."""
    return ReceiveDeposit(LOT, number, amount_fen, paid_us or START_US, f"bank-{number}")


def contract(**more: Any) -> Contract:
    """Return the contract that equals the award, but for what ``more`` changes."""
    values: dict[str, Any] = {
        "number": "HT-1", "asset": ASSET, "use_zh": "零售", "price_unit": "CNY/lot/year",
        "price_fen": START_FEN + STEP_FEN, "term_months": TERM_MONTHS, "bidder": BIDDERS[1],
    }  # fmt: skip
    return Contract(**{**values, **more})


def statement(step: Step, member: str, **more: Any) -> Act:
    """Return what one representative states of ``step``."""
    values = {"verdict": "seen", "shown": "0" * 64, "assurance": "session_code", **more}
    return Act("panel.state/1", StateStep(LOT, step, **values), member, "resident_rep")


def observe(step: Step) -> tuple[Act, ...]:
    """Return the statements of a quorum."""
    return tuple(statement(step, member) for member in PANEL[:4])


SAME_NAME = {"payer_same_name": True}
_office = [
    Act("lot.award/1", AwardLot(LOT), who, "office") for who in ("office-chen", "office-peng")
]
PATH: dict[str, tuple[Act | int, ...]] = {
    "drafted": (officer("asset.register/1", asset()), officer("case.draft/1", draft())),
    "decided": (officer("case.decide/1", DecideCase(CASE, vote()), docs=(paper("minutes"),)),),
    "approved": (staff("case.approve/1", ApproveCase(CASE, "同意"), "street_reviewer"),),
    "accepted": (staff("case.accept/1", AcceptCase(CASE), "centre_reviewer"),),
    "listed": (staff("case.publish/1", publish(), "centre_clerk"),),
    "registered": (
        staff("roster.freeze/1", FreezeRoster(ORG, MEMBERS), "office"),
        staff("panel.draw/1", DrawPanel(LOT, ORG), "office"),
        *observe("O2"),
        *(bidder("registration.submit/1", register(n), n) for n in BIDDERS),
        *(staff("deposit.receive/1", deposit(n), "centre_cashier", facts=SAME_NAME)
          for n in BIDDERS),
    ),
    "qualified": (
        UNTIL_US,
        *(staff("registration.qualify/1", Qualify(LOT, n), "centre_reviewer",
                facts={"eligible": True}) for n in BIDDERS),
        *observe("O5"),
    ),
    "ready": (staff("lot.get_ready/1", GetReady(LOT), "centre_operator"),),
    "bidding": (OPENS_US,),
    "provisional": (
        BID_US,
        bidder("bid.place/1", PlaceBid(LOT, START_FEN), BIDDERS[0]),
        bidder("bid.place/1", PlaceBid(LOT, START_FEN + STEP_FEN), BIDDERS[1]),
        CLOSES_US,
    ),
    "confirmed": (*observe("O7"), staff("lot.confirm/1", ConfirmDeal(LOT), "centre_operator")),
    "publicity": (
        staff("lot.publish_result/1", PublishResult(LOT, "张**"), "centre_clerk"),
    ),
    "cleared": (CLOSES_US + 6 * DAY_US,),
    "awarded": (*observe("O9"), *_office),
    "contracted": (
        staff("lot.sign/1", SignContract(LOT, contract()), "centre_clerk",
              docs=(paper("contract"),)),
    ),
    "certified": (*observe("O10"), staff("lot.certify/1", CertifyLot(LOT, "JZ-1"),
                                         "centre_certifier")),
    "refunded": (staff("deposit.refund/1", RefundDeposit(LOT, BIDDERS[0]), "centre_cashier"),),
}  # fmt: skip
PLACES = tuple(PATH)


class Trade:
    """One open centre and its clock."""

    def __init__(self, home: Home, now_us: int, **more: Any) -> None:
        """Open ``home`` at ``now_us``; ``more`` goes to the centre."""
        self.clock = SimulatedClock(now_us)
        self.centre = Centre(home, self.clock, **more)

    def do(self, act: Act, **more: Any) -> Any:
        """Let ``act`` be decided; raise what it was refused with."""
        given = {"docs": act.docs, "facts": act.facts, **more}
        return self.centre.do(act.kind, act.data, act.actor, act.role, **given)

    def wait(self, until_us: int) -> None:
        """Let time pass; everything that falls due on the way is decided in its instant."""
        while 0 < (due_us := self.centre.next_due_us()) <= until_us:
            self.clock.advance_to(due_us)
            self.centre.writer.tick()
        self.clock.advance_to(until_us)

    def walk(self, place: str, scenes: dict[str, Scene] | None = None) -> None:
        """Walk the part of the path that leads to ``place`` from the place before it."""
        for act in PATH[place]:
            if isinstance(act, int):
                self.wait(act)
                continue
            if scenes is not None:
                scenes[act.kind] = Scene(act, self.states(), self.clock.now_us())
            self.do(act)

    def place(self, stream: str = f"lot/{LOT}") -> str:
        """Return the place of a stream, the lot's unless named."""
        return self.state(stream).place

    def state(self, stream: str = f"lot/{LOT}") -> Stream:
        """Return the state of a stream that exists, the lot's unless named."""
        found = self.centre.state(stream)
        assert found is not None, stream
        return found

    def states(self) -> dict[str, Stream]:
        """Return the committed state of every stream."""
        with self.centre.reading.connect() as connection:
            rows = connection.execute(text("SELECT state FROM projection_stream_state"))
            states = [self.centre._codec.decode(bytes(row[0])) for row in rows]
        return {state.name: state for state in states}

    def entries(self, start: int = 0) -> list[RawBody]:
        """Return the bodies of all entries from index ``start``."""
        query = text("SELECT body FROM record_entry WHERE idx >= :start ORDER BY idx")
        with self.centre.reading.connect() as connection:
            return [read(bytes(row[0])) for row in connection.execute(query, {"start": start})]

    @property
    def size(self) -> int:
        """Return the number of entries."""
        with self.centre.reading.connect() as connection:
            return int(connection.execute(text("SELECT size FROM projection_head")).scalar_one())

    @contextmanager
    def leaves_no_change(self) -> Iterator[None]:
        """Prove that what happens inside changes no state but for ``seq`` and ``hash``."""
        before = self.states()
        yield
        after = self.states()
        assert after.keys() - before.keys() <= {SECURITY}
        for name, state in before.items():
            assert _content(after[name]) == _content(state), name

    def refused(self, act: Act, **more: Any) -> Refused:
        """Return the refusal of ``act``, after proving that it is an entry and changed nothing."""
        size = self.size
        with self.leaves_no_change(), pytest.raises(Refused) as caught:
            self.do(act, **more)
        error = caught.value
        (entry,) = self.entries(size)
        out = msgspec.json.decode(entry.out)
        assert (out["outcome"], out["code"]) == ("refused", error.params["reason"])
        assert tuple(out.get("failed", ())) == error.params["guards"]
        return error

    def blockers(self, act: Act, **more: Any) -> tuple[str, ...]:
        """Return the guards that refuse ``act``."""
        found = self.refused(act, **more).params["guards"]
        assert isinstance(found, tuple)
        return found

    def close(self) -> None:
        """Close the centre."""
        self.centre.close()


def _content(state: Stream) -> Stream:
    return msgspec.structs.replace(state, seq=0, hash="")


def open_empty(path: Path, db_url: str = "", now_us: int = START_US, **more: Any) -> Trade:
    """Open a centre whose log is empty."""
    home = Home.create(path, ORIGIN, db_url)
    owner = writing_engine(home.database_url)
    migrate(owner)
    owner.dispose()
    return Trade(home, now_us, **more)


def found_trade(path: Path, db_url: str = "", **more: Any) -> Trade:
    """Found a centre in ``path``; the staff of the demonstration, and one who holds every role."""
    trade = open_empty(path, db_url, **more)
    roles = [role for role, sort in PEOPLE.roles.items() if sort == GRANTED]
    grants = tuple(FirstGrant(ALL_ROUNDER, role, cast.DISTRICT) for role in roles)
    found(trade.centre, cast.orgs(LOCALITIES), cast.grants(LOCALITIES) + grants, simulated="tests")
    return trade


@dataclass(frozen=True, slots=True)
class Scene:
    """An act as it was decided last on the path: with all states before it, and when."""

    act: Act
    states: dict[str, Stream]
    at_us: int


class Places:
    """One lot, copied in every place of its life, and the scene of every act on the way."""

    def __init__(self, root: Path) -> None:
        """Walk the whole path once under ``root``."""
        self._root = root
        self._now_us: dict[str, int] = {}
        self.states: dict[str, dict[str, Stream]] = {}
        self.scenes: dict[str, Scene] = {}
        trade = found_trade(root / "walk")
        self._keep("founded", trade)
        for place in PLACES:
            trade = Trade(Home.open(root / "walk"), self._now_us[self._last])
            trade.walk(place, self.scenes)
            self._keep(place, trade)
        trade = Trade(Home.open(root / "walk"), self._now_us[self._last])
        trade.centre.writer.tick()
        self.kernel = trade.centre.kernel
        trade.close()

    def _keep(self, place: str, trade: Trade) -> None:
        self.states[place] = trade.states()
        self._now_us[place] = trade.clock.now_us()
        self._last = place
        trade.close()
        shutil.copytree(self._root / "walk", self._root / place)

    def now_us(self, place: str) -> int:
        """Return the instant at which the lot came to ``place``."""
        return self._now_us[place]

    def open(self, place: str, path: Path) -> Trade:
        """Open a copy of the centre in ``place``."""
        shutil.copytree(self._root / place, path)
        return Trade(Home.open(path), self._now_us[place])


At = Callable[[str], Trade]


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Give one lot in every place of its life."""
    return Places(tmp_path_factory.mktemp("places"))


@pytest.fixture
def at(places: Places, tmp_path: Path) -> Iterator[At]:
    """Give a function that opens a centre whose lot is in the named place."""
    opened: list[Trade] = []

    def _at(place: str) -> Trade:
        opened.append(places.open(place, tmp_path / f"centre-{len(opened)}"))
        return opened[-1]

    yield _at
    for trade in opened:
        trade.close()
