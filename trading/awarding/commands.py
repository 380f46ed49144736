"""Commands of awarding, all on the stream of the lot."""

from __future__ import annotations

from typing import Any

from trading.awarding.certificates import certificate_stream, issue
from trading.awarding.rules import (
    Award,
    Awarded,
    Certified,
    Contract,
    ContractSigned,
    DealConfirmed,
    ResultPublished,
    SigningOverdue,
)
from trading.base.calendar import compute
from trading.base.text import Id, ShortText
from trading.bidding.rules import Roll, Sale
from trading.engine.builtin import Due
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Effect
from trading.engine.stream import Command, States
from trading.listing.prices import rent_of, schedule
from trading.listing.rules import Terms, case_of_lot
from trading.register.contracts import (
    EXPIRY_KEYS,
    Agreement,
    Opening,
    contract_of,
    contract_parts,
)
from trading.register.rules import Asset


class ConfirmDeal(Command, frozen=True):
    """Sign the deal confirmation for the bidder who leads."""

    lot: Id


class PublishResult(Command, frozen=True):
    """Put the result up, with the winner's name masked."""

    lot: Id
    winner_masked: ShortText


class AwardLot(Command, frozen=True):
    """Award the lot after its publicity, by the notice that the winner gets."""

    lot: Id
    notice: Id


class SignContract(Command, frozen=True):
    """File the signed contract."""

    lot: Id
    contract: Contract


class CertifyLot(Command, frozen=True):
    """Issue the transaction certificate."""

    lot: Id
    certificate: Id


def _lot(data: Any) -> str:
    return f"lot/{data.lot}"


def _confirm(context: Context) -> Effect:
    sale = context.of(Sale)
    return Effect((DealConfirmed(sale.lead_number, sale.lead_fen, context.env.actor),))


def _publish(context: Context) -> Effect:
    return Effect((ResultPublished(context.data.winner_masked, context.at_us),))


def _clock(context: Context) -> Effect:
    return Effect(since_us=context.data.due_us)


def _award(context: Context) -> Effect:
    award, key = context.of(Award), "signing_days"
    sign_by_us = compute(
        context.at_us, context.policy(key), context.unit(key), context.calendar, source="",
        rule=key,
    ).end_us  # fmt: skip
    event = Awarded(award.bidder, award.price_fen, context.data.notice, sign_by_us)
    return Effect((event,), context.fact("settlements"))


def _signing_over(context: Context) -> Effect:
    return Effect((SigningOverdue(),), since_us=context.data.due_us)


def _sign(context: Context) -> Effect:
    return Effect((ContractSigned(context.data.contract),))


def _certify(context: Context) -> Effect:
    """Issue the certificate: the contract comes to the register, the asset to its holder."""
    asset = context.of(Terms).plan.asset
    months = tuple(context.policy(key) for key in EXPIRY_KEYS)
    opening = Opening(asset, context.data.lot, months, context.at_us)
    found = context.of(Asset, f"asset/{asset}")
    parts = contract_parts(opening, found, _agreement(context))
    number = context.data.certificate
    certificate = issue(number, context.data.lot, context.fact("waived_steps"))
    return Effect((Certified(number),), (*parts, certificate))


def _agreement(context: Context) -> Agreement:
    """Return what was signed, with every payment of its term."""
    terms, signed = context.of(Terms), context.of(Award).contract
    assert signed is not None
    return Agreement(
        signed.number, signed.tenure, signed.use_zh, signed.price_unit, signed.price_fen,
        signed.term_months, signed.starts_day, signed.ends_day, signed.bond_fen,
        schedule(rent_of(terms, signed.price_fen)),
    )  # fmt: skip


def _panel(env: Envelope, _states: States) -> tuple[str, ...]:
    return (f"panel/{case_of_lot(env.data.lot)}",)


def _panel_and_deposits(env: Envelope, states: States) -> tuple[str, ...]:
    lot = env.data.lot
    state = states.get(f"roll/{lot}")
    roll: Roll | None = state.facets.get("roll") if state else None
    numbers = roll.listed.values() if roll else ()
    return (f"panel/{case_of_lot(lot)}", f"roll/{lot}", *(f"deposit/{lot}-{n}" for n in numbers))


def _panel_and_asset(env: Envelope, states: States) -> tuple[str, ...]:
    state = states.get(_lot(env.data))
    terms: Terms | None = state.facets.get("terms") if state else None
    asset = (f"asset/{terms.plan.asset}",) if terms else ()
    certificate = certificate_stream(env.data.certificate)
    return (
        f"panel/{case_of_lot(env.data.lot)}", certificate,
        f"contract/{contract_of(env.data.lot)}", *asset,
    )  # fmt: skip


COMMANDS = (
    CommandSpec("lot.confirm/1", ConfirmDeal, _lot, "confirm", _confirm, reads=_panel),
    CommandSpec("lot.publish_result/1", PublishResult, _lot, "publish_result", _publish),
    CommandSpec("lot.publicity_over/1", Due, lambda data: str(data.stream), "publicity_over",
                _clock, clock=True),
    CommandSpec("lot.signing_over/1", Due, lambda data: str(data.stream), "signing_over",
                _signing_over, clock=True),
    CommandSpec("lot.award/1", AwardLot, _lot, "award", _award, reads=_panel_and_deposits),
    CommandSpec("lot.sign/1", SignContract, _lot, "sign", _sign),
    CommandSpec("lot.certify/1", CertifyLot, _lot, "certify", _certify, reads=_panel_and_asset),
)  # fmt: skip
