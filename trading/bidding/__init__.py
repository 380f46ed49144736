"""Bidding: registration, the roll, the sale; one file per method in ``methods``."""

from __future__ import annotations

from trading.bidding import deals, facts, holds, outcomes, revocation, rules
from trading.bidding.commands import COMMANDS, REGISTRATION_CORRECTION
from trading.bidding.guards import GUARDS
from trading.bidding.methods import ascending
from trading.engine.corrections import corrected
from trading.engine.registry import OPEN, StreamSpec, Subject

UNTIL_AWARDED = "until:awarded"

SUBJECT = Subject(
    name="bidding",
    streams=(
        StreamSpec("registration", "registration", audience=UNTIL_AWARDED),
        StreamSpec("roll", "roll", audience=UNTIL_AWARDED),
    ),
    commands=(*COMMANDS, *outcomes.COMMANDS, *holds.COMMANDS, *revocation.COMMANDS),
    facets={
        "registration": rules.Registration,
        "roll": rules.Roll,
        "sale": rules.Sale,
        "failure": deals.Failure,
    },
    evolves={
        rules.Registered: ("registration", rules.registered),
        rules.RegistrationDue: ("registration", rules.registration_due),
        rules.RegistrationCorrected: ("registration", corrected),
        rules.Qualified: ("registration", rules.qualified),
        rules.Rejected: ("registration", rules.rejected),
        rules.Listed: ("roll", rules.listed),
        rules.Awaited: ("roll", rules.awaited),
        rules.Admitted: ("roll", rules.admitted),
        rules.Struck: ("roll", rules.struck),
        rules.Acknowledged: ("roll", rules.acknowledged),
        rules.RollFrozen: ("roll", rules.roll_frozen),
        rules.SaleOpened: ("sale", rules.sale_opened),
        rules.BidAccepted: ("sale", rules.bid_accepted),
        rules.SaleShifted: ("sale", rules.sale_shifted),
        deals.DealOffered: ("sale", deals.deal_offered),
        deals.DealAccepted: ("sale", deals.deal_accepted),
        deals.WinnerDefaulted: ("sale", deals.winner_defaulted),
        deals.LotFailed: ("failure", deals.lot_failed),
        rules.SaleFallen: ("sale", rules.sale_fallen),
    },
    corrections=(REGISTRATION_CORRECTION,),
    guards=(*GUARDS, *deals.GUARDS, *ascending.GUARDS),
    facts={"asset_release": facts.asset_release},
    instants={
        "sale_end": facts.sale_end,
        "answer_end": facts.answer_end,
        "confirm_end": deals.confirm_end,
    },
    roles={"bidder": OPEN},
)
