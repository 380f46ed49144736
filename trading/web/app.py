"""The application: the rooms, the log's files, health, readiness and metrics.

Everything is made inside ``create_app``; two applications in one process share nothing.
Source: decisions 7 and 21; security brief, section 2.2; architecture brief, section 2.2.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from litestar import HttpMethod, Litestar, Request, Response, route
from litestar.datastructures import MutableScopeHeaders
from litestar.handlers import HTTPRouteHandler
from litestar.types import Message, Scope

from trading.base.errors import NotFound, TradingError
from trading.centre import Centre
from trading.demo.cast import Player
from trading.demo.sandbox import Sandbox
from trading.jobs import Ticks
from trading.store.home import Home
from trading.web import (
    api,
    auditor,
    bidder,
    metrics,
    papers,
    public,
    representative,
    signin,
    staff,
)
from trading.web.access import EVERYBODY, declared, opt
from trading.web.describing import described_routes
from trading.web.health import Health
from trading.web.live import Live, live_routes
from trading.web.live.bids import Bids, lot_in
from trading.web.log import log_files
from trading.web.problems import Problems, problem
from trading.web.shell import Shell
from trading.web.static_files import static_files
from trading.web.threads import in_thread

BODY_BYTES_MAX = 64 * 1024
ROOMS = (public, signin, staff, bidder, representative, auditor, papers, api)
READ = (HttpMethod.GET, HttpMethod.HEAD)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
TRANSPORT = ("Strict-Transport-Security", "max-age=31536000")
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


class Application(Litestar):
    """The rooms; bids are taken in front of the framework, which costs more than they do.

    The route of bids is declared to the framework too, whose guard is the same door; a bid only
    never gets there. Source: performance brief, section 4.
    """

    shell: Shell
    live: Live
    bids: Bids
    problems: Problems

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != HttpMethod.POST:
            return await super().__call__(scope, receive, send)
        lot = lot_in(scope["path"])
        if not lot:
            return await super().__call__(scope, receive, send)
        try:
            await self.bids.serve(scope, receive, send, lot)
        except Exception as error:  # noqa: BLE001 - as the framework does: every error is a problem
            scope["app"] = scope["litestar_app"] = self
            scope.setdefault("state", {})
            request: Request[Any, Any, Any] = Request(scope, receive, send)
            answer = self.problems.answer(request, error).to_asgi_response(None, request)
            await answer(scope, receive, self._wrap_send(send=send, scope=scope))
        return None


def create_app(
    centre: Centre,
    home: Home,
    ticks: Ticks | None = None,
    *,
    demo: tuple[Player, ...] = (),
    sandbox: Sandbox | None = None,
) -> Application:
    """Return the application of ``centre``; ``ticks`` are those of this process, if it ticks.

    ``demo`` names who a visitor of a demonstration may be by one click; nobody elsewhere. Only
    where it is a ``sandbox`` can its clock be set.
    """
    shell = Shell(centre, home)
    shell.demo, shell.sandbox = (sandbox.players if sandbox else demo), sandbox
    problems = Problems(shell)
    health = Health(centre, home)
    numbers = metrics.Metrics(centre, health, problems.refusals, ticks)
    live, bids = Live(shell), Bids(shell, HEADERS)
    app = Application(
        [
            *(in_thread(handler) for room in ROOMS for handler in room.routes(shell)),
            *live_routes(shell, live, bids),
            *(log_files(home.log_dir), static_files()),
            *(_alive(), _ready(health), _metrics(numbers)),
        ],
        before_send=[_finish],
        guards=[shell.door.guard],
        debug=False,
        exception_handlers={TradingError: problems.answer, Exception: problems.answer},
        logging_config=None,
        openapi_config=None,
        request_max_body_size=BODY_BYTES_MAX,
    )
    app.shell, app.live, app.bids, app.problems = shell, live, bids, problems
    tuple(declared(app))
    tuple(described_routes(app))
    return app


def _alive() -> HTTPRouteHandler:
    @route("/healthz", http_method=READ, sync_to_thread=False, opt=opt(EVERYBODY))
    def alive() -> dict[str, str]:
        return {"status": "alive"}

    return alive


def _ready(health: Health) -> HTTPRouteHandler:
    @route("/readyz", http_method=READ, sync_to_thread=True, opt=opt(EVERYBODY))
    def ready(request: Request[Any, Any, Any]) -> Response[Any]:
        found = health.complaints()
        if not found:
            return Response({"status": "ready"})
        answer = problem(request, 503, "unavailable", reasons=found)
        answer.headers["Retry-After"] = "1"
        return answer

    return ready


def _metrics(numbers: metrics.Metrics) -> HTTPRouteHandler:
    @route("/metrics", http_method=READ, sync_to_thread=True, opt=opt(EVERYBODY))
    def measure(request: Request[Any, Any, Any]) -> Response[bytes]:
        if not _is_local(request):
            raise NotFound("metrics are for this machine")
        return Response(numbers.text(), media_type=metrics.MEDIA_TYPE)

    return measure


def _is_local(request: Request[Any, Any, Any]) -> bool:
    """Tell whether the request comes from this machine, and no proxy on it passed it on."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def _finish(message: Message, scope: Scope) -> None:
    """Add the headers that every answer has, errors included, unless it set its own.

    An answer to HEAD loses its body, and keeps the length that it would have had.
    """
    if message["type"] == "http.response.body" and scope.get("method") == HttpMethod.HEAD:
        message["body"] = b""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if scope["scheme"] == "https":
        headers.setdefault(*TRANSPORT)
