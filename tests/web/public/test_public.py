"""What everybody sees: every page in both languages, bounded, escaped, and telling no name."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import text

from tests.web.public.conftest import Visitor
from trading.demo.cast import DISTRICT
from trading.engine.registry import PUBLIC
from trading.listing.tables import lot as lots
from trading.papers.reading import Act, acts
from trading.store import log
from trading.web.i18n import iso
from trading.web.public import checking, showing, stairs, steps
from trading.web.public.days import _folded
from trading.web.states import BAD, GOOD, WAIT, tone

LOT, CASE = "case-r033-1", "case-r033"
PAGES = (
    "/", "/?q=村&state=deal", f"/lots/{LOT}", f"/lots/{LOT}/history", "/notices", "/notices/awards",
    f"/notices/{CASE}", "/notices/case-r092", "/calendar", "/calendar?month=2026-05", "/statistics",
    "/statistics?year=2026", "/check", "/help", "/objections/case-r034-1",
)  # fmt: skip
GONE = (
    "/lots/nosuch", "/lots/nosuch/history", "/notices/nosuch", "/objections/nosuch",
    "/calendar?month=2026-13", "/statistics?year=x", "/check/zz", f"/check/{'0' * 16}",
    "/sitemaps/999999999",
)  # fmt: skip
VOID = frozenset({"meta", "link", "input", "br", "line", "polyline", "rect", "hr", "img"})


class Wellformed(HTMLParser):
    """Complains of tags that do not close, and of ids and headings that stand twice."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.headings = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.headings += tag == "h1"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag, (tag, self.getpos())


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_well_formed_in_both_languages(visitor: Visitor, path: str) -> None:
    for lang in ("zh", "en"):
        answer = visitor.get(path, lang)
        assert answer.status_code == 200, path
        page = Wellformed(answer.text)
        assert page.open == []
        assert page.headings == 1
        assert len(page.ids) == len(set(page.ids))
        assert len(answer.content) < 120_000


