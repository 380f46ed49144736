"""Facts and instants of bidding that timers and others may use."""

from __future__ import annotations

from trading.bidding.rules import Sale
from trading.engine.context import Context
from trading.engine.registry import Then
from trading.engine.stream import Stream
from trading.listing.rules import Terms
from trading.register.rules import AssetReleased


def sale_end(stream: Stream) -> int | None:
    """Return the end of the sale, in microseconds."""
    sale: Sale | None = stream.facets.get("sale")
    return sale.ends_us if sale else None


def asset_release(context: Context) -> tuple[Then, ...]:
    """Return the part that gives the lot's asset back to the ledger."""
    asset = context.of(Terms).plan.asset
    return (Then(f"asset/{asset}", "release", (AssetReleased(),)),)
