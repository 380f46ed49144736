"""Every page of every room, in both languages, on a phone and on a desk: WCAG 2.2 AA, and whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page as Tab

from tests.support.browser import NewContext
from tests.support.rooms import Rooms, serving_rooms
from tests.web.pages import EXAMPLES, PUBLIC, Page, Site
from tests.web.screens import SIZES, opened, too_wide
from trading.store.home import Home

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ROOMS = ("public", "staff", "bidder", "representative", "auditor")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(demo_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    """Serve the demonstration as it stands; nothing moves while it is looked at."""
    data = Path(copytree(demo_once, tmp_path_factory.mktemp("served") / "demo"))
    with serving_rooms(Home.open(data), ticks=False) as rooms:
        yield rooms


@pytest.fixture(scope="module")
def site(served: Rooms) -> Site:
    """Walk all rooms once."""
    return Site(served)


def test_every_page_is_found_and_answers(site: Site) -> None:
    assert site.faults == []
    assert site.dead == set()
    assert site.unknown == [], "link to it, or name an address in EXAMPLES of tests/web/pages.py"
    assert EXAMPLES.keys() - site.pages.keys() == set()


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("profile", "language"),
    [("phone", "zh"), pytest.param("desktop", "en", marks=pytest.mark.long)],
)
@pytest.mark.parametrize("room", ROOMS)
def test_nobody_is_kept_out_and_nothing_comes_from_elsewhere(
    contexts: NewContext, served: Rooms, site: Site, room: str, profile: str, language: str
) -> None:
    found: list[str] = []
    pages = [page for page in site.pages.values() if page.name.startswith(f"{room}/")]
    for page, tab in opened(contexts, pages, served.url, profile, language):
        found += too_wide(tab, page, SIZES[profile]) + _violations(tab, page)
    assert found == []


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_longer_english_fits_a_phone_too(
    contexts: NewContext, served: Rooms, site: Site
) -> None:
    """Look at the width alone: what keeps somebody out does not depend on it."""
    found: list[str] = []
    for page, tab in opened(contexts, site.pages.values(), served.url, "phone", "en"):
        found += too_wide(tab, page, SIZES["phone"])
    assert found == []


def test_what_keeps_somebody_out_is_noticed(contexts: NewContext) -> None:
    page = Page("/x", "/x", PUBLIC, "")
    tab = contexts("phone").new_page()
    tab.set_content(
        '<html><title></title><meta name="viewport" content="width=device-width">'
        '<img src="data:,"><p style="width:900px">x</p>'
    )
    rules = {line.partition(" ")[2].partition(" ")[0] for line in _violations(tab, page)}
    assert {"image-alt", "html-has-lang", "document-title"} <= rules
    assert too_wide(tab, page, 360) != []


def _violations(tab: Tab, page: Page) -> list[str]:
    options = {"runOnly": {"type": "tag", "values": TAGS}}
    told = Axe().run(tab, options=options).response["violations"]
    return [f"{page.path} {one['id']} {one['nodes'][0]['html'][:160]}" for one in told]
