"""Cells of a row as values; every fault names the column and the rule that it breaks.

A column may be called by its name or by the Chinese one that a ledger on paper has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TypeVar

import msgspec

from trading.base.errors import InvalidInput
from trading.base.money import PriceUnit, parse_yuan
from trading.imports.sheet import Row

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,47}")
_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,3})?")
_COUNT = re.compile(r"0|[1-9][0-9]{0,5}")
_YES = {"是": True, "有": True, "yes": True, "1": True, "": False}
_NO = {"否": False, "无": False, "no": False, "0": False}
_BOOL = {**_YES, **_NO}
_QUANTITIES = {
    "亩": "mu", "平方米": "m2", "间": "room", "个": "unit", "摊位": "stall", "车位": "bay",
    "宗": "lot",
}  # fmt: skip

_T = TypeVar("_T", bound=msgspec.Struct)


class Cells:
    """One row, read by the names of ``columns`` (name: Chinese name)."""

    def __init__(self, row: Row, columns: Mapping[str, str]) -> None:
        """Read ``row``."""
        self._row = row
        self._columns = columns

    def text(self, column: str, default: str = "") -> str:
        """Return the text of a column, ``default`` where it is empty or not there."""
        found = self._row.get(column) or self._row.get(self._columns.get(column, column))
        return found or default

    def wanted(self, column: str) -> str:
        """Return the text of a column that may not be empty."""
        found = self.text(column)
        if not found:
            raise fault(column, "row_required", "empty")
        return found

    def name(self, column: str) -> str:
        """Return an identifier of at most 48 characters."""
        found = self.wanted(column)
        if not _ID.fullmatch(found):
            raise fault(column, "row_identifier", "not an identifier")
        return found

    def fen(self, column: str) -> int:
        """Return an amount in yuan as fen, 0 where it is empty."""
        return self.wanted_fen(column) if self.text(column) else 0

    def wanted_fen(self, column: str) -> int:
        """Return an amount in yuan that may not be empty, as fen."""
        try:
            return parse_yuan(self.wanted(column), column)
        except InvalidInput as error:
            reason = error.params.get("reason")
            if reason == "row_required":
                raise
            raise fault(column, "row_money", f"no amount: {reason}") from error

    def thousandths(self, column: str) -> int:
        """Return a number with at most three decimals in thousandths."""
        found = self.wanted(column)
        if not _DECIMAL.fullmatch(found):
            raise fault(column, "row_number", "not a number with at most three decimals")
        whole, _point, rest = found.partition(".")
        return int(whole) * 1000 + int(rest.ljust(3, "0") or "0")

    def count(self, column: str) -> int:
        """Return a whole number, 0 where it is empty."""
        found = self.text(column, "0")
        if not _COUNT.fullmatch(found):
            raise fault(column, "row_number", "not a whole number")
        return int(found)

    def day(self, column: str) -> str:
        """Return a day as YYYY-MM-DD, empty where it is; 2026/3/1 and 2026.3.1 are read too."""
        found = self.text(column)
        if not found:
            return ""
        try:
            year, month, day = re.split(r"[-/.]", found)
            return str(date(int(year), int(month), int(day)))
        except ValueError as error:
            raise fault(column, "row_day", "not a day like 2026-03-01") from error

    def yes(self, column: str) -> bool:
        """Return yes or no, no where it is empty."""
        found = _BOOL.get(self.text(column).lower())
        if found is None:
            raise fault(column, "row_choice", "neither yes nor no")
        return found

    def choice(self, column: str, known: Mapping[str, str], default: str = "") -> str:
        """Return what the text of a column stands for among ``known``."""
        found = known.get(self.text(column, default) if default else self.wanted(column))
        if found is None:
            raise fault(column, "row_choice", f"{self.text(column)} is not known")
        return found

    def quantity_unit(self, column: str) -> str:
        """Return the unit of a quantity; mu and square metres by their Chinese names too."""
        found = self.name(column) if self.text(column) not in _QUANTITIES else self.text(column)
        return _QUANTITIES.get(found, found)

    def price_unit(self, column: str) -> str:
        """Return a price unit such as CNY/mu/year."""
        try:
            return str(PriceUnit.parse(self.wanted(column), column))
        except InvalidInput as error:
            if error.params.get("reason") == "row_required":
                raise
            raise fault(column, "row_unit", "no such price unit") from error


def bounded(value: _T, columns: Mapping[str, str]) -> _T:
    """Return ``value`` after a round trip: structs made in code check no bounds themselves."""
    try:
        return msgspec.json.decode(msgspec.json.encode(value), type=type(value))
    except msgspec.ValidationError as error:
        field = str(error).rpartition(".")[2].rstrip("`")
        column = field if field in columns else ""
        raise fault(column, "row_bounds", str(error)) from error


def fault(column: str, reason: str, said: str) -> InvalidInput:
    """Return the error of a cell."""
    return InvalidInput(said, field=column, rule=reason, reason=reason)
