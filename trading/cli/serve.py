"""``trading serve``: API, log, ticks and publisher, in one process or, on PostgreSQL, in many.

Every worker has a writer of its own, correct by the head lock, and a publisher fenced by its
lease; they share one listening socket. Source: decisions 11 to 14 and 20.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import multiprocessing
import os
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType

import click
import uvicorn

from trading.base.errors import SetupError, TradingError
from trading.centre import Centre
from trading.cli.output import FINDING, USAGE, data_option, emit, guarded, json_option, say, telling
from trading.demo.cast import Player
from trading.demo.sandbox import Sandbox
from trading.jobs import Ticks, describe
from trading.store.home import Home
from trading.store.publish import Publisher
from trading.store.upkeep import Limits
from trading.web.app import create_app
from trading.words.language import language

BACKLOG = 1024
CONCURRENCY_MAX = 1000
DRAIN_SECONDS = 3
# What may come after the open requests: the writer's queue, the last checkpoint, the closing.
CLOSING_SECONDS = 2
DECOY_PACK = "cn-collective"
WORKERS_MAX = 64
RESTART_SECONDS = 1.0
# How late the parent may notice a signal: it wakes nobody who waits for the end of a process.
WATCH_SECONDS = 0.2
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve; ``drain_seconds`` is how long open requests may take at the end."""

    host: str
    port: int
    workers: int
    tls_cert: Path | None
    tls_key: Path | None
    proxies: tuple[str, ...]
    drain_seconds: int

    @property
    def scheme(self) -> str:
        """``https`` where this process speaks TLS itself."""
        return "https" if self.tls_cert else "http"


@click.command("serve")
@data_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, type=click.IntRange(0, 65535), show_default=True)
@click.option(
    "--workers", default=1, type=click.IntRange(1, WORKERS_MAX), show_default=True,
    help="进程数，仅 PostgreSQL 可多于一个 / processes; more than one on PostgreSQL only",
)  # fmt: skip
@click.option("--tls-cert", type=click.Path(path_type=Path), help="证书链（PEM）/ certificates")
@click.option("--tls-key", type=click.Path(path_type=Path), help="私钥（PEM）/ private key")
@click.option(
    "--proxy", "proxies", multiple=True, metavar="ADDRESS",
    help="可信反向代理地址，可重复 / address of a trusted proxy, may be repeated",
)  # fmt: skip
@click.option(
    "--drain", default=DRAIN_SECONDS, type=click.IntRange(0, 600), show_default=True,
    help="停止时等待请求完成的秒数 / seconds for open requests at the end",
)  # fmt: skip
@json_option
@guarded
def serve_command(  # noqa: PLR0917 - one parameter for each option; click passes them by name
    data_dir: Path, host: str, port: int, workers: int, tls_cert: Path | None,
    tls_key: Path | None, proxies: tuple[str, ...], drain: int, *, as_json: bool,
) -> None:  # fmt: skip
    """启动服务 / Serve the centre until it is told to stop."""
    options = Options(host, port, workers, tls_cert, tls_key, proxies, drain)
    check_options(options)
    home = Home.open(data_dir)
    if workers > 1 and home.embedded:
        raise SetupError("more than one worker needs PostgreSQL: use --workers 1", field="workers")
    with home.serving(), listening(options) as listener:
        port = listener.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        url = f"{options.scheme}://{shown}:{port}"

        def announce() -> None:
            if as_json:
                emit({"ok": True, "url": url, "pid": os.getpid(), "workers": workers})
            else:
                say(f"服务已启动：{url}", f"Serving {url}")

        if workers == 1:
            serve_worker(data_dir, options, listener, 1, announce)
        else:
            code = supervise(data_dir, options, listener, announce)
            if code:
                sys.exit(code)


def check_options(options: Options) -> None:
    """Raise ``SetupError`` unless the service would speak TLS, to this machine or to a proxy."""
    if bool(options.tls_cert) != bool(options.tls_key):
        raise SetupError("--tls-cert and --tls-key go together", field="tls_cert")
    if options.tls_cert and options.tls_key:
        try:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(options.tls_cert, options.tls_key, password="")
        except (OSError, ssl.SSLError):
            raise SetupError(
                "certificate and key cannot be read or do not belong together", field="tls_cert"
            ) from None
    for proxy in options.proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            raise SetupError(f"--proxy {proxy} is no address", field="proxy") from None
    if not (options.tls_cert or options.proxies or _is_loopback(options.host)):
        raise SetupError(
            f"plain HTTP on {options.host} would be readable on the way: "
            "use --tls-cert and --tls-key, or --proxy, or --host 127.0.0.1",
            field="host",
        )


def serve_worker(
    data_dir: Path,
    options: Options,
    listener: socket.socket,
    number: int,
    announce: Callable[[], None],
) -> None:
    """Serve in this process until a signal asks to stop; then drain, publish and close.

    Raises ``SetupError``, ``ReadOnly`` or ``IntegrityFault`` when the centre may not be served.
    """
    # One worker draws the decoys: their rate is the centre's, not that of its processes.
    limits = Limits(decoy_pack=DECOY_PACK if number == 1 else "")
    centre = Centre(Home.open(data_dir), worker=f"serve-{number}", limits=limits)
    try:
        check_centre(centre)
        serve_centre(centre, options, listener, announce)
    finally:
        centre.close()


