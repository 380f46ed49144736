"""English pages are English: what stays Chinese says so (``lang``), and nothing else does."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from tests.web.public.conftest import Visitor
from tests.web.public.test_public import CASE, LOT, PAGES
from trading.web import i18n
from trading.words.language import speaking

HAN = re.compile(r"[㐀-鿿]")
NAMED = frozenset({"title"})
"""Elements that no markup can stand in: they repeat the name of what the page is about."""
SPOKEN = ("aria-label", "alt", "title", "placeholder", "content")
ALONE = frozenset({"meta", "link", "input", "br", "line", "polyline", "rect", "hr", "img"})
MORE = (
    "/lots/case-r034-1", "/lots/case-r092-1", "/lots/case-r109-1", "/lots/case-r103-1",
    "/objections/case-r033-1", f"/papers/lot/{LOT}", f"/papers/case/{CASE}",
    "/check?code=zz", "/check/0000000000000000", "/lots/nosuch", "/signin", "/signin/register",
)  # fmt: skip


class Chinese(HTMLParser):
    """Collects what is Chinese on a page outside of what is marked as Chinese."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        lang = given.get("lang") or (self._open[-1][1] if self._open else "")
        for name in SPOKEN:
            self._look(given.get(name) or "", lang)
        if tag not in ALONE:
            self._open.append((tag, lang))

    def handle_endtag(self, tag: str) -> None:
        if tag not in ALONE:
            assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        tag, lang = self._open[-1] if self._open else ("", "")
        if tag not in NAMED:
            self._look(data, lang)

    def _look(self, text: str, lang: str) -> None:
        if HAN.search(text) and not lang.startswith("zh"):
            self.found.append(" ".join(text.split())[:80])


def test_an_english_page_is_english(visitor: Visitor) -> None:
    found = {path: Chinese(visitor.get(path, "en").text).found for path in PAGES + MORE}
    assert {path: told for path, told in found.items() if told} == {}


def test_rules_of_a_notice_are_said_in_english(visitor: Visitor) -> None:
    page = visitor.get(f"/notices/{CASE}", "en").text
    assert re.search(r"\d+ working days<", page)
    assert not re.search(r">(true|false)<|\d_|working_day|calendar_day|second<", page)


def test_chinese_on_an_english_page_is_noticed() -> None:
    page = '<html lang="en"><p title="价">x<b lang="zh-CN">村</b>村</p></html>'
    assert Chinese(page).found == ["价", "村"]


def test_what_is_quoted_is_marked_and_nothing_else() -> None:
    with speaking("en"):
        text = i18n.quoted("held <b> 下雨，3 天（补） since 2026")
    assert str(text) == 'held &lt;b&gt; <span lang="zh-CN">下雨，3 天（补）</span> since 2026'
    with speaking("zh"):
        assert i18n.quoted("下雨 <b>") == "下雨 <b>"
