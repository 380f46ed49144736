"""Listings from a sheet: one asset and one lot per row, one drafted case per notice.

The columns are those of the real listings that ship with the project. Neighbouring rows of one
``project`` that number their ``lot`` are one notice, and a notice goes in whole or comes back
whole: what was decided together is listed together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from trading.base.money import FEN_PER_YUAN
from trading.imports.fields import Cells, bounded, fault
from trading.imports.kinds import Kind, Setting, Step
from trading.listing.commands import DraftCase
from trading.listing.rules import LOTS_MAX, Escalator, LotPlan
from trading.register.commands import RegisterAsset

COLUMNS = {
    "id": "编号", "project": "项目", "lot": "标段", "title_zh": "标的名称", "locality_zh": "坐落",
    "asset_class": "类别", "tenure": "交易方式", "qty": "数量", "qty_unit": "单位",
    "method": "竞价方式", "start_price": "起始价", "start_unit": "价格单位",
    "min_increment": "加价幅度", "max_increment": "最大加价", "ceiling_price": "封顶价",
    "deposit_cny": "保证金", "term_years": "期限（年）", "use_zh": "用途",
    "eligibility_zh": "竞买条件", "priority_zh": "优先权", "escalator": "递增方式",
    "perf_bond_cny": "履约保证金",
}  # fmt: skip
_METHODS = {
    "online_dynamic": "online_dynamic", "online_dynamic_with_ceiling": "online_dynamic",
    "ascending_with_ceiling": "online_dynamic", "动态竞价": "online_dynamic",
}  # fmt: skip
TENURES = {
    "lease": "lease", "lease_of_land_right": "lease", "operating_right_lease": "lease",
    "contracting_out": "contracting_out", "land_operating_right": "land_operating_right",
    "transfer": "transfer", "transfer_of_use_right": "transfer", "出租": "lease",
    "发包": "contracting_out", "土地经营权流转": "land_operating_right", "转让": "transfer",
}  # fmt: skip
_RISE = re.compile(r"\+([0-9]{1,3})(?:\.([0-9]{1,2}))?%(?:/y| every ([0-9]{1,2}) years?)")


def _row(cells: Cells, setting: Setting) -> tuple[Step, ...]:
    asset = _asset(cells)
    if cells.wanted("method") not in _METHODS:
        said = f"method {cells.text('method')} cannot be traded yet"
        raise fault("method", "row_not_yet_playable", said)
    data = RegisterAsset(
        asset, setting.org, cells.name("asset_class"), cells.wanted("title_zh"),
        cells.wanted("locality_zh"), cells.thousandths("qty"), cells.quantity_unit("qty_unit"),
    )  # fmt: skip
    # A lot that cannot be planned is found here, with its own row, and not with the whole.
    bounded(_plan(cells, 1), COLUMNS)
    return (Step(f"asset/{asset}", "asset.register/1", bounded(data, COLUMNS)),)


def _whole(rows: Sequence[Cells], setting: Setting) -> tuple[Step, ...]:
    case = f"case-{rows[0].name('id').lower()}"
    plans = tuple(_plan(cells, number) for number, cells in enumerate(rows, 1))
    title = rows[0].wanted("title_zh") if len(rows) == 1 else rows[0].wanted("project")
    data = bounded(DraftCase(case, setting.org, setting.pack, title, plans), COLUMNS)
    return (Step(f"case/{case}", "case.draft/1", data),)


def _together(cells: Cells) -> str:
    return cells.text("project") if cells.text("lot") else ""


def _asset(cells: Cells) -> str:
    return f"asset-{cells.name('id').lower()}"


def _plan(cells: Cells, number: int) -> LotPlan:
    title, start_fen = cells.wanted("title_zh"), cells.wanted_fen("start_price")
    tenure: Any = cells.choice("tenure", TENURES)
    return LotPlan(
        number=number, asset=_asset(cells), title_zh=title, use_zh=cells.text("use_zh", title),
        tenure=tenure, price_unit=cells.price_unit("start_unit"), start_price_fen=start_fen,
        bid_step_fen=cells.fen("min_increment") or _default_step_fen(start_fen),
        raise_max_fen=cells.fen("max_increment"), ceiling_fen=cells.fen("ceiling_price"),
        deposit_fen=cells.fen("deposit_cny"),
        term_months=_months(cells, tenure),
        eligibility_zh=cells.text("eligibility_zh"), priority_zh=cells.text("priority_zh"),
        escalator=_escalator(cells), bond_fen=cells.fen("perf_bond_cny"),
    )  # fmt: skip


def _months(cells: Cells, tenure: str) -> int:
    """Return the term to the nearest month, half a month up; only what is sold has none.

    A sheet writes 31 months as 2.583 years.
    """
    if tenure == "transfer" and not cells.text("term_years"):
        return 0
    return (cells.thousandths("term_years") * 12 + 500) // 1000


def _escalator(cells: Cells) -> Escalator:
    text = cells.text("escalator", "none")
    if text in {"none", "无"}:
        return Escalator()
    found = _RISE.fullmatch(text)
    if found is None:
        raise fault("escalator", "row_escalator", f"escalator not understood: {text}")
    hundredths = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    return Escalator(hundredths, int(found[3] or 1))


def _default_step_fen(start_fen: int) -> int:
    """Return a hundredth of the start in whole yuan, at least one: the low end of usual steps."""
    yuan = -(-start_fen // (100 * FEN_PER_YUAN))
    return max(1, yuan) * FEN_PER_YUAN


LISTINGS = Kind("listings", COLUMNS, "id", _row, _whole, _together, LOTS_MAX, "row_notice")
