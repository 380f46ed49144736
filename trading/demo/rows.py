"""The real listings that ship with the project: facts from public notices, with their sources."""

from __future__ import annotations

import csv
import io
from importlib.resources import files

import msgspec

from trading.base.errors import SetupError
from trading.base.money import PriceUnit, parse_yuan

TENURES = {
    "contracting_out": "contracting_out",
    "lease": "lease",
    "transfer": "transfer",
    "land_operating_right": "land_operating_right",
}


class Row(msgspec.Struct, frozen=True):
    """One row that the demonstration plays; money in fen, quantity in thousandths.

    ``bids`` is the number of rounds as reported where that is possible with the step.
    """

    id: str
    title_zh: str
    locality_zh: str
    category: str
    tenure: str
    quantity_thousandths: int
    quantity_unit: str
    price_unit: str
    start_fen: int
    step_fen: int
    deposit_fen: int
    term_months: int
    bidders: int
    bids: int
    result_fen: int
    source_url: str


def rows() -> dict[str, dict[str, str]]:
    """Return all shipped rows by id, as text."""
    text = (files("trading.demo") / "real_listings.csv").read_text(encoding="utf-8")
    return {row["id"]: row for row in csv.DictReader(io.StringIO(text))}


def playable(row_id: str, *, step_yuan: int, bidders: int, bids: int) -> Row:
    """Return row ``row_id`` as it is played; what the source does not tell is given here.

    Raises ``SetupError`` when the row lacks a start price or a result.
    """
    raw = rows()[row_id]
    if not raw["start_price"] or not raw["result_price"]:
        raise SetupError(f"{row_id} has no start price or no result", row=row_id)
    start_fen = parse_yuan(raw["start_price"], "start_price")
    return Row(
        id=row_id,
        title_zh=raw["title_zh"],
        locality_zh=raw["locality_zh"],
        category=raw["asset_class"],
        tenure=TENURES[raw["tenure"]],
        quantity_thousandths=thousandths(raw["qty"]),
        quantity_unit=raw["qty_unit"],
        price_unit=str(PriceUnit.parse(raw["start_unit"])),
        start_fen=start_fen,
        step_fen=step_yuan * 100,
        deposit_fen=parse_yuan(raw["deposit_cny"]) if raw["deposit_cny"] else start_fen,
        term_months=thousandths(raw["term_years"] or "0") * 12 // 1000,
        bidders=bidders,
        bids=bids,
        result_fen=parse_yuan(raw["result_price"], "result_price"),
        source_url=raw["source_url"],
    )


def thousandths(text: str) -> int:
    """Return a decimal with at most three places as an integer of thousandths."""
    whole, _point, rest = text.partition(".")
    return int(whole) * 1000 + int(rest[:3].ljust(3, "0") or "0")


def ladder(row: Row) -> list[int]:
    """Return the accepted prices from start to result in ``row.bids`` bids.

    Raises of one size as far as they go, the remainder in the last ones; every price is a
    multiple of the step above the start.
    """
    steps = (row.result_fen - row.start_fen) // row.step_fen
    raises = row.bids - 1
    if not raises:
        return [row.start_fen]
    small, larger = divmod(steps, raises)
    sizes = [small] * (raises - larger) + [small + 1] * larger
    prices = [row.start_fen]
    for size in sizes:
        prices.append(prices[-1] + size * row.step_fen)
    return prices
