"""Sheets as CSV or XLSX: rows of text in, the refused ones out with two more columns."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from trading.base.errors import InvalidInput

ROWS_MAX = 50_000
BYTES_MAX = 50 * 1024 * 1024
REASON, FIELD = "refused_reason", "refused_field"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = dict[str, str]


def read(path: Path) -> tuple[list[str], list[Row]]:
    """Return header and rows of a sheet; raise ``InvalidInput`` when it is none.

    CSV must be UTF-8, with or without a byte order mark; of an XLSX the first sheet is read,
    without merged cells.
    """
    if path.stat().st_size > BYTES_MAX:
        raise InvalidInput("the sheet is too large", field="file", bytes_max=BYTES_MAX)
    table = _read_xlsx(path) if path.suffix.lower() == ".xlsx" else _read_csv(path)
    if not table or not any(table[0]):
        raise InvalidInput("the sheet has no header", field="file")
    header = [name.strip() for name in table[0]]
    if len(set(header)) != len(header):
        raise InvalidInput("two columns have the same name", field="file")
    if len(table) - 1 > ROWS_MAX:
        raise InvalidInput("the sheet has too many rows", field="file", rows_max=ROWS_MAX)
    keep = [name for name in header if name not in {REASON, FIELD}]
    rows = [
        {name: value.strip() for name, value in zip(header, row, strict=False) if name in keep}
        for row in table[1:]
        if any(row)
    ]
    return keep, rows


def write(path: Path, header: list[str], refused: list[tuple[Row, str, str]]) -> None:
    """Write refused rows as (row, field, reason); the ending of ``path`` chooses the format."""
    table = [[*header, FIELD, REASON]]
    table += [
        [*(_inert(row.get(name, "")) for name in header), field, reason]
        for row, field, reason in refused
    ]
    if path.suffix.lower() == ".xlsx":
        book = Workbook(write_only=True)
        sheet = book.create_sheet("refused")
        for line in table:
            sheet.append(line)
        book.save(path)
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(table)


def _read_csv(path: Path) -> list[list[str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("the sheet is not UTF-8", field="file", rule="encoding") from error
    try:
        return list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise InvalidInput(f"the sheet is not CSV: {error}", field="file") from error


def _read_xlsx(path: Path) -> list[list[str]]:
    try:
        book = load_workbook(path, read_only=False, data_only=True)
    except (InvalidFileException, KeyError, OSError, ValueError) as error:
        raise InvalidInput("the file is no XLSX sheet", field="file") from error
    sheet = book.worksheets[0]
    if sheet.merged_cells.ranges:
        merged = str(next(iter(sheet.merged_cells.ranges)))
        raise InvalidInput(f"merged cells: {merged}", field=merged, rule="merged_cells")
    return [
        ["" if value is None else str(value) for value in row]
        for row in sheet.iter_rows(values_only=True)
    ]


def _inert(value: str) -> str:
    """Return text that a spreadsheet will not take for a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value
