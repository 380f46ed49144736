"""Sheets that somebody broke on purpose are refused in words, and measured before unpacking."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from trading.base.errors import InvalidInput
from trading.imports import sheet

BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    f'<Override PartName="/xl/workbook.xml" ContentType="{BOOK}"/></Types>'
)
ENTITY = '<!DOCTYPE x [<!ENTITY a SYSTEM "/etc/hostname">]><x>&a;</x>'


def _archive(path: Path, types: str, book: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("xl/workbook.xml", book)
    return path


@pytest.mark.parametrize(
    ("types", "book"), [(TYPES, b"<x/>"), (ENTITY, b"<x/>"), (TYPES, b"<x"), ("", b"")]
)
def test_a_book_that_is_none_is_refused(tmp_path: Path, types: str, book: bytes) -> None:
    path = _archive(tmp_path / "broken.xlsx", types, book)
    with pytest.raises(InvalidInput) as told:
        sheet._check_xlsx(path)
    assert told.value.params["rule"] == "sheet_format"


def test_a_book_is_measured_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "UNPACKED_MAX", 10_000)
    path = _archive(tmp_path / "bomb.xlsx", TYPES, b"<x>" + b" " * 100_000)
    with pytest.raises(InvalidInput) as told:
        sheet._check_xlsx(path)
    assert told.value.params["rule"] == "sheet_large"