@pytest.mark.parametrize("path", GONE)
def test_what_is_not_there_is_a_clear_page(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert "<h1" in answer.text


@pytest.mark.parametrize("after", ["zzz", "1", "-1~x", f"{10**30}~x", "1~" + "x" * 5000, "²~x"])
def test_a_page_that_does_not_exist_says_so(visitor: Visitor, after: str) -> None:
    for path in ("/", "/notices", "/notices/awards"):
        answer = visitor.get(f"{path}?after={after}")
        assert answer.status_code in {200, 400}
        assert answer.status_code == 200 or "没有这一页" in answer.text
    assert visitor.get(f"/lots/{LOT}/history?after={10**9}").status_code == 200


def test_lists_page_through_every_lot_once(visitor: Visitor) -> None:
    found: list[str] = []
    path = "/"
    while path:
        page = visitor.get(path).text
        found += re.findall(r'<h2[^>]*><a [^>]*href="/lots/([^"]+)"', page)
        on = re.search(r'href="([^"]+)" rel="next"', page)
        path = on[1].replace("&amp;", "&") if on else ""
    with log.reading(visitor.centre.reading) as connection:
        assert sorted(found) == sorted(connection.execute(lots.select()).scalars())


def test_a_district_has_the_lots_of_its_communities(visitor: Visitor) -> None:
    found = re.compile(r'href="/lots/(case-[^"/]+)"')
    everywhere = set(found.findall(visitor.get("/").text))
    assert everywhere
    assert set(found.findall(visitor.get(f"/?org={DISTRICT}").text)) == everywhere
    assert not found.findall(visitor.get("/?org=no-such").text)


def test_statements_do_not_grow_with_lots_and_markup_is_text(visitor: Visitor) -> None:
    paths = ("/", "/statistics", "/calendar", "/notices", f"/lots/{LOT}", "/feeds/lots.atom")
    before = {path: visitor.statements(path) for path in paths}
    with visitor.centre.engine.begin() as connection:
        row: Any = dict(connection.execute(lots.select()).mappings().first() or {})
        planted = [{**row, "lot": f"x-{n}", "order_us": n, "title_zh": f"<script>{n}</script>"}
                   for n in range(300)]  # fmt: skip
        connection.execute(lots.insert(), planted)
    assert {path: visitor.statements(path) for path in paths} == before
    page = visitor.get("/").text
    assert "&lt;script&gt;0&lt;/script&gt;" in page
    assert "<script>0" not in page


def test_a_receipt_is_found_by_its_first_digits_through_an_index(visitor: Visitor) -> None:
    code = ""
    for row in log.entries(visitor.centre.reading, 5, 40):
        code = row.hash.hex()
        answer = visitor.get(f"/check/{code[:16]}")
        assert "记录里有这一份" in answer.text
        assert code in answer.text
        assert "公布在公开存证里" in answer.text
    assert visitor.get("/check?code=AB CD").status_code == 400
    typed = f"/check?code={code[:4].upper()} {code[4:16]}"
    assert visitor.get(typed).headers["location"] == f"/check/{code[:16]}"
    query = "explain query plan select idx from record_entry where hash >= x'00' and hash < x'01'"
    with log.reading(visitor.centre.reading) as connection:
        assert "record_entry_hash" in str(connection.execute(text(query)).all())


def test_what_is_not_public_tells_no_more_than_that_it_is_there(visitor: Visitor) -> None:
    closed = [r for r in log.entries(visitor.centre.reading, 0, 5000) if r.audience != PUBLIC]
    assert closed
    for row in closed[:20]:
        found = checking.find(visitor.app_shell, row.hash.hex())
        assert found is not None
        assert (found.step, found.stream, found.at_us) == (None, "", 0)
        assert row.stream not in visitor.get(f"/check/{row.hash.hex()}").text


def test_what_comes_behind_a_prefix() -> None:
    assert checking._next(b"\x01\xff") == b"\x02"
    assert checking._next(b"\xff\xff") == b""


def test_nobody_is_told_who_won_before_the_result_is_posted(visitor: Visitor) -> None:
    with log.reading(visitor.centre.reading) as connection:
        rows = connection.execute(lots.select().where(lots.c.result_us == 0)).mappings().all()
    assert rows
    for row in rows:
        assert "成交人</dt>" not in visitor.get(f"/lots/{row['lot']}").text


def test_files_for_programs_can_be_read_by_them(visitor: Visitor) -> None:
    for path in ("/feeds/lots.atom", "/feeds/notices.atom", "/sitemap.xml", "/sitemaps/0"):
        assert len(ET.fromstring(visitor.get(path).content)) > 0
    rows = list(csv.reader(io.StringIO(visitor.get("/statistics.csv").text)))
    assert all(len(row) == 3 for row in rows)
    calendar = visitor.get("/calendar.ics").content
    assert calendar.count(b"BEGIN:VEVENT") == calendar.count(b"END:VEVENT") > 0
    assert max(map(len, calendar.split(b"\r\n"))) <= 75
    assert "Disallow: /staff" in visitor.get("/robots.txt").text
    assert visitor.get("/favicon.ico").status_code == 303


def test_lines_of_a_calendar_are_folded() -> None:
    folded = _folded("SUMMARY:" + "租" * 60)
    assert folded.replace("\r\n ", "") == "SUMMARY:" + "租" * 60


def test_a_state_has_one_tone() -> None:
    assert len(GOOD | BAD | WAIT) == len(GOOD) + len(BAD) + len(WAIT)
    assert (tone("awarded"), tone("awarded", "held"), tone("new")) == ("good", "wait", "calm")


def test_files_that_are_not_there_are_told_and_files_that_lie_are_not_passed_over(
    visitor: Visitor,
) -> None:
    (row,) = log.entries(visitor.centre.reading, 20, 1)
    path, folder = f"/check/{row.hash.hex()[:16]}", visitor.app_shell.home.log_dir
    tiles = folder / "tile"
    tiles.rename(folder / "gone")
    told = visitor.get(path)
    assert (told.status_code, "现在读不到" in told.text) == (200, True)
    (folder / "gone").rename(tiles)
    note = (folder / "checkpoint").read_bytes()
    (folder / "checkpoint").unlink()
    assert "下一次签发后可以独立核对" in visitor.get(path).text
    (folder / "checkpoint").write_bytes(note.replace(b"\n", b"0\n", 2))
    told = visitor.get(path)
    assert (told.status_code, "对不上" in told.text) == (500, True)


def test_a_lot_that_was_listed_again_is_new_again(visitor: Visitor) -> None:
    with log.reading(visitor.centre.reading) as connection:
        wanted = lots.select().where(lots.c.listing_round > 1)
        again = {row["lot"]: row["org"] for row in connection.execute(wanted).mappings()}
    assert again
    listed = {name: steps.others(visitor.app_shell, f"lot/{name}")[0].at_us for name in again}
    for path in ("/feeds/lots.atom", f"/feeds/lots.atom?org={next(iter(again.values()))}"):
        feed = ET.fromstring(visitor.get(path).content)
        entries = [one for one in feed if one.tag.endswith("entry")]
        found = [(one[0].text or "", one[2].text or "") for one in entries]
        assert len(found) == len({name for name, _at in found})
        assert [at for _name, at in found] == sorted((at for _n, at in found), reverse=True)
        dates = {name.rpartition("/")[2]: at for name, at in found}
        for name, org in again.items():
            if name in dates or org in path:
                assert dates[name] == iso(listed[name])


def test_a_statement_has_the_time_at_which_it_was_made(visitor: Visitor) -> None:
    lot = "case-r033-1"
    made = [
        act
        for act in acts(visitor.centre, "panel/case-r033")
        if act.kind == "panel.state/1" and act.outcome == "done"
    ]
    told = showing._watched(visitor.app_shell, lot)
    assert sorted(one["at_us"] for one in told) == sorted(act.at_us for act in made)


def test_a_sale_of_many_bids_is_drawn_of_a_bounded_piece(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = visitor.centre.state(f"lot/{LOT}")
    assert state is not None
    sale = state.facets["sale"]
    every = steps.bids(visitor.app_shell, state, [])
    assert len(every) == sale.bids
    monkeypatch.setattr(steps, "BIDS_LISTED", 2)
    monkeypatch.setattr(steps, "BIDS_DRAWN", 3)
    some = steps.bids(visitor.app_shell, state, [])
    assert set(some) < set(every)
    drawn = stairs.stairs(some, 1, sale.lead_fen)
    whole = stairs.stairs(every, 1, sale.lead_fen)
    assert drawn is not None
    assert whole is not None
    assert (drawn.low, drawn.high) == (whole.low, whole.high)
    fallen = [Act(every[0].seq + 10**6, "", 0, "", "done", "", "", {}, ({"event": steps.FALLEN},),
                  (), ())]  # fmt: skip
    assert steps.bids(visitor.app_shell, state, fallen) == []
    page = visitor.get(f"/lots/{LOT}").text
    assert "更早的在这里" in page