def serve_centre(
    centre: Centre,
    options: Options,
    listener: socket.socket,
    announce: Callable[[], None],
    *,
    demo: tuple[Player, ...] = (),
    sandbox: Sandbox | None = None,
) -> None:
    """Serve ``centre``, which was checked, until a signal asks to stop; then drain and publish.

    ``announce`` is called when requests are taken; ``demo`` and ``sandbox`` are as in
    ``create_app``.
    """
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT, stream=sys.stderr)
    for name in ("alembic", "apscheduler", "transitions"):
        logging.getLogger(name).setLevel(logging.ERROR)
    stop = _Stop(options.drain_seconds + CLOSING_SECONDS)
    publisher = Publisher(centre.engine, centre.reading, centre.home, centre.clock)
    ticks = Ticks(centre, publisher)
    app = create_app(centre, centre.home, ticks, demo=demo, sandbox=sandbox)
    server = _Server(_config(app, options), announce, app.live.close)
    centre.writer.start()
    ticks.start()
    try:
        stop.stops(server)
        server.run([listener])
    finally:
        _drain(centre, ticks)


def check_centre(centre: Centre) -> None:
    """Raise unless this centre may be served: schema, triggers, signer, and a true clock."""
    if centre.simulated:
        raise SetupError(
            "this log runs on a simulated clock and is for demonstration only", field="data"
        )
    centre.check()


def supervise(
    data_dir: Path, options: Options, listener: socket.socket, announce: Callable[[], None]
) -> int:
    """Run the workers as processes until a signal asks to stop; return the exit status.

    A worker that dies is started anew; one that may not serve ends them all.
    """
    os.environ["TRADING_LANG"] = language()
    stop = _Stop(options.drain_seconds + 2 * CLOSING_SECONDS)
    context = multiprocessing.get_context("spawn")
    running: dict[int, BaseProcess] = {}

    def start(number: int) -> None:
        arguments = (data_dir, options, listener, number)
        running[number] = context.Process(target=_work, args=arguments, name=f"serve-{number}")
        running[number].start()

    for number in range(1, options.workers + 1):
        start(number)
    announce()
    code = 0
    while not stop.requested.is_set() and not code:
        ended = wait([process.sentinel for process in running.values()], WATCH_SECONDS)
        for number, process in list(running.items()):
            if process.sentinel not in ended or stop.requested.is_set():
                continue
            if process.exitcode in {FINDING, USAGE}:
                code = process.exitcode
                break
            _log.error("worker %s ended with %s", number, process.exitcode)
            stop.requested.wait(RESTART_SECONDS)
            start(number)
    for process in running.values():
        process.terminate()
    for process in running.values():
        process.join()
    return code


def _work(data_dir: Path, options: Options, listener: socket.socket, number: int) -> None:
    with telling(as_json=False):
        serve_worker(data_dir, options, listener, number, lambda: None)


def _drain(centre: Centre, ticks: Ticks) -> None:
    """Decide what was taken, publish it, and start nothing more."""
    ticks.stop()
    centre.writer.stop()
    try:
        ticks.publish()
    except TradingError as error:
        _log.error("the last entries will be published at the next start: %s", describe(error))


class _Stop:
    """Turns SIGTERM and SIGINT, or the end of the parent, into the end of the server."""

    def __init__(self, limit_seconds: int) -> None:
        """Take the signals; the process ends ``limit_seconds`` after the first, come what may.

        Nothing is lost by that: what was answered was committed.
        """
        self.requested = threading.Event()
        self._limit_seconds = limit_seconds
        self._server: uvicorn.Server | None = None
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._on_signal)
        threading.Thread(target=self._end, name="end", daemon=True).start()
        parent = multiprocessing.parent_process()
        if parent is not None:
            threading.Thread(target=self._orphaned, args=(parent,), daemon=True).start()

    def stops(self, server: uvicorn.Server) -> None:
        """Name what a signal stops; one that came before stops it at once."""
        self._server = server
        server.should_exit = self.requested.is_set()

    def _request(self) -> None:
        self.requested.set()
        if self._server is not None:
            self._server.should_exit = True

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._request()

    def _orphaned(self, parent: BaseProcess) -> None:
        parent.join()
        self._request()

    def _end(self) -> None:
        self.requested.wait()
        time.sleep(self._limit_seconds)
        os._exit(FINDING)


class _Server(uvicorn.Server):
    """A server whose signals are ours: uvicorn would raise them again and end the process."""

    def __init__(
        self, config: uvicorn.Config, announce: Callable[[], None], ending: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._announce = announce
        self._ending = ending

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, which would never end by themselves, then everything else."""
        self._ending()
        await super().shutdown(sockets)


def _config(app: object, options: Options) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type] # an ASGI application by its protocol
        access_log=False,
        date_header=True,
        forwarded_allow_ips=list(options.proxies),
        http="httptools",
        limit_concurrency=CONCURRENCY_MAX,
        log_config=None,
        loop="uvloop",
        proxy_headers=bool(options.proxies),
        server_header=False,
        ssl_certfile=options.tls_cert,
        ssl_keyfile=options.tls_key,
        timeout_graceful_shutdown=options.drain_seconds,
        ws="none",
    )


@contextlib.contextmanager
def listening(options: Options) -> Iterator[socket.socket]:
    """Give a socket that listens; raise ``SetupError`` where the port is taken."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    address = (options.host, options.port)
    try:
        listener = socket.create_server(address, family=family, backlog=BACKLOG)
    except OSError as error:
        raise SetupError(
            f"cannot listen on {options.host} port {options.port}: {os.strerror(error.errno or 0)}",
            field="port",
        ) from None
    with listener:
        yield listener


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
