"""Pictures of every page: ``python -m tests.web.screens [--out DIR] [--only BEGINNING ...]``.

Every page of every room in Chinese and English, 360 and 1280 pixels wide, of a demonstration that
stands on a working morning. What is not right is told at the end, and is the exit status: a page
route that no link and no example leads to, an answer that is no page, a page wider than a phone,
whatever a page asks of another origin, a script that fails.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from playwright.sync_api import Page as Tab
from playwright.sync_api import sync_playwright

from tests.support.browser import NewContext, Watched, find_browser, flags
from tests.support.rooms import play_demo, serving_rooms
from tests.web.pages import Page, Site
from trading.store.home import Home

SIZES = {"phone": 360, "desktop": 1280}
LANGUAGES = ("zh", "en")


def shoot(
    site: Site, watched: Watched, url: str, out: Path, only: tuple[str, ...],
    told: Callable[[str], None],
) -> int:  # fmt: skip
    """Save a picture of every page of ``site`` in ``out``; return how many there are.

    ``only`` are beginnings of names or of routes (``staff/``, ``/signin``).
    """
    count = 0
    pages = [page for page in site.pages.values()
             if page.name.startswith(only) or page.route.startswith(only)]  # fmt: skip
    for profile, width in SIZES.items():
        for language in LANGUAGES:
            for page, tab in opened(watched.new, pages, url, profile, language):
                site.faults.extend(too_wide(tab, page, width))
                path = out / f"{page.name}.{language}.{width}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                tab.screenshot(path=path, full_page=True)
                count += 1
                told(f"{width} {language} {page.path}")
    return count


def opened(
    new: NewContext, pages: Iterable[Page], url: str, profile: str, language: str
) -> Iterator[tuple[Page, Tab]]:
    """Yield every page, open as its person in ``language``; one context for each person."""
    for token, found in itertools.groupby(sorted(pages, key=_token), _token):
        context = new(profile, language)
        cookies = [{"name": "lang", "value": language, "url": url}]
        if token:
            cookies.append({"name": "session", "value": token, "url": url})
        context.add_cookies(cookies)  # type: ignore[arg-type]  # plain dicts are what it takes
        for page in found:
            tab = context.new_page()
            # A page with an open stream of events is never idle.
            tab.goto(url + page.path, wait_until="load")
            tab.evaluate("document.fonts.ready")
            yield page, tab
            tab.close()
        context.close()


def _token(page: Page) -> str:
    return page.token


def too_wide(tab: Tab, page: Page, width: int) -> list[str]:
    """Return a fault where the page must be moved sideways to be read."""
    wide = tab.evaluate("document.scrollingElement.scrollWidth")
    return [f"{page.path} is {wide} wide at {width}"] if wide > width else []


def main() -> int:
    """Serve a demonstration, take the pictures, and tell what is not right."""
    parser = argparse.ArgumentParser(prog="python -m tests.web.screens", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/screens"))
    parser.add_argument("--only", action="append", default=[])
    given = parser.parse_args()
    out: Path = given.out
    only = tuple(given.only) or ("",)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        data = Path(folder) / "demo"
        play_demo(data)
        running = playwright.chromium.launch(executable_path=find_browser(), args=flags())
        with serving_rooms(Home.open(data), ticks=False) as served:
            site, watched = Site(served), Watched(running)
            count = shoot(
                site, watched, served.url, out, only, lambda said: print(said, flush=True)
            )
        running.close()
    faults = [*site.faults, *watched.faults, *(f"no way to {route}" for route in site.unknown)]
    faults += [f"a link to {path}, where nothing is" for path in sorted(site.dead)]
    print(f"{count} pictures of {len(site.pages)} pages in {out}")
    for fault in faults:
        print(f"FINDING {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
