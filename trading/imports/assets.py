"""Assets from a sheet: one row of the ledger each."""

from __future__ import annotations

from trading.imports.fields import Cells, bounded
from trading.imports.kinds import Kind, Setting, Step
from trading.register.commands import RegisterAsset
from trading.register.rules import Ledger

COLUMNS = {
    "asset": "资产编号", "category": "类别", "name_zh": "名称", "place_zh": "坐落",
    "quantity": "数量", "quantity_unit": "单位", "group_zh": "所属小组", "bounds_zh": "四至",
    "area_basis": "面积依据", "title_kind": "权属类型", "title_number": "权证号",
    "title_day": "权证日期", "mixed_title": "混合产权", "book_value": "账面价值",
    "appraisal": "评估价值", "appraisal_day": "评估日期", "current_use_zh": "现用途",
    "encumbrance_zh": "他项权利", "occupant": "占用情况", "improvements_zh": "附着物归属",
    "zoning_zh": "规划用途", "fire_acceptance": "消防验收", "inventory_day": "清查日期",
}  # fmt: skip
_BASES = {"surveyed": "surveyed", "as_is": "as_is", "实测": "surveyed", "现状": "as_is"}
_TITLES = {
    "unknown": "unknown", "none": "none", "ownership": "ownership", "land_use": "land_use",
    "contracting": "contracting", "other": "other", "不明": "unknown", "无": "none",
    "不动产权证": "ownership", "土地使用证": "land_use", "承包经营权证": "contracting",
    "其他": "other",
}  # fmt: skip
_OCCUPANTS = {
    "unknown": "unknown", "none": "none", "owner": "owner", "tenant": "tenant",
    "held_over": "held_over", "unauthorised": "unauthorised", "不明": "unknown", "无": "none",
    "自用": "owner", "承租": "tenant", "到期未退": "held_over", "擅自占用": "unauthorised",
}  # fmt: skip
_FIRE = {
    "unknown": "unknown", "not_needed": "not_needed", "accepted": "accepted",
    "missing": "missing", "不明": "unknown", "无需": "not_needed", "已验收": "accepted",
    "未验收": "missing",
}  # fmt: skip


def _row(cells: Cells, setting: Setting) -> tuple[Step, ...]:
    asset = cells.name("asset").lower()
    data = RegisterAsset(
        asset, setting.org, cells.name("category"), cells.wanted("name_zh"),
        cells.wanted("place_zh"), cells.thousandths("quantity"),
        cells.quantity_unit("quantity_unit"), _ledger(cells),
    )  # fmt: skip
    return (Step(f"asset/{asset}", "asset.register/1", bounded(data, COLUMNS)),)


def _ledger(cells: Cells) -> Ledger:
    texts = ("group_zh", "bounds_zh", "title_number", "current_use_zh", "encumbrance_zh",
             "improvements_zh", "zoning_zh")  # fmt: skip
    days = ("title_day", "appraisal_day", "inventory_day")
    return Ledger(
        area_basis=cells.choice("area_basis", _BASES, "as_is"),  # type: ignore[arg-type]
        title_kind=cells.choice("title_kind", _TITLES, "unknown"),  # type: ignore[arg-type]
        mixed_title=cells.yes("mixed_title"),
        book_value_fen=cells.fen("book_value"),
        appraisal_fen=cells.fen("appraisal"),
        occupant=cells.choice("occupant", _OCCUPANTS, "unknown"),  # type: ignore[arg-type]
        fire_acceptance=cells.choice("fire_acceptance", _FIRE, "unknown"),  # type: ignore[arg-type]
        **{name: cells.text(name) for name in texts},
        **{name: cells.day(name) for name in days},
    )


ASSETS = Kind("assets", COLUMNS, "asset", _row)
