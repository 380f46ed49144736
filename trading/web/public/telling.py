"""How it works, for people, and what programs that look around are told."""

from __future__ import annotations

from xml.sax.saxutils import escape

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import func, select

from trading.base.errors import NotFound
from trading.listing.tables import lot as lots
from trading.web import static_files
from trading.web.access import EVERYBODY, opt
from trading.web.public import asking
from trading.web.shell import Asked, Page, Shell, see_other

SITEMAP_PAGE = 5000
SITEMAP_PAGES_MAX = 1000
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XML = "application/xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
PATHS = ("/", "/notices", "/calendar", "/statistics", "/check", "/help")
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the help, and the files that every site has."""

    @get("/help", sync_to_thread=True, opt=opt(EVERYBODY))
    def explained(request: Asked) -> Page:
        return shell.page(request, "public/help.html")

    @get("/favicon.ico", sync_to_thread=False, opt=opt(EVERYBODY))
    def icon() -> Response[str]:
        return see_other(static_files.url("mark.svg"))

    @get("/robots.txt", sync_to_thread=False, opt=opt(EVERYBODY))
    def robots(request: Asked) -> Response[str]:
        closed = ("/signin", "/staff", "/bidder", "/watch", "/audit", "/api", "/live")
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
        return Response(
            "\n".join([*lines, f"Sitemap: {origin(request)}/sitemap.xml", ""]), media_type=TEXT
        )

    return [explained, icon, robots, *_sitemaps(shell)]


def _sitemaps(shell: Shell) -> list[HTTPRouteHandler]:
    @get("/sitemap.xml", sync_to_thread=True, opt=opt(EVERYBODY))
    def index(request: Asked) -> Response[str]:
        (count,) = asking.rows(shell, select(func.count().label("lots")).select_from(lots))
        pages = min(count["lots"] // SITEMAP_PAGE + 1, SITEMAP_PAGES_MAX)
        told = "".join(
            f"<sitemap><loc>{escape(origin(request))}/sitemaps/{page}</loc></sitemap>"
            for page in range(pages)
        )
        text = f'{HEAD}<sitemapindex xmlns="{SITEMAP}">{told}</sitemapindex>\n'
        return Response(text, media_type=XML)

    @get("/sitemaps/{page:int}", sync_to_thread=True, opt=opt(EVERYBODY))
    def part(request: Asked, page: FromPath[int]) -> Response[str]:
        if not 0 <= page < SITEMAP_PAGES_MAX:
            raise NotFound("no such page")
        query = select(lots.c.lot).order_by(lots.c.lot)
        found = asking.rows(shell, query.offset(page * SITEMAP_PAGE).limit(SITEMAP_PAGE))
        paths = [*(PATHS if page == 0 else ()), *(f"/lots/{row['lot']}" for row in found)]
        if not paths:
            raise NotFound("no such page")
        told = "".join(f"<url><loc>{escape(origin(request) + path)}</loc></url>" for path in paths)
        return Response(f'{HEAD}<urlset xmlns="{SITEMAP}">{told}</urlset>\n', media_type=XML)

    return [index, part]


def origin(request: Asked) -> str:
    """Return the address of this site as the reader called it."""
    return str(request.base_url).rstrip("/")
