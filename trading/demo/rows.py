"""The real listings that ship with the project: facts from public notices, with their sources."""

from __future__ import annotations

import csv
import io
import re
from importlib.resources import files

from trading.base.money import PriceUnit, parse_yuan
from trading.demo import cast
from trading.demo.stories import LotScript, Script
from trading.listing.flags import Reason
from trading.listing.rules import Escalator, LotPlan
from trading.register.commands import RegisterAsset

TENURES = {
    "contracting_out": "contracting_out",
    "lease": "lease",
    "operating_right_lease": "lease",
    "transfer": "transfer",
    "land_operating_right": "land_operating_right",
}
_RISES = re.compile(r"\+([0-9]+)% every ([0-9]+) years")
REASONS_ZH = {
    "F1": "与同类相比位置偏远，已经评估",
    "F2": "评估随文提交",
    "F3": "林业、农业投入回收期长，已经代表会议同意",
    "F7": "各标的分别招租，合并审核",
    "F18": "一次付清系承租方选择",
}


def rows() -> dict[str, dict[str, str]]:
    """Return all shipped rows by id, as text."""
    text = (files("trading.demo") / "real_listings.csv").read_text(encoding="utf-8")
    return {row["id"]: row for row in csv.DictReader(io.StringIO(text))}


def thousandths(text: str) -> int:
    """Return a decimal with at most three places as an integer of thousandths."""
    whole, _point, rest = text.partition(".")
    return int(whole) * 1000 + int(rest[:3].ljust(3, "0") or "0")


def lot_of_row(
    row_id: str,
    community: str,
    number: int = 1,
    *,
    bidders: int = 0,
    bids: int = 0,
    step_yuan: int = 100,
    raises: int = 0,
) -> LotScript:
    """Return lot ``number`` of a case of ``community`` as row ``row_id`` tells it.

    What the source does not tell is given: the step, how many bid and how often, and by how many
    steps the result is above the start. Without ``bids`` nobody bids.
    """
    raw = rows()[row_id]
    start_fen = parse_yuan(raw["start_price"], "start_price")
    step_fen = parse_yuan(raw["min_increment"] or str(step_yuan), "min_increment")
    result_fen = start_fen + raises * step_fen
    if raw["result_price"]:
        result_fen = parse_yuan(raw["result_price"], "result_price")
    asset = RegisterAsset(
        f"asset-{row_id.lower()}", cast.community(community), raw["asset_class"],
        raw["title_zh"], raw["locality_zh"], thousandths(raw["qty"]), raw["qty_unit"],
    )  # fmt: skip
    plan = LotPlan(
        number=number, asset=asset.asset, title_zh=raw["title_zh"], use_zh="按公告用途使用",
        tenure=TENURES[raw["tenure"]],  # type: ignore[arg-type]
        price_unit=str(PriceUnit.parse(raw["start_unit"])), start_price_fen=start_fen,
        bid_step_fen=step_fen, raise_max_fen=0,
        ceiling_fen=parse_yuan(raw["ceiling_price"] or "0", "ceiling_price"),
        deposit_fen=parse_yuan(raw["deposit_cny"], "deposit") if raw["deposit_cny"] else start_fen,
        term_months=_term_months(raw), cut_ratio_max="1/5", escalator=_escalator(raw["escalator"]),
        eligibility_zh=raw["eligibility_zh"][:120], priority_zh=raw["priority_zh"][:120],
        viewing_zh="工作日 10:00、15:00",
    )  # fmt: skip
    return LotScript(asset, plan, bidders, ladder(start_fen, result_fen, step_fen, bids))


def _term_months(raw: dict[str, str]) -> int:
    """Return the term; three years where the source tells none, nothing for a sale."""
    if raw["tenure"] == "transfer":
        return 0
    return (thousandths(raw["term_years"] or "3") * 12 + 500) // 1000


def _escalator(text: str) -> Escalator:
    """Return how the price rises where the source tells it as so much every so many years."""
    told = _RISES.match(text)
    if told is None:
        return Escalator()
    return Escalator(percent_hundredths=int(told[1]) * 100, every_years=int(told[2]))


def case_of(key: str, *lots: LotScript, flags: str = "", notice_days: int = 0) -> Script:
    """Return a case of the community ``key``; ``flags`` are the red flags that it explains."""
    reasons = tuple(
        Reason(code, lot.plan.number, REASONS_ZH[code])  # type: ignore[arg-type]
        for code in flags.split()
        for lot in lots
    )
    days = {"notice_days": notice_days} if notice_days else {}
    return Script(key, lots[0].plan.title_zh, lots, key, reasons, **days)


def ladder(start_fen: int, result_fen: int, step_fen: int, bids: int) -> tuple[int, ...]:
    """Return the accepted prices from start to result in ``bids`` bids.

    Raises of one size as far as they go, the remainder in the last ones; every price is a
    multiple of the step above the start.
    """
    if not bids:
        return ()
    steps, raises = (result_fen - start_fen) // step_fen, bids - 1
    small, larger = divmod(steps, raises) if raises else (0, 0)
    sizes = [small] * (raises - larger) + [small + 1] * larger
    prices = [start_fen]
    for size in sizes:
        prices.append(prices[-1] + size * step_fen)
    return tuple(prices)
