"""Facts and instants of bidding that timers and others may use."""

from __future__ import annotations

from trading.base.units import HOUR_US
from trading.bidding.rules import (
    Awaited,
    Registration,
    RegistrationDue,
    Sale,
    registration_stream,
)
from trading.engine.context import Context
from trading.engine.registry import Then
from trading.engine.stream import Stream
from trading.listing.rules import Schedule, Terms
from trading.register.rules import AssetReleased


def sale_end(stream: Stream) -> int | None:
    """Return the end of the sale, in microseconds."""
    sale: Sale | None = stream.facets.get("sale")
    return sale.ends_us if sale else None


def answer_end(stream: Stream) -> int | None:
    """Return when the present step of a registration runs out, in microseconds."""
    registration: Registration | None = stream.facets.get("registration")
    return registration.until_us or None if registration else None


def registration_due(context: Context, lot: str, place: str) -> RegistrationDue:
    """Return until when a registration may stay in ``place``.

    Staff have ``silence_hours`` from the receipt of the money, and never answer for less than
    the registration period: before its end nothing public may tell of a registration. A payment
    may be reported as long after that end.
    """
    silence_us = context.policy("silence_hours") * HOUR_US
    ends_us = context.of(Schedule, f"lot/{lot}").registration_until_us
    if place == "checking":
        return RegistrationDue(max(ends_us, context.at_us + silence_us))
    return RegistrationDue(ends_us + silence_us)


def to_check(context: Context, lot: str, number: int) -> tuple[Then, ...]:
    """Return the parts that put a registration before the reviewers once its money is there."""
    due = registration_due(context, lot, "checking")
    return (
        Then(registration_stream(lot, number), "pay", (due,)),
        Then(f"roll/{lot}", "await", (Awaited(number),)),
    )


def asset_release(context: Context) -> tuple[Then, ...]:
    """Return the part that gives the lot's asset back to the ledger."""
    asset = context.of(Terms).plan.asset
    return (Then(f"asset/{asset}", "release", (AssetReleased(),)),)
