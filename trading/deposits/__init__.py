"""Deposits: received, held, refunded, converted or forfeited."""

from __future__ import annotations

from trading.bidding import UNTIL_AWARDED
from trading.deposits import application, facts, rules
from trading.deposits.commands import COMMANDS, DEPOSIT_CORRECTION
from trading.deposits.guards import GUARDS
from trading.engine.corrections import corrected
from trading.engine.registry import Desk, StreamSpec, Subject

SUBJECT = Subject(
    name="deposits",
    streams=(StreamSpec("deposit", "deposit", audience=UNTIL_AWARDED),),
    commands=COMMANDS,
    facets={"deposit": rules.Deposit},
    evolves={
        rules.DepositReceived: ("deposit", rules.received),
        rules.DepositMoved: ("deposit", rules.moved),
        rules.DepositForfeited: ("deposit", rules.forfeited),
        rules.DepositApplied: ("deposit", application.applied),
        rules.DepositCorrected: ("deposit", corrected),
    },
    corrections=(DEPOSIT_CORRECTION,),
    guards=(*GUARDS, *application.GUARDS),
    facts={
        "deposit_held": facts.deposit_held,
        "deposit_release": facts.deposit_release,
        "forfeits": facts.forfeits,
        "settlements": facts.settlements,
    },
    instants={"refund_end": facts.refund_end},
    desks=(
        Desk("deposit", "refund_due", "centre_cashier", "refund_losers_days"),
        Desk("deposit", "refund_overdue", "centre_cashier", at="refund_end"),
    ),
)
