"""Listings from a sheet: one asset and one drafted case per row.

The columns are those of the real listings that ship with the project. Importing again adds only
what is not there yet.
"""

from __future__ import annotations

import re

import msgspec

from trading.base.errors import InvalidInput, Refused
from trading.base.money import FEN_PER_YUAN, PriceUnit, parse_yuan
from trading.centre import Centre
from trading.demo.rows import thousandths
from trading.imports.sheet import Row
from trading.listing.commands import DraftCase
from trading.listing.rules import LotPlan
from trading.register.commands import RegisterAsset

COLUMNS = ("id", "title_zh", "locality_zh", "asset_class", "tenure", "qty", "qty_unit", "method",
           "start_price", "start_unit")  # fmt: skip
PLAYABLE = frozenset({"online_dynamic", "online_dynamic_with_ceiling", "ascending_with_ceiling"})
TENURES = {
    "lease": "lease",
    "lease_of_land_right": "lease",
    "operating_right_lease": "lease",
    "contracting_out": "contracting_out",
    "land_operating_right": "land_operating_right",
    "transfer": "transfer",
    "transfer_of_use_right": "transfer",
}
PACK = "cn-collective"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,47}")
_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,3})?")


class Listing(msgspec.Struct, frozen=True):
    """What one row asks for."""

    register: RegisterAsset
    draft: DraftCase


def parse(row: Row, org: str) -> Listing:
    """Return the commands of one row; raise ``InvalidInput`` with ``field`` and reason."""
    for column in COLUMNS:
        if not row.get(column):
            raise InvalidInput("empty", field=column, rule="required")
    if not _ID.fullmatch(row["id"]):
        raise InvalidInput("not an identifier", field="id", rule="identifier")
    if row["method"] not in PLAYABLE:
        raise InvalidInput(f"method {row['method']} cannot be traded yet", field="method",
                           rule="not_yet_playable")  # fmt: skip
    tenure = TENURES.get(row["tenure"])
    if tenure is None:
        raise InvalidInput(f"tenure {row['tenure']} is not known", field="tenure", rule="choice")
    asset = f"asset-{row['id'].lower()}"
    quantity = _thousandths(row, "qty")
    start_fen = parse_yuan(row["start_price"], "start_price")
    try:
        plan = LotPlan(
            number=1, asset=asset, title_zh=row["title_zh"], use_zh=row["title_zh"], tenure=tenure,  # type: ignore[arg-type]
            price_unit=str(PriceUnit.parse(row["start_unit"], "start_unit")),
            start_price_fen=start_fen,
            bid_step_fen=_money(row, "min_increment") or _default_step_fen(start_fen),
            raise_max_fen=_money(row, "max_increment"),
            ceiling_fen=_money(row, "ceiling_price"),
            deposit_fen=_money(row, "deposit_cny"),
            term_months=_months(row),
        )  # fmt: skip
        register = RegisterAsset(
            asset, org, row["asset_class"], row["title_zh"], row["locality_zh"], quantity,
            row["qty_unit"],
        )  # fmt: skip
        listing = Listing(
            register, DraftCase(f"case-{row['id'].lower()}", org, PACK, row["title_zh"], (plan,))
        )
        # Structs do not check bounds when they are built; a round trip does.
        return msgspec.json.decode(msgspec.json.encode(listing), type=Listing)
    except msgspec.ValidationError as error:
        raise InvalidInput(str(error), field=str(error).rpartition(".")[2].rstrip("`"),
                           rule="bounds") from error  # fmt: skip


def enter(centre: Centre, listing: Listing, actor: str) -> bool:
    """Register the asset and draft the case; return False when both were there before.

    Raises what the commands were refused with.
    """
    asset, case = f"asset/{listing.register.asset}", f"case/{listing.draft.case}"
    fresh = False
    if centre.state(asset) is None:
        centre.do("asset.register/1", listing.register, actor, "community_officer")
        fresh = True
    if centre.state(case) is None:
        centre.do("case.draft/1", listing.draft, actor, "community_officer")
        fresh = True
    return fresh


def reason_of(error: Refused) -> tuple[str, str]:
    """Return (field, reason) of a refused row."""
    field = str(error.params.get("field", ""))
    guards = error.params.get("guards", ())
    reason = ", ".join(guards) if isinstance(guards, tuple) and guards else error.detail
    told = error.params.get("reason")
    if isinstance(told, str) and told and told != error.code:
        reason = f"{reason} ({told})"
    return field, reason


def _money(row: Row, column: str) -> int:
    return parse_yuan(row[column], column) if row.get(column) else 0


def _months(row: Row) -> int:
    return _thousandths(row, "term_years") * 12 // 1000 if row.get("term_years") else 0


def _thousandths(row: Row, column: str) -> int:
    if not _DECIMAL.fullmatch(row[column]):
        raise InvalidInput("not a number with at most three decimals", field=column, rule="number")
    return thousandths(row[column])


def _default_step_fen(start_fen: int) -> int:
    """Return a hundredth of the start in whole yuan, at least one: the low end of usual steps."""
    yuan = -(-start_fen // (100 * FEN_PER_YUAN))
    return max(1, yuan) * FEN_PER_YUAN
