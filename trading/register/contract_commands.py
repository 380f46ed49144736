"""Commands of contracts in force: taking over, hand-over, receipts, and the two ends."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from trading.base.money import MAX_FEN
from trading.base.text import Id, LongText, ShortText
from trading.engine.builtin import Due
from trading.engine.context import Context, Envelope
from trading.engine.corrections import keyed
from trading.engine.registry import CommandSpec, Correction, Effect, Then
from trading.engine.stream import Command, States, Stream
from trading.register.contracts import (
    EXPIRY_KEYS,
    LADDER,
    Agreement,
    ContractCorrected,
    ContractId,
    ContractSettled,
    ContractTerms,
    Day,
    HandedOver,
    MoneyReceived,
    Opening,
    PaidOnPaper,
    PaperId,
    Settlement,
    next_case_stream,
    opened,
)
from trading.register.rent import BOND, TERM_MONTHS_MAX
from trading.register.rules import Amount, Asset, asset_left, asset_taken

SAME_NAME = "payer_same_name"


class TakeOverContract(Command, frozen=True):
    """Enter a contract that was signed on paper before its asset came to the centre.

    ``pack`` names the policy pack (without version) whose ladder it follows. The first
    ``paid_instalments`` and, with ``bond_held``, the bond were received before.
    """

    contract: PaperId
    org: Id
    pack: Id
    asset: Id
    agreement: Agreement
    paid_instalments: Annotated[int, Meta(ge=0, le=TERM_MONTHS_MAX)] = 0
    bond_held: bool = False


class HandOver(Command, frozen=True):
    """Record that the asset was handed over; the signed list is filed with it."""

    contract: ContractId
    day: Day


class ReceiveMoney(Command, frozen=True):
    """Record what the bank reports for instalment ``number``, or for the bond at 0.

    ``reference`` is the bank's own; the edge tells whether the payer bears the tenant's name.
    """

    contract: ContractId
    number: Annotated[int, Meta(ge=0, le=TERM_MONTHS_MAX)]
    amount_fen: Annotated[int, Meta(gt=0, le=MAX_FEN)]
    day: Day
    reference: ShortText


class CloseContract(Command, frozen=True):
    """Close a contract whose term is over: inspected, its bond settled, the asset back."""

    contract: ContractId
    bond_returned_fen: Amount
    bond_kept_fen: Amount
    arrears_fen: Amount


class EndContract(Command, frozen=True):
    """End a contract before its term."""

    contract: ContractId
    cause: Literal["agreement", "breach", "land_taken", "force_majeure", "void"]
    reason_zh: LongText
    bond_returned_fen: Amount
    bond_kept_fen: Amount
    arrears_fen: Amount


def _contract(data: Any) -> str:
    return f"contract/{data.contract}"


def _take_over(context: Context) -> Effect:
    data: TakeOverContract = context.data
    name = context.catalogue.latest("pack", data.pack, context.stream.edition)
    pack = context.catalogue.pack(name)
    months = tuple(pack.count(key) for key in EXPIRY_KEYS)
    asset = context.of(Asset, f"asset/{data.asset}")
    event = opened(Opening(data.asset, "", months, context.at_us), asset, data.agreement)
    agreed = data.agreement
    taken = asset_taken(data.asset, data.contract, agreed.tenure, agreed.ends_day)
    paid = (PaidOnPaper(data.paid_instalments),) if data.paid_instalments else ()
    bond = (
        (MoneyReceived(BOND, agreed.bond_fen, agreed.starts_day, same_name=True),)
        if data.bond_held and agreed.bond_fen
        else ()
    )
    return Effect((event, *paid, *bond), (taken,), pack=name)


def _hand_over(context: Context) -> Effect:
    return Effect((HandedOver(context.data.day),))


def _receive(context: Context) -> Effect:
    data: ReceiveMoney = context.data
    same = context.env.facts.get(SAME_NAME) is True
    return Effect((MoneyReceived(data.number, data.amount_fen, data.day, same),))


def _approach(context: Context) -> Effect:
    """Come a rung nearer to the end; the first one opens the case of what comes after."""
    first = context.stream.place == LADDER[0]
    then = context.fact("next_case") if first else ()
    return Effect(then=then, since_us=context.data.due_us)


def _close(context: Context) -> Effect:
    return _settled(context, "", "")


def _end(context: Context) -> Effect:
    return _settled(context, context.data.cause, context.data.reason_zh)


def _settled(context: Context, cause: str, reason_zh: str) -> Effect:
    data = context.data
    settlement = Settlement(data.bond_returned_fen, data.bond_kept_fen, data.arrears_fen)
    return Effect((ContractSettled(settlement, cause, reason_zh),), _given_back(context, cause))


def _given_back(context: Context, cause: str) -> tuple[Then, ...]:
    """Return the part that gives the asset back; what was sold for good stays sold."""
    terms = context.of(ContractTerms)
    if terms.agreement.tenure == "transfer" and not cause:
        return ()
    state = context.states.get(f"asset/{terms.asset}")
    assert state is not None
    return (asset_left(state, context.data.contract),)


def _asset_and_orgs(env: Envelope, _states: States) -> tuple[str, ...]:
    return ("orgs", f"asset/{env.data.asset}")


def _asset_of(env: Envelope, states: States) -> tuple[str, ...]:
    state = states.get(_contract(env.data))
    terms: ContractTerms | None = state.facets.get("contract") if state else None
    return (f"asset/{terms.asset}",) if terms else ()


COMMANDS = (
    CommandSpec(
        "contract.take_over/1", TakeOverContract, _contract, "take_over", _take_over,
        owner=lambda data: data.org, reads=_asset_and_orgs,
    ),
    CommandSpec("contract.hand_over/1", HandOver, _contract, "hand_over", _hand_over),
    CommandSpec("contract.receive/1", ReceiveMoney, _contract, "receive", _receive),
    CommandSpec("contract.approach/1", Due, lambda data: str(data.stream), "approach", _approach,
                reads=lambda env, _states: (next_case_stream(env.data.stream),), clock=True),
    CommandSpec("contract.close/1", CloseContract, _contract, "close", _close, reads=_asset_of),
    CommandSpec("contract.end/1", EndContract, _contract, "end", _end, reads=_asset_of),
)  # fmt: skip


def _certified_lot(contract: Stream) -> str:
    terms: ContractTerms = contract.facets["contract"]
    return f"lot/{terms.lot}" if terms.lot else ""


CONTRACT_CORRECTION = Correction(
    "contract",
    ContractCorrected,
    # Price and days made the schedule and the ladder: who mistyped those ends it and takes it over.
    keyed(TakeOverContract, "agreement.number", "agreement.use_zh"),
    _certified_lot,
)
