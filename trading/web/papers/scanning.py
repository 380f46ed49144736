"""Sealed papers that come back: a scan is filed by one person and checked by another.

What is shown is drawn by us, page by page; what was sent is never served as it came. Source:
security brief, INV-33; decision 17.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.awarding.scans import SCAN, CheckPaper, FilePaper, ReturnPaper, Scan, paper_stream
from trading.base.errors import InvalidInput, NotFound, TradingError
from trading.engine.stream import Stream
from trading.papers import images
from trading.papers.around import stored
from trading.papers.kinds import kind_of
from trading.record.entry import Document
from trading.web.access import STAFF, opt
from trading.web.shell import Asked, Page, Shell, chosen_language, form_of, see_other, viewer_of
from trading.web.viewer import Viewer

UPLOAD_BYTES_MAX = 25 * 1024 * 1024
FILERS, CHECKERS = (
    ("centre_clerk", "community_officer"),
    ("centre_reviewer", "centre_clerk", "office"),
)
JPEG = "image/jpeg"


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the list of scans, the form to file one, and the page on which it is checked."""
    return [*_filing(shell), *_checking(shell)]


def _filing(shell: Shell) -> list[HTTPRouteHandler]:
    @get("/staff/scans", sync_to_thread=True, opt=opt(STAFF))
    def listed(request: Asked) -> Page:
        viewer, orgs = viewer_of(request), shell.orgs()
        shell.centre.refresh()
        found = [
            (state.name.partition("/")[2], _title(request, state), state.place)
            for state in shell.centre.states_of("paper")
            if viewer.reaches(state.org, orgs)
        ]
        return shell.page(request, "papers/scans.html", scans=found)

    @get("/staff/scans/new/{of:str}/{name:str}/{kind:str}", sync_to_thread=True, opt=opt(STAFF))
    def form(request: Asked, of: FromPath[str], name: FromPath[str], kind: FromPath[str]) -> Page:
        return _form(shell, request, f"{of}/{name}", kind)

    @post(
        "/staff/scans/new/{of:str}/{name:str}/{kind:str}", sync_to_thread=True,
        opt=opt(STAFF), request_max_body_size=UPLOAD_BYTES_MAX,
    )  # fmt: skip
    def file(
        request: Asked, of: FromPath[str], name: FromPath[str], kind: FromPath[str]
    ) -> Response[Any]:
        about = f"{of}/{name}"
        role = _role(shell, viewer_of(request), shell.state(about), FILERS)
        kind_of(kind)
        number = str(form_of(request).get("number", "")).strip()
        try:
            content = _uploaded(form_of(request).get("file"))
            media_type = images.check(content)
            docs = (Document(SCAN, sha256(content).hexdigest()),)
            shell.act(
                request, "paper.file/1", FilePaper(number, about, kind), role, docs=docs,
                files=((content, media_type),),
            )  # fmt: skip
        except TradingError as error:
            told = shell.explain(request, error)
            return _form(shell, request, about, kind, number=number, told=told, status=error.status)
        return see_other(f"/staff/scans/{number}")

    return [listed, form, file]


def _checking(shell: Shell) -> list[HTTPRouteHandler]:
    @get("/staff/scans/{paper:str}", sync_to_thread=True, opt=opt(STAFF))
    def look(request: Asked, paper: FromPath[str]) -> Page:
        return _scan_page(shell, request, paper)

    @get("/staff/scans/{paper:str}/pages/{leaf:int}", sync_to_thread=True, opt=opt(STAFF))
    def drawn(request: Asked, paper: FromPath[str], leaf: FromPath[int]) -> Response[bytes]:
        state = _seen(shell, viewer_of(request), paper)
        pages = _drawn(shell, state)
        if not 0 <= leaf < len(pages):
            raise NotFound("no such page")
        return Response(pages[leaf], media_type=JPEG)

    @post("/staff/scans/{paper:str}/check", sync_to_thread=True, opt=opt(STAFF))
    def check(request: Asked, paper: FromPath[str]) -> Response[Any]:
        digest = str(form_of(request).get("sha256", ""))
        return _decided(shell, request, paper, "paper.check/1", CheckPaper(paper, digest))

    @post("/staff/scans/{paper:str}/return", sync_to_thread=True, opt=opt(STAFF))
    def send_back(request: Asked, paper: FromPath[str]) -> Response[Any]:
        reason = str(form_of(request).get("reason_zh", "")).strip()
        return _decided(shell, request, paper, "paper.return/1", ReturnPaper(paper, reason))

    return [look, drawn, check, send_back]


def _form(
    shell: Shell, request: Asked, about: str, kind: str, *, status: int = 200, **values: Any
) -> Page:
    state = shell.state(about)
    _role(shell, viewer_of(request), state, FILERS)
    found = kind_of(kind)
    title = found.title_zh if chosen_language(request) == "zh" else found.title_en
    values = {"number": f"{kind}-{about.partition('/')[2]}"[:64], "told": None, **values}
    return shell.page(
        request, "papers/file.html", status=status, title=title, about=about, kind=kind, **values
    )


def _decided(
    shell: Shell, request: Asked, paper: str, kind: str, data: CheckPaper | ReturnPaper
) -> Response[Any]:
    state = _seen(shell, viewer_of(request), paper)
    role = _role(shell, viewer_of(request), state, CHECKERS)
    try:
        shell.act(request, kind, data, role)
    except TradingError as error:
        told = shell.explain(request, error)
        return _scan_page(shell, request, paper, told=told, status=error.status)
    return see_other(f"/staff/scans/{paper}")


def _scan_page(
    shell: Shell, request: Asked, paper: str, *, status: int = 200, told: Any = None
) -> Page:
    state = _seen(shell, viewer_of(request), paper)
    scan: Scan = state.facets["scan"]
    return shell.page(
        request, "papers/scan.html", status=status, told=told, paper=paper, scan=scan,
        place=state.place, title=_title(request, state), leaves=len(_drawn(shell, state)),
        receipt=state.hash,
    )  # fmt: skip


def _drawn(shell: Shell, state: Stream) -> list[bytes]:
    """Return the pages of a scan as pictures, none where it is not on file or cannot be drawn."""
    kept = stored(shell.centre, state.facets["scan"].sha256)
    if kept is None:
        return []
    try:
        return images.pages(*kept)
    except InvalidInput:
        return []


def _seen(shell: Shell, viewer: Viewer, paper: str) -> Stream:
    state = shell.state(paper_stream(paper))
    if not viewer.reaches(state.org, shell.orgs()):
        raise NotFound("no such page")
    return state


def _role(shell: Shell, viewer: Viewer, state: Stream, roles: tuple[str, ...]) -> str:
    """Return the first of ``roles`` that the viewer holds there; raise ``NotFound`` for none."""
    orgs = shell.orgs()
    held = (role for role in roles if viewer.holds(role, state.org, orgs))
    role = next(held, "")
    if not role:
        raise NotFound("no such page")
    return role


def _title(request: Asked, state: Stream) -> str:
    kind = state.facets["scan"].kind
    try:
        found = kind_of(kind)
    except NotFound:
        return str(kind)
    return found.title_zh if chosen_language(request) == "zh" else found.title_en


def _uploaded(given: object) -> bytes:
    if not isinstance(given, UploadFile):
        raise InvalidInput("the document is empty or too large", field="file")
    return given.file.read()
