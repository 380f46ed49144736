"""One case, one file: everything listed, everything by its digest, nothing that may not be seen."""

from __future__ import annotations

import csv
import io
import zipfile
from hashlib import sha256

import pytest

from trading.base.errors import InvalidInput, NotFound, Unavailable
from trading.centre import Centre
from trading.papers import dossier
from trading.papers.bundle import Bundle, table
from trading.papers.dossier import write_dossier

URL = "https://centre.example"


@pytest.fixture(scope="module")
def full(centre: Centre) -> zipfile.ZipFile:
    target = io.BytesIO()
    told = write_dossier(centre, "case-r109", URL, target, names=True)
    assert told.lacking == 0
    return zipfile.ZipFile(target)


def _rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def test_every_file_is_listed_with_its_digest(full: zipfile.ZipFile) -> None:
    listed = {row["path"]: row["sha256"] for row in _rows(full, "digests.csv")}
    assert listed.keys() == {*full.namelist()} - {"digests.csv"}
    for path, digest in listed.items():
        assert sha256(full.read(path)).hexdigest() == digest


def test_the_index_tells_name_date_who_and_both_digests(full: zipfile.ZipFile) -> None:
    rows = _rows(full, "index.csv")
    assert [int(row["no"]) for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        assert row["name"]
        assert row["date"]
        assert len(row["sha256"]) == len(row["sm3"]) == 64
        assert sha256(full.read(row["file"])).hexdigest() == row["sha256"]
    names = [row["name"] for row in rows]
    assert {"成交确认书", "成交通知书", "交易鉴证书", "盖章件扫描", "合同"} <= {*names}
    page = full.read("index.html").decode()
    assert all(row["sha256"] in page for row in rows)


def test_both_scans_are_in_it_the_one_sent_back_too(full: zipfile.ZipFile) -> None:
    assert sum(row["name"] == "盖章件扫描" for row in _rows(full, "index.csv")) == 2
    assert sum(name.endswith(".png") for name in full.namelist()) == 2


def test_without_permission_only_public_papers(centre: Centre) -> None:
    target = io.BytesIO()
    write_dossier(centre, "case-r137", URL, target)
    archive = zipfile.ZipFile(target)
    abouts = {row["about"].partition("/")[0] for row in _rows(archive, "index.csv")}
    assert "registration" not in abouts
    assert "deposit" not in abouts
    papers = {row["name"] for row in _rows(archive, "index.csv") if row["file"][:6] == "papers"}
    assert "交易公告" in papers
    assert "进场交易申请书" not in papers


def test_a_paper_that_could_not_be_made_is_listed_without_a_file(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_given: object, **_more: object) -> bytes:
        raise Unavailable("too many papers are being made")

    monkeypatch.setattr(dossier, "render", busy)
    target = io.BytesIO()
    told = write_dossier(centre, "case-r109", URL, target)
    assert told.lacking == told.papers > 0
    assert "（未收入）" in zipfile.ZipFile(target).read("index.html").decode()


def test_no_such_case(centre: Centre) -> None:
    with pytest.raises(NotFound):
        write_dossier(centre, "none", URL, io.BytesIO())


def test_a_bundle_is_bounded_and_its_cells_are_inert() -> None:
    bundle = Bundle(io.BytesIO(), bytes_max=10)
    bundle.add("a", b"12345")
    bundle.add("a", b"12345")
    with pytest.raises(InvalidInput):
        bundle.add("b", b"123456")
    assert b"'=1+1" in table(["x"], [["=1+1"]])
