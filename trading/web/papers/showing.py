"""One paper as a page and as a PDF: public ones for everybody, the others for whom they are for.

A name stands on a paper only where the lot was awarded; before that everybody is a number.
Source: decisions 4, 6 and 17.
"""

from __future__ import annotations

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from markupsafe import Markup

from trading import papers
from trading.base.errors import NotFound
from trading.engine.stream import Stream
from trading.papers.kinds import kind_of
from trading.papers.printing import css
from trading.web.access import BIDDER, EVERYBODY, STAFF, opt
from trading.web.shell import Asked, Page, Shell, chosen_language, viewer_of
from trading.web.visibility import names_shown

PDF, CSS = "application/pdf", "text/css; charset=utf-8"


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the pages and the PDFs of papers for everybody, for the staff and for winners."""

    @get("/papers/style.css", sync_to_thread=False, opt=opt(EVERYBODY))
    def style() -> Response[str]:
        headers = {"Cache-Control": "public, max-age=3600"}
        return Response(css(), media_type=CSS, headers=headers)

    return [style, *_for_everybody(shell), *_for_staff(shell), *_for_winners(shell)]


def _for_everybody(shell: Shell) -> list[HTTPRouteHandler]:
    @get("/papers/{of:str}/{name:str}", sync_to_thread=True, opt=opt(EVERYBODY))
    def listed(request: Asked, of: FromPath[str], name: FromPath[str]) -> Page:
        return _list(shell, request, f"{of}/{name}", "/papers")

    @get("/papers/{of:str}/{name:str}/{kind:str}", sync_to_thread=True, opt=opt(EVERYBODY))
    def read(request: Asked, of: FromPath[str], name: FromPath[str], kind: FromPath[str]) -> Page:
        return _page(shell, request, f"{of}/{name}", kind, "/papers")

    @get("/papers/{of:str}/{name:str}/{kind:str}/pdf", sync_to_thread=True, opt=opt(EVERYBODY))
    def take(
        request: Asked, of: FromPath[str], name: FromPath[str], kind: FromPath[str]
    ) -> Response[bytes]:
        return _pdf(shell, request, f"{of}/{name}", kind)

    return [listed, read, take]


def _for_staff(shell: Shell) -> list[HTTPRouteHandler]:
    @get("/staff/papers/{of:str}/{name:str}", sync_to_thread=True, opt=opt(STAFF))
    def listed(request: Asked, of: FromPath[str], name: FromPath[str]) -> Page:
        return _list(shell, request, f"{of}/{name}", "/staff/papers")

    @get("/staff/papers/{of:str}/{name:str}/{kind:str}", sync_to_thread=True, opt=opt(STAFF))
    def read(request: Asked, of: FromPath[str], name: FromPath[str], kind: FromPath[str]) -> Page:
        return _page(shell, request, f"{of}/{name}", kind, "/staff/papers")

    @get("/staff/papers/{of:str}/{name:str}/{kind:str}/pdf", sync_to_thread=True, opt=opt(STAFF))
    def take(
        request: Asked, of: FromPath[str], name: FromPath[str], kind: FromPath[str]
    ) -> Response[bytes]:
        return _pdf(shell, request, f"{of}/{name}", kind)

    return [listed, read, take]


def _for_winners(shell: Shell) -> list[HTTPRouteHandler]:
    @get("/bidder/papers/{of:str}/{name:str}", sync_to_thread=True, opt=opt(BIDDER))
    def listed(request: Asked, of: FromPath[str], name: FromPath[str]) -> Page:
        return _list(shell, request, f"{of}/{name}", "/bidder/papers")

    @get("/bidder/papers/{of:str}/{name:str}/{kind:str}", sync_to_thread=True, opt=opt(BIDDER))
    def read(request: Asked, of: FromPath[str], name: FromPath[str], kind: FromPath[str]) -> Page:
        return _page(shell, request, f"{of}/{name}", kind, "/bidder/papers")

    @get("/bidder/papers/{of:str}/{name:str}/{kind:str}/pdf", sync_to_thread=True, opt=opt(BIDDER))
    def take(
        request: Asked, of: FromPath[str], name: FromPath[str], kind: FromPath[str]
    ) -> Response[bytes]:
        return _pdf(shell, request, f"{of}/{name}", kind)

    return [listed, read, take]


def _list(shell: Shell, request: Asked, stream: str, base: str) -> Page:
    state = _state(shell, stream)
    sight = shell.sight(viewer_of(request))
    found = [one for one in papers.ready(shell.centre, stream) if sight.paper(one, state)]
    if not found:
        raise NotFound("no such page")
    lang = chosen_language(request)
    named = [(one.name, one.title_zh if lang == "zh" else one.title_en, one.form) for one in found]
    return shell.page(
        request, "papers/list.html", papers=named, base=f"{base}/{stream}", stream=stream
    )


def _page(shell: Shell, request: Asked, stream: str, kind: str, base: str) -> Page:
    names = _asked(shell, request, stream, kind)
    body = papers.html(shell.centre, kind, stream, _origin(request), names=names)
    found = kind_of(kind)
    title = found.title_zh if chosen_language(request) == "zh" else found.title_en
    # The markup was checked tag by tag when it was made: nothing in it runs or loads.
    return shell.page(
        request, "papers/paper.html", title=title, body=Markup(body),  # noqa: S704 - as said above
        base=f"{base}/{stream}", kind=kind,
    )  # fmt: skip


def _pdf(shell: Shell, request: Asked, stream: str, kind: str) -> Response[bytes]:
    names = _asked(shell, request, stream, kind)
    content = papers.render(shell.centre, kind, stream, _origin(request), names=names)
    file = f"{kind}-{stream.replace('/', '-')}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return Response(content, media_type=PDF, headers=headers)


def _asked(shell: Shell, request: Asked, stream: str, kind: str) -> bool:
    """Return whether names may stand on the paper; raise ``NotFound`` for who may not have it."""
    found, state = kind_of(kind), _state(shell, stream)
    if not shell.sight(viewer_of(request)).paper(found, state):
        raise NotFound("no such page")
    return names_shown(shell.centre, kind, public=found.public, state=state)


def _state(shell: Shell, stream: str) -> Stream:
    state = shell.state(stream)
    kinds = {one.stream for one in papers.KINDS.values()}
    if state.kind not in kinds:
        raise NotFound("no such page")
    return state


def _origin(request: Asked) -> str:
    return str(request.base_url).rstrip("/")
