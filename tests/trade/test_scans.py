"""A sealed paper comes back as a scan: one files it, another checks it against the paper."""

from __future__ import annotations

import pytest

from tests.support.acts import LOT, Act, paper, staff
from tests.support.trade import At
from trading.awarding.scans import CheckPaper, FilePaper, ReturnPaper
from trading.base.errors import InvalidInput
from trading.store import documents, log

PAPER, LOT_STREAM = "paper/QR-1", f"lot/{LOT}"
SCAN = paper("scan")


def _file() -> Act:
    filed = FilePaper("QR-1", LOT_STREAM, "deal_confirmation")
    return staff("paper.file/1", filed, "centre_clerk", docs=(SCAN,))


def _check(role: str = "centre_reviewer", sha256: str = SCAN.sha256) -> Act:
    return staff("paper.check/1", CheckPaper("QR-1", sha256), role)


def test_a_scan_is_filed_by_one_and_checked_by_another(at: At) -> None:
    trade = at("certified")
    trade.do(_file(), files=((b"scan", "image/png"),))
    assert trade.place(PAPER) == "filed"
    assert trade.blockers(_check("centre_clerk")) == ("another_checks_v1",)
    assert trade.blockers(_check(sha256="0" * 64)) == ("scan_as_filed_v1",)
    trade.do(_check())
    found = trade.state(PAPER)
    assert (found.place, found.org) == ("checked", trade.state(LOT_STREAM).org)
    scan = found.facets["scan"]
    assert (scan.about, scan.sha256, scan.filed_by) == (LOT_STREAM, SCAN.sha256, "clerk-liu")
    with log.reading(trade.centre.reading) as connection:
        assert documents.get(connection, scan.sha256) == (b"scan", "image/png")


def test_a_scan_that_was_sent_back_is_filed_anew(at: At) -> None:
    trade = at("certified")
    trade.do(_file())
    trade.do(staff("paper.return/1", ReturnPaper("QR-1", "看不清"), "centre_reviewer"))
    assert trade.place(PAPER) == "returned"
    assert trade.refused(_check()).code == "wrong_state"
    trade.do(_file())
    trade.do(_check())
    assert trade.refused(_file()).code == "wrong_state"


def test_a_paper_is_about_what_exists_and_stays_about_it(at: At) -> None:
    trade = at("certified")
    nobody = staff(
        "paper.file/1", FilePaper("QR-2", "lot/nobody", "contract"), "centre_clerk", docs=(SCAN,)
    )
    assert "paper_subject_known_v1" in trade.blockers(nobody)
    trade.do(_file())
    trade.do(staff("paper.return/1", ReturnPaper("QR-1", "看不清"), "centre_reviewer"))
    other = staff(
        "paper.file/1", FilePaper("QR-1", "case/case-a", "contract"), "centre_clerk", docs=(SCAN,)
    )
    assert trade.blockers(other) == ("paper_subject_known_v1",)


def test_veiled_objects_have_no_sealed_papers(at: At) -> None:
    trade = at("certified")
    veiled = staff(
        "paper.file/1", FilePaper("BM-1", f"registration/{LOT}-101", "review"), "centre_clerk",
        docs=(SCAN,),
    )  # fmt: skip
    with pytest.raises(InvalidInput):
        trade.do(veiled)
