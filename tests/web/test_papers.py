"""Papers in the rooms: who may have which, scans that come back, and files to take away."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from PIL import Image
from sqlalchemy import insert

from trading import papers
from trading.base.clock import SimulatedClock
from trading.centre import Centre
from trading.cli import main
from trading.people.sessions import Room
from trading.people.tables import bidder as bidders
from trading.store.home import Home
from trading.web.app import create_app
from trading.web.door import form_token
from trading.web.shell import Shell

LOT, R033 = "lot/case-r109-1", "case-r033-1"
CLERK, REVIEWER = "clerk-liu", "reviewer-he"
PAGE, URL = {"Accept": "text/html"}, "https://centre.local"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("played") / "data"
    assert CliRunner().invoke(main, ["demo", "--data", str(folder), "--json"]).exit_code == 0
    return folder


@pytest.fixture
def centre(played: Path, tmp_path: Path) -> Iterator[Centre]:
    home = Home.open(Path(shutil.copytree(played, tmp_path / "data")))
    first = Centre(home)
    last_us = max(state.entered_us for state in first.states_of("lot"))
    first.close()
    found = Centre(home, SimulatedClock(last_us + 3600 * 10**6))
    found.refresh()
    yield found
    found.close()


class Visitor:
    """Somebody at the pages of ``centre``, signed in or not."""

    def __init__(self, centre: Centre, person: str = "", room: Room = "staff") -> None:
        self._client: TestClient[Litestar] = TestClient(
            create_app(centre, centre.home), base_url=URL
        )
        self._token = ""
        if person:
            shell = Shell(centre, centre.home)
            self._token = shell.sessions.begin(person, room, "two")
            self._client.cookies.set("__Host-session", self._token)

    def get(self, path: str) -> Response:
        return self._client.get(path, headers=PAGE, follow_redirects=False)

    def post(self, path: str, **fields: str) -> Response:
        return self._client.post(
            path, data=self._form(fields), headers={**PAGE, "Origin": URL},
            follow_redirects=False,
        )  # fmt: skip

    def upload(self, path: str, content: bytes, **fields: str) -> Response:
        return self._client.post(
            path, data=self._form(fields), files={"file": ("scan.pdf", content)},
            headers={**PAGE, "Origin": URL}, follow_redirects=False,
        )  # fmt: skip

    def _form(self, fields: dict[str, str]) -> dict[str, str]:
        return {"csrf": form_token(self._token), "key": f"k-{len(fields)}-{fields}", **fields}


def test_public_papers_are_for_everybody(centre: Centre) -> None:
    visitor = Visitor(centre)
    listed = visitor.get(f"/papers/{LOT}")
    assert listed.status_code == 200
    assert "成交结果公示" in listed.text
    assert "成交通知书" not in listed.text
    page = visitor.get(f"/papers/{LOT}/result_notice")
    assert page.status_code == 200
    assert "存证编号" in page.text
    assert "style=" not in page.text
    taken = visitor.get(f"/papers/{LOT}/result_notice/pdf")
    assert taken.content.startswith(b"%PDF-")
    assert taken.headers["content-disposition"].startswith("attachment")
    assert visitor.get("/papers/style.css").headers["content-type"].startswith("text/css")


def test_other_papers_are_invisible(centre: Centre) -> None:
    visitor = Visitor(centre)
    for path in ("/papers/registration/case-r109-1-100", f"/papers/{LOT}/award_notice",
                 f"/papers/{LOT}/award_notice/pdf", "/papers/lot/none", f"/papers/{LOT}/none",
                 "/papers/person/office-1"):  # fmt: skip
        assert visitor.get(path).status_code == 404, path


def test_every_public_paper_is_asked_of_no_one_else(centre: Centre) -> None:
    visitor = Visitor(centre)
    for kind in papers.ready(centre, LOT):
        found = visitor.get(f"/papers/{LOT}/{kind.name}").status_code
        assert found == (200 if kind.public else 404), kind.name


def test_the_staff_print_what_is_for_their_role(centre: Centre) -> None:
    clerk = Visitor(centre, CLERK)
    notice = clerk.get(f"/staff/papers/{LOT}/award_notice")
    assert notice.status_code == 200
    assert "张先生" in notice.text
    assert clerk.get("/staff/papers/lot/case-r038-1/referral").status_code == 404
    office = Visitor(centre, "office-chen")
    assert office.get("/staff/papers/lot/case-r038-1/referral").status_code == 200
    assert "成交确认书" in office.get(f"/staff/papers/{LOT}").text


def test_an_officer_of_another_community_gets_nothing(centre: Centre) -> None:
    own, other = Visitor(centre, "officer-yi-r109"), Visitor(centre, "officer-yi-r033")
    assert own.get(f"/staff/papers/{LOT}/award_notice").status_code == 200
    assert other.get(f"/staff/papers/{LOT}/award_notice").status_code == 404
    assert other.get("/staff/dossiers/case-r109").status_code == 404


def _bids_as(centre: Centre, person: str, lot: str, number: int) -> None:
    """Let ``person`` be who stands behind ``number`` of ``lot``."""
    found = centre.state(f"registration/{lot}-{number}")
    who = found.facets["registration"].who if found else "nobody"
    given = {"person": person, "lot": lot, "number": number, "who": who, "at_us": 1}
    with centre.engine.begin() as connection:
        connection.execute(insert(bidders).values(given))


def test_the_winner_has_the_own_papers_and_nobody_elses(centre: Centre) -> None:
    state = centre.state(LOT)
    assert state is not None
    number, name = state.facets["award"].bidder, LOT.partition("/")[2]
    _bids_as(centre, "person-won", name, number)
    _bids_as(centre, "person-lost", name, number + 1)
    winner = Visitor(centre, "person-won", "bidder")
    loser = Visitor(centre, "person-lost", "bidder")
    named = Visitor(centre, f"bidder-{number}", "bidder")
    assert named.get(f"/bidder/papers/{LOT}/award_notice").status_code == 404
    for path in (f"{LOT}/award_notice", "certificate/JZ-case-r109-1/certificate"):
        assert winner.get(f"/bidder/papers/{path}").status_code == 200
        assert winner.get(f"/bidder/papers/{path}/pdf").content.startswith(b"%PDF-")
        assert loser.get(f"/bidder/papers/{path}").status_code == 404
    assert winner.get(f"/bidder/papers/lot/{R033}/award_notice").status_code == 404
    assert "成交通知书" in winner.get(f"/bidder/papers/{LOT}").text


def picture() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (800, 1100), "white").save(kept, "PNG")
    return kept.getvalue()


def test_a_scan_is_filed_shown_as_pictures_and_checked_by_another(centre: Centre) -> None:
    clerk, reviewer = Visitor(centre, CLERK), Visitor(centre, REVIEWER)
    form = f"/staff/scans/new/lot/{R033}/deal_confirmation"
    assert clerk.get(form).status_code == 200
    filed = clerk.upload(form, picture(), number="QR-1")
    assert (filed.status_code, filed.headers["location"]) == (303, "/staff/scans/QR-1")
    page = reviewer.get("/staff/scans/QR-1")
    assert "待复核" in page.text
    drawn = reviewer.get("/staff/scans/QR-1/pages/0")
    assert drawn.headers["content-type"] == "image/jpeg"
    assert drawn.content != picture()
    assert reviewer.get("/staff/scans/QR-1/pages/1").status_code == 404
    digest = re.search(r'name="sha256" value="(\w+)"', page.text)
    assert digest is not None
    refused = clerk.post("/staff/scans/QR-1/check", sha256=digest[1])
    assert refused.status_code == 409
    assert "不能自己复核" in refused.text
    assert reviewer.post("/staff/scans/QR-1/check", sha256=digest[1]).status_code == 303
    assert "已归档" in reviewer.get("/staff/scans/QR-1").text
    assert "QR-1" in clerk.get("/staff/scans").text


def test_what_was_sent_is_never_shown_as_it_came(centre: Centre) -> None:
    clerk = Visitor(centre, CLERK)
    clerk.upload(f"/staff/scans/new/lot/{R033}/deal_confirmation", picture(), number="QR-1")
    state = centre.state("paper/QR-1")
    assert state is not None
    digest = state.facets["scan"].sha256
    sent = clerk.get(f"/staff/objects/paper/QR-1/documents/{digest}")
    assert sent.headers["content-type"] == "application/octet-stream"
    assert sent.headers["content-disposition"] == f'attachment; filename="{digest[:16]}.png"'
    assert sent.content == picture()


def test_a_scan_is_sent_back_with_a_reason(centre: Centre) -> None:
    clerk, reviewer = Visitor(centre, CLERK), Visitor(centre, REVIEWER)
    clerk.upload(f"/staff/scans/new/lot/{R033}/contract", picture(), number="HT-1")
    assert reviewer.post("/staff/scans/HT-1/return", reason_zh="").status_code == 400
    assert reviewer.post("/staff/scans/HT-1/return", reason_zh="缺页").status_code == 303
    assert "重新提交" in clerk.get("/staff/scans/HT-1").text


@pytest.mark.parametrize("content", [b"<svg/>", b"", b"%PDF-1.7 /JavaScript %%EOF"])
def test_what_is_no_scan_keeps_what_was_typed(centre: Centre, content: bytes) -> None:
    clerk = Visitor(centre, CLERK)
    answer = clerk.upload(f"/staff/scans/new/lot/{R033}/contract", content, number="HT-9")
    assert answer.status_code == 400
    assert 'value="HT-9"' in answer.text
    assert centre.state("paper/HT-9") is None


def test_scans_are_not_for_strangers(centre: Centre) -> None:
    assert Visitor(centre, REVIEWER).get(f"/staff/scans/new/lot/{R033}/contract").status_code == 404
    other = Visitor(centre, "officer-yi-r033")
    assert other.get("/staff/scans/QR-case-r109-1").status_code == 404
    assert "QR-case-r109-1" not in other.get("/staff/scans").text
    assert Visitor(centre).get("/staff/scans").status_code in {303, 401}


@pytest.mark.long
def test_the_staff_take_a_dossier_without_names(centre: Centre) -> None:
    answer = Visitor(centre, CLERK).get("/staff/dossiers/case-r110")
    assert answer.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    names = archive.namelist()
    assert "papers/lot-case-r110-1-award_notice.pdf" in names
    assert "index.html" in names


def test_auditors_take_the_evidence_of_a_lot(centre: Centre) -> None:
    auditor = Visitor(centre, "auditor-wei", "auditor")
    answer = auditor.get(f"/audit/evidence/{R033}")
    assert answer.status_code == 200
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert {"verify.py", "entries.jsonl", "index.html"} <= {*archive.namelist()}
    assert auditor.get("/audit/evidence/none").status_code == 404
    assert Visitor(centre, CLERK).get(f"/audit/evidence/{R033}").status_code == 404
