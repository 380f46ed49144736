"""The life of one lot: for each place, the acts that lead there from the place before."""

from __future__ import annotations

from tests.support.acts import (
    BID_US,
    BIDDERS,
    CASE,
    CLOSES_US,
    DECIDED_US,
    LOT,
    NUMBER,
    OPENS_US,
    ORG,
    PANEL,
    ROSTER,
    SEED,
    START_FEN,
    STEP_FEN,
    UNTIL_US,
    Act,
    accept,
    apply,
    approve,
    asset,
    award,
    bidder,
    contract,
    decision,
    deposit,
    devices,
    draft,
    observe,
    officer,
    paper,
    posted,
    register,
    staff,
)
from trading.awarding.commands import (
    CertifyLot,
    ConfirmDeal,
    PublishResult,
    SignContract,
)
from trading.base.units import DAY_US
from trading.bidding.commands import GetReady, PlaceBid, Qualify
from trading.deposits.commands import RefundDeposit
from trading.listing.commands import AcceptCase
from trading.observing.commands import CallNumber, CommitSeed, DrawPanel, FreezeRoster
from trading.observing.draws import commitment_of

SAME_NAME = {"payer_same_name": True}
_office = [award(who) for who in ("office-chen", "office-peng")]
SEATED = (
    staff("roster.freeze/1", FreezeRoster(ORG, ROSTER), "office"),
    *devices(*PANEL[:2]),
    staff("panel.commit/1", CommitSeed(CASE, ORG, commitment_of(SEED)), "office"),
    staff("panel.call/1", CallNumber(CASE, NUMBER), "supervision_member"),
    staff("panel.draw/1", DrawPanel(CASE, SEED), "office"),
)
"""How the panel of the usual notice comes to its seats."""
PATH: dict[str, tuple[Act | int, ...]] = {
    "drafted": (officer("asset.register/1", asset()), officer("case.draft/1", draft())),
    "reviewed": decision()[:3],
    "resolved": decision()[3:],
    "decided": (DECIDED_US,),
    "reviewing": (apply(),),
    "approved": (approve(),),
    "accepted": (staff("case.accept/1", AcceptCase(CASE), "centre_reviewer"),),
    "listed": (posted(),),
    "registered": (
        *SEATED,
        *observe("O1"),
        *observe("O2"),
        *(bidder("registration.submit/1", register(n), n) for n in BIDDERS),
        *(staff("deposit.receive/1", deposit(n), "centre_cashier", facts=SAME_NAME)
          for n in BIDDERS),
    ),
    "checked": (
        *(staff("registration.qualify/1", Qualify(LOT, n), "centre_reviewer",
                facts={"eligible": True}) for n in BIDDERS),
    ),
    "qualified": (
        UNTIL_US,
        *observe("O4"),
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
    "confirmed": (*observe("O6"), *observe("O7"),
                  accept(),
                  staff("lot.confirm/1", ConfirmDeal(LOT), "centre_operator")),
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
