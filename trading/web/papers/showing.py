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
from trading.awarding.certificates import certificate_stream
from trading.base.errors import NotFound
from trading.bidding.rules import bidder_number
from trading.engine.stream import Stream
from trading.papers.around import is_open
from trading.papers.kinds import WINNER, kind_of
from trading.papers.printing import css
from trading.web.access import BIDDER, EVERYBODY, STAFF, opt
from trading.web.shell import Asked, Page, Shell, chosen_language, viewer_of
from trading.web.viewer import Viewer

PDF, CSS = "application/pdf", "text/css; charset=utf-8"
_NAMED = frozenset({"award_notice", "contract", "handover", "certificate"})
"""Papers that need the winner's name, all of them later than the award."""


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


def may_have(shell: Shell, viewer: Viewer, kind: papers.PaperKind, state: Stream) -> bool:
    """Tell whether ``viewer`` may have the paper: it is public, for a role of theirs, or theirs."""
    if kind.public:
        return True
    if viewer.room == "staff":
        orgs = shell.orgs()
        return any(viewer.holds(role, state.org, orgs) for role in kind.roles)
    return WINNER in kind.roles and _is_winner(shell, viewer, state)


def _is_winner(shell: Shell, viewer: Viewer, state: Stream) -> bool:
    if state.kind == "certificate":
        lot = shell.centre.state(f"lot/{state.facets['certificate'].lot}")
        if lot is None or not _certifies(lot, state):
            return False
        state = lot
    award = state.facets.get("award")
    number = bidder_number(viewer.person)
    return viewer.room == "bidder" and award is not None and number == award.bidder > 0


def _certifies(lot: Stream, certificate: Stream) -> bool:
    """Tell whether ``certificate`` is that of the result that stands, or came in its place."""
    award = lot.facets.get("award")
    names = {certificate.name, certificate_stream(certificate.facets["certificate"].former)}
    return award is not None and certificate_stream(award.certificate) in names


def _list(shell: Shell, request: Asked, stream: str, base: str) -> Page:
    state = _state(shell, stream)
    viewer = viewer_of(request)
    found = [
        one for one in papers.ready(shell.centre, stream) if may_have(shell, viewer, one, state)
    ]
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
    if not may_have(shell, viewer_of(request), found, state):
        raise NotFound("no such page")
    return kind in _NAMED and not found.public and _awarded(shell, state)


def _awarded(shell: Shell, state: Stream) -> bool:
    lot = state.name.partition("/")[2]
    if state.kind == "certificate":
        lot = state.facets["certificate"].lot
    return is_open(shell.centre, f"roll/{lot}")


def _state(shell: Shell, stream: str) -> Stream:
    state = shell.state(stream)
    kinds = {one.stream for one in papers.KINDS.values()}
    if state.kind not in kinds:
        raise NotFound("no such page")
    return state


def _origin(request: Asked) -> str:
    return str(request.base_url).rstrip("/")
