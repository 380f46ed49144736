"""Passing scenes of corrections: in every place in which a keyed fact may be put right."""

from __future__ import annotations

from tests.support.acts import ASSET, BIDDERS, LOT, Act, officer, staff
from tests.support.trade import Places
from tests.trade.vectors.build import Break, Vector, facet, placed, stream
from trading.engine.corrections import CorrectFact
from trading.register.contracts import contract_of

_ASSET = f"asset/{ASSET}"
_REGISTRATION = f"registration/{LOT}-{BIDDERS[0]}"
_DEPOSIT = f"deposit/{LOT}-{BIDDERS[0]}"
_CONTRACT = f"contract/{contract_of(LOT)}"
NAME = CorrectFact(_ASSET, "asset", "name_zh", 1, "门面一号", "门面二号", "门牌抄错")
BANK = CorrectFact(
    _DEPOSIT, "deposit", "bank_reference", 1, f"bank-{BIDDERS[0]}", "bank-9", "流水号抄错"
)


KIND = CorrectFact(_REGISTRATION, "registration", "kind", 1, "person", "company", "报名表勾选抄错")
NUMBER = CorrectFact(_CONTRACT, "contract", "agreement.number", 1, "HT-1", "HT-2", "合同编号抄错")


def scenes(places: Places) -> list[Vector]:
    """Return a passing correction of every kind of stream in every place that allows one."""

    def everywhere(place: str, act: Act, name: str, *breaks: Break) -> list[Vector]:
        workflow = places.kernel.catalogue.workflow(places.states[place][name].workflow)
        return [
            placed(places, place, act, stream(name, place=source), *breaks)
            for source, trigger in workflow.edges
            if trigger == "correct"
        ]

    # A contract of a certified lot is never corrected: this one is as if taken over from paper.
    from_paper = facet(_CONTRACT, "contract", lot="")
    return [
        *everywhere("registered", officer("fact.correct/1", NAME), _ASSET),
        *everywhere("registered", staff("fact.correct/1", BANK, "centre_cashier"), _DEPOSIT),
        *everywhere("registered", staff("fact.correct/1", KIND, "centre_reviewer"), _REGISTRATION),
        *everywhere("certified", officer("fact.correct/1", NUMBER), _CONTRACT, from_paper),
    ]
