"""Passing scenes of corrections: in every place in which a keyed fact may be put right."""

from __future__ import annotations

from tests.support.acts import ASSET, BIDDERS, LOT, Act, officer, staff
from tests.support.trade import Places, Scene
from tests.trade.vectors.build import Vector, stream, vector
from trading.engine.corrections import CorrectFact

_ASSET = f"asset/{ASSET}"
_DEPOSIT = f"deposit/{LOT}-{BIDDERS[0]}"
NAME = CorrectFact(_ASSET, "asset", "name_zh", 1, "门面一号", "门面二号", "门牌抄错")
BANK = CorrectFact(
    _DEPOSIT, "deposit", "bank_reference", 1, f"bank-{BIDDERS[0]}", "bank-9", "流水号抄错"
)


def scenes(places: Places) -> list[Vector]:
    """Return a passing correction of every kind of stream in every place that allows one."""

    def at(act: Act, name: str, place: str) -> Vector:
        scene = Scene(act, places.states["registered"], places.now_us("registered"))
        return stream(name, place=place)(vector(scene))

    def everywhere(act: Act, name: str) -> list[Vector]:
        catalogue = places.kernel.catalogue
        workflow = catalogue.workflow(places.states["registered"][name].workflow)
        return [at(act, name, place) for place, trigger in workflow.edges if trigger == "correct"]

    asset, deposit = (
        officer("fact.correct/1", NAME),
        staff("fact.correct/1", BANK, "centre_cashier"),
    )
    return everywhere(asset, _ASSET) + everywhere(deposit, _DEPOSIT)
