"""Sheets as CSV or XLSX: rows of text in, one after the other, the refused ones out as they come.

A sheet is looked through once before its first row is used, so that a fault of the whole is told
before anything is written; neither pass keeps more than a row in memory.
"""

from __future__ import annotations

import codecs
import csv
import os
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol, Self
from zipfile import BadZipFile, ZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from trading.base.errors import InvalidInput

ROWS_MAX = 50_000
BYTES_MAX = 50 * 1024 * 1024
UNPACKED_MAX = 10 * BYTES_MAX
REASON, FIELD = "refused_reason", "refused_field"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CHUNK = 1 << 16
# Where the program itself lies, with the data that it ships.
PROGRAM = Path(__file__).parents[1]
_MERGED = b"<mergeCell "
# What the library meets in a book that is none, or is no well-formed one (a parse error is syntax).
_BROKEN = (
    BadZipFile, InvalidFileException, LookupError, OSError, ValueError, SyntaxError, TypeError,
    AttributeError, EOFError, zlib.error,
)  # fmt: skip
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Row = dict[str, str]


class Sheet:
    """A sheet that was looked through: its header, and how many rows it has."""

    def __init__(self, path: Path) -> None:
        """Look ``path`` through; raise ``InvalidInput`` when it is no sheet.

        CSV must be UTF-8, with or without a byte order mark; of an XLSX the first sheet is read,
        without merged cells.
        """
        if path.stat().st_size > BYTES_MAX:
            raise _fault("sheet_large", "the sheet is too large", bytes_max=BYTES_MAX)
        self.path = path
        self._xlsx = path.suffix.lower() == ".xlsx"
        check = _check_xlsx if self._xlsx else _check_encoding
        check(path)
        lines = self._lines()
        header = [name.strip() for name in next(lines, [])]
        while header and not header[-1]:
            header.pop()
        if not any(header):
            raise _fault("sheet_empty", "the sheet has no header")
        if len(set(header)) != len(header):
            raise _fault("sheet_columns", "two columns have the same name")
        self._names = header
        self.count = 0
        for line in lines:
            self.count += any(line)
            if self.count > ROWS_MAX:
                raise _fault("sheet_large", "the sheet has too many rows", rows_max=ROWS_MAX)

    @property
    def header(self) -> list[str]:
        """Return the names of the columns, without those of an earlier refusal."""
        return [name for name in self._names if name not in {REASON, FIELD}]

    def rows(self) -> Iterator[Row]:
        """Yield the rows that are not empty."""
        lines = self._lines()
        next(lines)
        keep = set(self.header)
        for line in lines:
            if any(line):
                pairs = zip(self._names, line, strict=False)
                yield {name: value.strip() for name, value in pairs if name in keep}

    def _lines(self) -> Iterator[list[str]]:
        return _lines_xlsx(self.path) if self._xlsx else _lines_csv(self.path)


class Returned(Protocol):
    """Where refused rows are written to."""

    def line(self, values: list[str]) -> None:
        """Write one line."""


class Refusals:
    """The sheet of the refused rows, written as they come and only if there are any.

    It lies beside the source; in the present folder where that one may not be written to, or
    belongs to the program.
    """

    def __init__(self, sheet: Sheet, *, wanted: bool = True) -> None:
        """Return refused rows beside ``sheet``, in its own format, unless nobody wants them."""
        path = sheet.path
        self.path = _returned_to(path.parent) / f"{path.stem}.refused{path.suffix}"
        self.count = 0
        self._header = sheet.header
        self._wanted = wanted
        self._closing: Any = None
        self._out: Returned | None = None

    def add(self, row: Row, field: str, reason: str) -> None:
        """Write one refused row with its field and reason."""
        self.count += 1
        if not self._wanted:
            return
        if self._out is None:
            self._closing = _writing(self.path)
            self._out = self._closing.__enter__()
            self._out.line([*self._header, FIELD, REASON])
        values = (_inert(row.get(name, "")) for name in self._header)
        self._out.line([*values, field, reason])

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the returned sheet, also when the import broke off."""
        if self._closing is not None:
            self._closing.__exit__(None, None, None)


def _returned_to(folder: Path) -> Path:
    own = folder.resolve().is_relative_to(PROGRAM)
    return Path.cwd() if own or not os.access(folder, os.W_OK) else folder


@contextmanager
def _writing(path: Path) -> Iterator[Returned]:
    if path.suffix.lower() == ".xlsx":
        book = Workbook(write_only=True)
        yield _Lines(book.create_sheet("refused").append)
        book.save(path)
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        yield _Lines(csv.writer(file).writerow)


class _Lines:
    def __init__(self, write: Any) -> None:
        self._write = write

    def line(self, values: list[str]) -> None:
        self._write(values)


def _check_encoding(path: Path) -> None:
    """Refuse text that is not UTF-8, and say what it is where that can be told."""
    with path.open("rb") as file:
        mark = file.read(2)
    if mark in _UTF16:
        raise _fault("sheet_utf16", "the sheet is UTF-16, not UTF-8")
    if not _decodes(path, "utf-8"):
        if _decodes(path, "gb18030"):
            raise _fault("sheet_gbk", "the sheet is GBK, not UTF-8")
        raise _fault("sheet_encoding", "the sheet is not UTF-8")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _lines_csv(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            yield from csv.reader(file, strict=True)
        except csv.Error as error:
            raise _fault("sheet_format", f"the sheet is not CSV: {error}") from error


def _check_xlsx(path: Path) -> None:
    """Refuse what is no XLSX, what would unpack without bounds, and merged cells."""
    _check_unpacked(path)
    with _book(path) as book, ZipFile(path) as archive:
        # The reading of rows passes merged cells over in silence, so look at the sheet itself.
        member = book.worksheets[0]._worksheet_path  # noqa: SLF001 - nothing public tells it
        with archive.open(member) as file:
            tail = b""
            while chunk := file.read(_CHUNK):
                head, found, rest = (tail + chunk).partition(_MERGED)
                if found:
                    named = (rest + file.read(_CHUNK)).partition(b'ref="')[2].partition(b'"')[0]
                    cells = named.decode("ascii", "replace")
                    raise _fault("sheet_merged", f"merged cells: {cells}", field=cells)
                tail = head[-len(_MERGED) :]


def _check_unpacked(path: Path) -> None:
    """Refuse what would unpack without bounds, before any of it is unpacked."""
    try:
        with ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (BadZipFile, OSError, ValueError) as error:
        raise _fault("sheet_format", "the file is no XLSX sheet") from error
    if size > UNPACKED_MAX:
        raise _fault("sheet_large", "the sheet is too large", bytes_max=UNPACKED_MAX)


def _lines_xlsx(path: Path) -> Iterator[list[str]]:
    with _book(path) as book:
        for line in book.worksheets[0].iter_rows(values_only=True):
            yield [_text(value) for value in line]


@contextmanager
def _book(path: Path) -> Iterator[Any]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        with closing(book):
            yield book
    except _BROKEN as error:
        raise _fault("sheet_format", "the file is no XLSX sheet") from error


def _text(value: object) -> str:
    """Return a cell as people read it: a day without hours, a whole number without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return str(value.date() if value.time() == value.min.time() else value)
    if isinstance(value, date):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _inert(value: str) -> str:
    """Return text that a spreadsheet will not take for a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def _fault(reason: str, said: str, field: str = "file", **params: Any) -> InvalidInput:
    return InvalidInput(said, field=field, rule=reason, reason=reason, **params)
