"""Contracts taken over from paper: one row each, with the scan or its digest.

The schedule is that of an unchanging price: a contract whose rent rises is entered by hand.
"""

from __future__ import annotations

import re
from datetime import date
from hashlib import sha256

from trading.base.money import PriceUnit
from trading.imports.fields import Cells, bounded, fault
from trading.imports.kinds import Kind, Setting, Step
from trading.imports.listings import TENURES
from trading.record.entry import Document
from trading.register.contract_commands import TakeOverContract
from trading.register.contracts import Agreement, last_day
from trading.register.rent import level_schedule
from trading.store.documents import DOCUMENT_BYTES_MAX

COLUMNS = {
    "contract": "合同编号", "asset": "资产编号", "number": "合同文号", "tenure": "交易方式",
    "use_zh": "用途", "quantity": "数量", "price": "价格", "price_unit": "价格单位",
    "term_months": "期限（月）", "starts_day": "起始日", "ends_day": "到期日", "bond": "履约保证金",
    "bond_held": "保证金已收", "paid_instalments": "已付期数", "paper": "合同扫描件",
}  # fmt: skip
_TENURES = {
    **{name: name for name in ("lease", "contracting_out", "land_operating_right")},
    **{zh: kind for zh, kind in TENURES.items() if kind != "transfer"},
}
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MEDIA = {".pdf": "application/pdf", ".jpg": "image/jpeg", ".png": "image/png"}


def _row(cells: Cells, setting: Setting) -> tuple[Step, ...]:
    contract = f"paper-{cells.name('contract').lower()}"
    asset = cells.name("asset").lower()
    document, files = _paper(cells, setting)
    data = TakeOverContract(
        contract, setting.org, setting.pack, asset, _agreement(cells),
        cells.count("paid_instalments"), cells.yes("bond_held"),
    )  # fmt: skip
    step = Step(
        f"contract/{contract}", "contract.take_over/1", bounded(data, COLUMNS), (document,), files
    )
    return (step,)


def _agreement(cells: Cells) -> Agreement:
    unit = cells.price_unit("price_unit")
    price_fen, months = cells.wanted_fen("price"), cells.count("term_months")
    starts = cells.day("starts_day")
    if not starts:
        raise fault("starts_day", "row_required", "empty")
    ends = cells.day("ends_day")
    if not ends and months:
        ends = str(last_day(date.fromisoformat(starts), months))
    if not ends:
        raise fault("ends_day", "row_required", "empty")
    whole = PriceUnit.parse(unit)
    quantity = 1000 if whole.per_quantity == "lot" else cells.thousandths("quantity")
    lasting = months or _months(date.fromisoformat(starts), date.fromisoformat(ends))
    return Agreement(
        cells.text("number", cells.wanted("contract")),
        cells.choice("tenure", _TENURES),  # type: ignore[arg-type]
        cells.wanted("use_zh"), unit, price_fen, months, starts, ends, cells.fen("bond"),
        level_schedule(whole, price_fen, quantity, lasting),
    )  # fmt: skip


def _months(starts: date, ends: date) -> int:
    """Return the whole months of a term that paper names by its days alone."""
    months = (ends.year - starts.year) * 12 + ends.month - starts.month
    return max(0, months + (last_day(starts, months + 1) <= ends))


def _paper(cells: Cells, setting: Setting) -> tuple[Document, tuple[tuple[bytes, str], ...]]:
    """Return the scan beside the sheet, or only its digest where the sheet gives that."""
    named = cells.wanted("paper")
    if _DIGEST.fullmatch(named):
        return Document("contract", named), ()
    path = (setting.folder / named).resolve()
    media = _MEDIA.get(path.suffix.lower())
    inside = path.is_relative_to(setting.folder.resolve())
    if not inside or media is None or not path.is_file():
        raise fault("paper", "row_paper", f"no such scan: {named}")
    if not 0 < path.stat().st_size <= DOCUMENT_BYTES_MAX:
        raise fault("paper", "row_paper", f"the scan is empty or too large: {named}")
    content = path.read_bytes()
    return Document("contract", sha256(content).hexdigest()), ((content, media),)


CONTRACTS = Kind("contracts", COLUMNS, "contract", _row)
